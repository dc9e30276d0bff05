"""Sequence flows, gateways and paths, beyond what the conformance models show."""

from engine.runtime.findings import check
from engine.runtime.step import Known
from tests.unit.findings.diagrams import (
    chain,
    check_process,
    end,
    file,
    flow,
    found,
    line,
    process,
    start,
    task,
)


def gateway(key: str, kind: str = "exclusive", **more: str) -> str:
    return task(key, kind=f"{kind}Gateway", **more)


def choice(*conditions: str, kind: str = "exclusive", **more: str) -> str:
    """Return a gateway with one task for each condition, joined again."""
    names = [f"t{number}" for number, _ in enumerate(conditions, start=1)]
    branches = (
        task(name) + flow("split", name, condition) + flow(name, "join")
        for name, condition in zip(names, conditions, strict=True)
    )
    ends = flow("start", "split") + flow("join", "end")
    gateways = gateway("split", kind, **more) + gateway("join", kind)
    return start() + end() + gateways + "".join(branches) + ends


def test_plain_process_without_listed_flows_is_fine():
    assert found(check_process(line(task()))) == set()


def test_flows_without_ids_are_fine():
    body = start() + end() + '<bpmn:sequenceFlow sourceRef="start" targetRef="end"/>'

    assert found(check_process(body)) == set()


def test_ids_that_the_library_uses_itself_are_fine():
    names = [
        task("Start", kind="startEvent"),
        task("Root"),
        task("End", kind="endEvent"),
    ]

    assert found(check_process(chain(*names))) == set()


def test_complete_choice_is_fine():
    body = choice("x &gt; 1", "", default="split_t2")

    assert check_process(body) == check_process(line(task()))


def test_flow_without_condition_must_be_the_default():
    assert found(check_process(choice("x &gt; 1", ""))) == {
        ("flow-condition-missing", "split_t2")
    }


def test_gateway_without_default_is_only_warned_of():
    findings = check_process(choice("x &gt; 1", "x &lt; 1"))

    assert found(findings) == set()
    assert ("gateway-without-default", "split") in found(findings, "warning")


def test_same_condition_twice_is_warned_of():
    findings = check_process(choice("x &gt; 1", "x>1", "", default="split_t3"))

    assert ("flow-condition-twice", "split_t2") in found(findings, "warning")


def test_condition_on_the_default_is_warned_of():
    findings = check_process(choice("x &gt; 1", "x = 0", default="split_t2"))

    assert ("flow-default-conditional", "split_t2") in found(findings, "warning")


def test_condition_behind_a_parallel_gateway_is_warned_of():
    findings = check_process(choice("x &gt; 1", "", kind="parallel"))

    assert found(findings) == set()
    assert ("flow-condition-ignored", "split_t1") in found(findings, "warning")


def test_parallel_gateway_has_no_default():
    findings = check_process(choice("", "", kind="parallel", default="split_t1"))

    assert ("flow-default-not-possible", "split") in found(findings)


def test_condition_behind_an_event_is_refused():
    body = start() + end() + flow("start", "end", "x = 1")

    assert found(check_process(body)) == {("flow-condition-at-event", "start_end")}


def test_start_event_that_leads_nowhere_is_refused():
    body = start() + chain(start("other"), end())

    assert found(check_process(body)) == {("start-dead-end", "start")}


def test_end_event_that_nothing_reaches_is_refused():
    body = line(task()) + '<bpmn:endEvent id="other"/>'

    assert found(check_process(body)) == {("end-not-reached", "other")}


def test_loop_that_nothing_leads_into_is_refused():
    body = line(task()) + task("a") + task("b") + flow("a", "b") + flow("b", "a")

    assert found(check_process(body)) == {("unreachable", "a"), ("unreachable", "b")}


def test_loop_without_a_way_out_is_warned_of():
    loop = chain(start(), task("a"), task("b")) + flow("b", "a")
    body = loop + chain(start("s2"), end())

    findings = check_process(body)

    assert found(findings) == set()
    assert ("no-way-out", "start") in found(findings, "warning")


def test_process_without_start_and_end_events_is_fine():
    assert found(check_process(chain(task("a"), task("b")))) == set()


def test_compensation_handler_stands_outside_the_flow():
    body = line(task("a", isForCompensation="true"))

    assert found(check_process(body)) == {("compensation-handler-flow", "a")}


def test_pool_that_is_only_drawn_may_be_sketchy():
    sketch = '<bpmn:process id="customer" isExecutable="false"><bpmn:task id="t"/>'
    sketch += '<bpmn:endEvent id="e"/></bpmn:process>'

    assert found(check_process(line(task()), after=sketch)) == set()


def test_association_joins_what_is_there():
    note = '<bpmn:association id="n" sourceRef="task" targetRef="nowhere"/>'

    assert found(check_process(line(task()) + note)) == {("association-dangling", "n")}


def test_only_drawn_processes_cannot_be_deployed():
    drawn = process(line(task())).replace('"true"', '"false"')

    findings = check([file(drawn)], Known())

    assert found(findings) == {("no-executable-process", "definitions")}
