"""What instances wait for when they go over to a new version: nothing is lost."""

from datetime import timedelta

import pytest

from tests.api.jobs.working import hire, work
from tests.api.serving import START
from tests.api.versions.cases import Case, batch, deploy, say, todo, trial
from tests.builders import (
    boundary,
    call,
    catch,
    diagram,
    end,
    flow,
    form,
    gateway,
    line,
    message,
    messages,
    script,
    start,
    timer,
)

TEXT = {"type": "string"}
EACH = (
    "<bpmn:multiInstanceLoopCharacteristics>"
    '<bpmn:loopCardinality xsi:type="bpmn:tFormalExpression">3'
    "</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
)


def for_each(node):
    """A task for each of three rooms."""
    name, text = todo(node)
    return name, text.replace("</bpmn:userTask>", f"{EACH}</bpmn:userTask>")


def test_a_claimed_task_keeps_its_person_its_draft_and_its_dates(company):
    asked = {"asked": form(a=TEXT)}
    pool = '=["zhao", "lin"]'
    two = (todo("UT_a", duty=pool, form="asked", due="P2D"), todo("UT_b"))
    old = deploy(company, diagram("kept", line(start(), *two, end())), forms=asked)
    case = Case(company, "kept")
    before = case.task("UT_a")
    path = f"/v2/user-tasks/{before['userTaskKey']}"
    dates = {"followUpDate": "2026-04-01T09:00:00+08:00", "priority": 77}
    company.admin.ask("PATCH", path, json={"changeset": dates})
    company.lin.ask("POST", f"{path}/assignment", json={"assignee": "lin"})
    company.lin.ask("PUT", f"{path}/draft", json={"variables": {"a": "half"}})
    two = (todo("UT_x", duty=pool, form="asked", due="P9D"), todo("UT_b"))
    new = deploy(company, diagram("kept", line(start(), *two, end())), forms=asked)

    case.migrate(new["kept"], UT_a="UT_x")

    after = case.task("UT_x")
    kept = ("userTaskKey", "assignee", "dueDate", "followUpDate", "priority",
            "creationDate", "candidateUsers")  # fmt: skip
    assert {name: after[name] for name in kept} == {
        **{name: before[name] for name in kept},
        "assignee": "lin",
        "followUpDate": after["followUpDate"],
        "priority": 77,
    }
    assert after["followUpDate"].startswith("2026-04-01")
    assert after["processDefinitionKey"] == new["kept"] != old["kept"]
    draft = company.lin.ask("GET", f"{path}/draft")
    assert draft["variables"] == {"a": "half"}
    assert case.complete("UT_x", company.lin, a="whole") == before["userTaskKey"]
    assert case.variables()["x"] == {"a": "whole"}
    assert case.tasks() == ["UT_b"]


def test_each_of_several_goes_over_be_it_done_or_not(company):
    both = (for_each("UT_room"), todo("UT_b"), end())
    deploy(company, diagram("rooms", line(start(), *both)))
    case = Case(company, "rooms", rooms=3)
    first = company.admin.search(
        "user-tasks", state="CREATED", processInstanceKey=case.key
    )[0]
    company.zhao.answer(first["userTaskKey"], {})
    more = (for_each("UT_hall"), script("ST", "n = rooms"), todo("UT_b"), end())
    new = deploy(company, diagram("rooms", line(start(), *more)))

    case.migrate(new["rooms"], UT_room="UT_hall")

    assert case.tasks() == ["UT_hall", "UT_hall"]
    for _ in range(2):
        open_now = company.zhao.tasks("UT_hall", processInstanceKey=case.key)
        company.zhao.answer(open_now[0]["userTaskKey"], {})
    assert case.tasks() == ["UT_b"]
    assert case.variables()["n"] == 3


def parent(*more):
    return diagram("parent", line(start(), call("CA", "child"), *more, end()))


def child(*names):
    return diagram("child", line(start(), *map(todo, names), end()))


def test_parent_and_called_child_go_over_together_as_one_package(company):
    deploy(company, parent(), child("UT_a", "UT_b"), package="both")
    case, other = Case(company, "parent"), Case(company, "parent")
    case.complete("UT_a")
    new = deploy(
        company, parent(todo("UT_last")), child("UT_x", "UT_b", "UT_c"), package="both"
    )
    assert trial(company, "parent", new["parent"])["counts"] == {
        "safe": 1, "needs-mapping": 1, "unsafe": 0, "current": 0,
    }  # fmt: skip

    done = batch(company, {"processDefinitionId": "parent"}, new["parent"], UT_a="UT_x")

    assert (done["state"], done["operationsCompletedCount"]) == ("COMPLETED", 2)
    assert [(c.task(name)["processDefinitionKey"]) for c, name in
            ((case, "UT_b"), (other, "UT_x"))] == [new["child"]] * 2  # fmt: skip
    for name in ("UT_b", "UT_c", "UT_last"):
        case.complete(name)
    assert case.state == "COMPLETED"
    assert other.tasks() == ["UT_x"]


def test_a_child_of_which_alone_there_is_a_new_version_goes_over(company):
    def calling(name):
        return diagram("alone", line(start(), call("CA", name), end()))

    first = child("UT_a").replace('"child"', '"lonely"')
    deploy(company, first, package="lonely")
    old = deploy(company, calling("lonely"), package="alone")
    case = Case(company, "alone")
    second = child("UT_a", "UT_more").replace('"child"', '"lonely"')
    new = deploy(company, second, package="lonely")
    assert trial(company, "alone", old["alone"])["counts"]["safe"] == 1

    case.migrate(old["alone"])

    assert case.task("UT_a")["processDefinitionKey"] == new["lonely"]
    case.complete("UT_a")
    assert case.tasks() == ["UT_more"]
    again = case.call("/migration", targetProcessDefinitionKey=old["alone"])
    assert (again.status_code, again.json()["code"]) == (409, "already-on-version")


