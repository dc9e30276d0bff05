"""Small diagrams, each with another way of waiting."""

from tests.builders import (
    boundary,
    call,
    catch,
    diagram,
    end,
    flow,
    gateway,
    line,
    message,
    messages,
    script,
    service,
    signal,
    signals,
    start,
    task,
    throw,
    timer,
)

ZHAO = '="user:zhao"'


def user(name):
    return task(name, duty=ZHAO)


def again(process_id, *parts, first, last, extra=""):
    """A loop of three rounds around ``parts``, from ``first`` to ``last``."""
    return diagram(
        process_id,
        line(start(), script("ST_none", "n = 0"), gateway("GW_in")),
        flow("GW_in", first),
        "".join(parts),
        line(script("ST_count", "n = n + 1"), gateway("GW_out", default="EE"), end()),
        flow(last, "ST_count"),
        flow("GW_out", "GW_in", "n < 3"),
        extra=extra,
    )


def sub(node, *parts, attributes=""):
    inner = "".join(parts)
    return f'<bpmn:subProcess id="{node}"{attributes}>{inner}</bpmn:subProcess>'


PARALLEL = again(
    "w_parallel",
    line(gateway("GW_f", "parallelGateway"), user("UT_a"), user("UT_b"),
         gateway("GW_j", "parallelGateway")),
    line(("GW_f", ""), user("UT_c"), ("GW_j", "")),
    line(("GW_f", ""), catch("CE_t", timer("Duration", "PT2H")), ("GW_j", "")),
    first="GW_f", last="GW_j",
)  # fmt: skip
BOUNDARIES = again(
    "w_boundaries",
    line(user("UT_a"), gateway("GW_j")),
    boundary("BE_over", "UT_a", timer("Duration", "P1D"))[1],
    boundary("BE_beside", "UT_a", timer("Cycle", "R2/PT1H"), interrupting=False)[1],
    boundary("BE_told", "UT_a", message("w_told"), interrupting=False)[1],
    line(("BE_over", ""), user("UT_late"), ("GW_j", "")),
    line(("BE_beside", ""), user("UT_beside"), end("EE_beside")),
    line(("BE_told", ""), user("UT_told"), end("EE_told")),
    first="UT_a", last="GW_j", extra=messages("w_told"),
)  # fmt: skip
EVENTS = again(
    "w_events",
    line(gateway("GW_e", "eventBasedGateway"), catch("CE_m", message("w_either")),
         gateway("GW_j")),
    line(("GW_e", ""), catch("CE_s", signal("w_or")), ("GW_j", "")),
    line(("GW_e", ""), catch("CE_t", timer("Duration", "PT8H")), ("GW_j", "")),
    first="GW_e", last="GW_j", extra=messages("w_either") + signals("w_or"),
)  # fmt: skip
HANDLERS = again(
    "w_handlers",
    sub(
        "SP",
        line(start("SE_in"), user("UT_in"), end("EE_in")),
        sub(
            "SP_told",
            line(
                start("SE_told", message("w_help")), user("UT_help"), end("EE_told")
            ).replace('id="SE_told"', 'id="SE_told" isInterrupting="false"'),
            attributes=' triggeredByEvent="true"',
        ),
        sub(
            "SP_late",
            line(start("SE_late", timer("Duration", "P2D")), user("UT_late"),
                 end("EE_late")),
            attributes=' triggeredByEvent="true"',
        ),
    ),
    first="SP", last="SP", extra=messages("w_help"),
)  # fmt: skip
SEVERAL = again(
    "w_several",
    task("UT_each", duty=ZHAO)[1].replace(
        "</bpmn:userTask>",
        "<bpmn:multiInstanceLoopCharacteristics>"
        '<bpmn:loopCardinality xsi:type="bpmn:tFormalExpression">3'
        "</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
        "</bpmn:userTask>",
    ),
    first="UT_each", last="UT_each",
)  # fmt: skip
CALLED = again(
    "w_called",
    call("CA", "w_parallel")[1],
    first="CA", last="CA",
)  # fmt: skip
JOBS = again(
    "w_jobs",
    line(service("ST_paper", "render_document", "paper", kind='"a"'),
         service("ST_local", "notify", "told", to='"zhao"'),
         service("ST_wrong", "project.set_stage", "case", stage="n + missing.x"),
         user("UT_read")),
    first="ST_paper", last="UT_read",
)  # fmt: skip
TALK = again(
    "w_talk",
    line(throw("EV_ask", message("w_ask", payload="{n: n}")), user("UT_wait")),
    first="EV_ask", last="UT_wait", extra=messages("w_ask"),
)  # fmt: skip
HEARS = diagram(
    "w_hears",
    line(start("SE", message("w_ask", variable="asked")), user("UT_hear"), end()),
    extra=messages("w_ask"),
)
FAILS = diagram(
    "w_fails",
    line(start(), gateway("GW_f", "parallelGateway"), user("UT_a"),
         service("ST_bad", "walk.fails"), gateway("GW_j", "parallelGateway"), end()),
    line(("GW_f", ""), user("UT_b"), user("UT_c"), ("GW_j", "")),
)  # fmt: skip
MODELS = {
    "w_fails": FAILS,
    "w_parallel": PARALLEL,
    "w_boundaries": BOUNDARIES,
    "w_events": EVENTS,
    "w_handlers": HANDLERS,
    "w_several": SEVERAL,
    "w_called": CALLED,
    "w_jobs": JOBS,
    "w_talk": TALK,
    "w_hears": HEARS,
}