def timed(length, *more):
    return diagram(
        "timed",
        line(start(), todo("UT_a"), *more, end()),
        boundary("late", "UT_a", timer("Duration", length), interrupting=False)[1],
        flow("late", "UT_chase"),
        line(todo("UT_chase"), end("EE_chased")),
    )


def test_a_running_timer_keeps_its_time_and_fires_in_the_new_version(company):
    deploy(company, timed("P3D"))
    case = Case(company, "timed")
    due = case.timers()
    new = deploy(company, timed("P9D", todo("UT_b")))

    case.migrate(new["timed"])

    assert case.timers() == due
    company.set_clock(START + timedelta(days=3))
    assert case.tasks() == ["UT_a", "UT_chase"]
    assert case.task("UT_chase")["processDefinitionKey"] == new["timed"]
    case.complete("UT_a")
    assert case.tasks() == ["UT_b", "UT_chase"]


def stoppable(*middle):
    return diagram(
        "stoppable",
        line(start(), *middle, end()),
        '<bpmn:subProcess id="SP_stop" triggeredByEvent="true">',
        line(
            start("SE_stop", message("stop"), correlation="no"),
            todo("UT_tidy"),
            end("EE_stop"),
        ),
        "</bpmn:subProcess>",
        extra=messages("stop"),
    )


def test_an_event_sub_process_is_waited_for_and_a_running_one_goes_on(company):
    deploy(company, stoppable(todo("UT_a")))
    before, running = (Case(company, "stoppable", no=f"N{n}") for n in range(2))
    say(company, "stop", "N1")
    assert running.tasks() == ["UT_tidy"]
    new = deploy(company, stoppable(todo("UT_a"), todo("UT_b")))

    for case in (before, running):
        case.migrate(new["stoppable"])
    say(company, "stop", "N0")

    assert [before.tasks(), running.tasks()] == [["UT_tidy"]] * 2
    for case in (before, running):
        case.complete("UT_tidy")
    assert [before.state, running.state] == ["COMPLETED"] * 2


def test_a_joint_task_half_done_keeps_the_answer_that_is_there(company):
    def signed(node, *more):
        joint = todo(node, duty='=["zhao", "lin"]', mode="all", form="vote")
        return diagram("signed", line(start(), joint, *more, end()))

    vote = {"vote": form(ok={"type": "boolean"})}
    deploy(company, signed("UT_sign"), forms=vote)
    case = Case(company, "signed")
    company.zhao.complete("UT_sign", {"ok": True}, processInstanceKey=case.key)
    new = deploy(company, signed("UT_seal", todo("UT_b")), forms=vote)

    case.migrate(new["signed"], UT_sign="UT_seal")

    left = case.task("UT_seal")
    assert (left["candidateUsers"], left["customHeaders"]["done"]) == (["lin"], "1")
    company.lin.complete("UT_seal", {"ok": False}, processInstanceKey=case.key)
    votes = {v["completed_by"]: v["ok"] for v in case.variables()["seal_list"]}
    assert votes == {"zhao": True, "lin": False}
    assert case.tasks() == ["UT_b"]


def listening(node, *more, name="answered"):
    event = catch(node, message(name, variable="got"), correlation="no")
    parts = line(start(), event, *more, end())
    return diagram("listening", parts, extra=messages(name))


def test_a_message_that_is_waited_for_arrives_in_the_new_version(company):
    deploy(company, listening("CE_a"))
    case = Case(company, "listening", no="K7")
    new = deploy(company, listening("CE_b", todo("UT_b")))

    case.migrate(new["listening"], CE_a="CE_b")
    say(company, "answered", "K7", text="yes")

    assert case.tasks() == ["UT_b"]
    assert case.variables()["got"] == {"text": "yes"}


@pytest.mark.parametrize("taken", [True, False])
def test_a_waiting_job_is_worked_after_the_migration(company, taken):
    name = f"jobs_{taken}".lower()

    def paying(node, *more):
        return diagram(name, line(start(), work(node, f"pay.{name}"), *more, end()))

    program = hire(company, f"robot_{taken}".lower())
    deploy(company, paying("ST_a"))
    case = Case(company, name)
    jobs = program.take(f"pay.{name}") if taken else []
    new = deploy(company, paying("ST_b", todo("UT_b")))

    case.migrate(new[name], ST_a="ST_b")

    (job,) = jobs or program.take(f"pay.{name}")
    found = company.admin.search("jobs", processInstanceKey=case.key)
    assert [(each["jobKey"], each["elementId"]) for each in found] == [
        (job["jobKey"], "ST_b")
    ]
    assert program.report(job, "completion", variables={"paid": 3}).is_success
    assert case.tasks() == ["UT_b"]
    assert case.variables()["paid"] == 3


def test_an_incident_is_resolved_in_the_new_version(company):
    def deciding(condition):
        choice = gateway("GW", default="EE_no")
        return diagram(
            "deciding",
            line(start(), choice, end("EE_no")),
            flow("GW", "UT_b", condition),
            line(todo("UT_b"), end()),
        )

    deploy(company, deciding("order.amount > 5"))
    case = Case(company, "deciding", amount=7)
    (incident,) = company.admin.search(
        "incidents", processInstanceKey=case.key, state="ACTIVE"
    )
    new = deploy(company, deciding("amount > 5"))

    case.migrate(new["deciding"])
    path = f"/v2/incidents/{incident['incidentKey']}/resolution"
    company.admin.ask("POST", path, json={})

    assert case.tasks() == ["UT_b"]
