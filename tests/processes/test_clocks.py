"""X7: clocks that stand while the customer is waited for, and explain themselves."""

from datetime import datetime

from tests.api.driver import JSON, Person
from tests.api.project_driver import at
from tests.processes.backgrounds import Begin


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def explained(person: Person, path: str) -> JSON:
    found: JSON = person.ask("GET", f"{path}/clock/explanation")
    return found


def task_of(person: Person, element_id: str, request: JSON) -> JSON:
    key = request["processInstanceKey"]
    return person.task(element_id, processInstanceKey=key)


def test_clock_stands_while_the_customer_is_waited_for(begin: Begin) -> None:
    """X7: the request and its tasks get the time back in which the clock stood."""
    project = begin("in service", "C-001")
    company, lin = project.company, project.company.lin
    company.set_clock(at("2026-09-29", "09:30"))
    request = project.ask_for_service(module="财务", priority="P2")
    path = f"/v2/service-requests/{request['requestNo']}"
    project.for_request(lin, "UT_judge_scope", request, scope="in", basis="按标准")
    project.for_request(lin, "UT_self_check", request, can_handle=True)
    assert moment(request["resolveBy"]) == at("2026-09-30", "09:30")
    company.set_clock(at("2026-09-29", "10:30"))

    lin.ask("POST", f"{path}/clock/pause", json={"note": "请提供报错截图"})

    paused = project.request(request["requestNo"])["clock"]
    assert (paused["state"], moment(paused["pausedSince"])) == (
        "paused",
        at("2026-09-29", "10:30"),
    )
    assert task_of(lin, "UT_handle", request)["dueDate"] is None
    company.set_clock(at("2026-10-08", "14:00"))
    assert project.request(request["requestNo"])["clock"]["resolutionInTime"] is None
    late = [each["title"] for each in project.told("lin", "task_due")]
    assert not any("直接处理" in title for title in late)
    project.contact.ask("POST", f"{path}/clock/resumption", json={"note": "已发"})
    running = project.request(request["requestNo"])["clock"]
    assert (running["state"], running["pausedSince"]) == ("running", None)
    # One of eight hours was used up before; seven are left from 14:00 on.
    assert moment(running["resolveBy"]) == at("2026-10-09", "12:00")
    due = task_of(lin, "UT_handle", request)["dueDate"]
    assert moment(due) == at("2026-10-09", "12:00")


def test_clock_of_a_request_explains_itself_to_both_sides(begin: Begin) -> None:
    """X7: every stretch counted or skipped, in words of both languages."""
    project = begin("in service", "C-001")
    company, lin = project.company, project.company.lin
    company.set_clock(at("2026-09-29", "17:00"))
    request = project.ask_for_service(module="财务", priority="P2")
    path = f"/v2/service-requests/{request['requestNo']}"
    company.set_clock(at("2026-09-30", "09:30"))
    lin.ask("POST", f"{path}/clock/pause", json={"note": "请提供账套"})
    company.set_clock(at("2026-09-30", "11:00"))
    lin.ask("POST", f"{path}/clock/resumption")
    company.set_clock(at("2026-10-08", "09:00"))

    ours, theirs = explained(lin, path), explained(project.contact, path)

    assert [
        (each["from"], each["to"], each["counted"]) for each in theirs["intervals"]
    ] == [(each["from"], each["to"], each["counted"]) for each in ours["intervals"]]
    told = [
        (each["counted"], each["hours"], each["reasons"]["zh"])
        for each in ours["intervals"]
    ]
    assert told[:6] == [
        (True, 0.5, "工作时间"),
        (False, 15.0, "非工作时段"),
        (True, 1.0, "工作时间"),
        (False, 1.5, "等待客户答复"),
        (True, 1.0, "工作时间"),
        (False, 1.0, "非工作时段"),
    ]
    assert ours["intervals"][3]["reasons"]["en"] == "waiting for the customer"
    assert ours["intervals"][3]["note"] == "请提供账套"
    assert (False, 168.0, "国庆节") in told
    resolution = ours["limits"][1]
    assert (resolution["allowedHours"], resolution["usedHours"]) == (8.0, 7.5)
    assert "7.50/8" in ours["summaries"]["zh"]
    assert ours["warnings"] == []


def test_pausing_is_for_who_works_on_it_and_only_once(begin: Begin) -> None:
    """X7: 409 for a second pause, 403 for others, 404 for other customers."""
    project = begin("in service", "C-001")
    company, lin = project.company, project.company.lin
    request = project.ask_for_service()
    path = f"/v2/service-requests/{request['requestNo']}/clock"
    body = {"note": "请提供账套"}

    assert company.gao.call("POST", f"{path}/pause", json=body).status_code == 403
    assert company.ht.call("POST", f"{path}/pause", json=body).status_code == 404
    assert lin.call("POST", f"{path}/pause", json={}).status_code == 400
    assert lin.call("POST", f"{path}/resumption").json()["code"] == "clock-runs"
    lin.ask("POST", f"{path}/pause", json=body)
    again = lin.call("POST", f"{path}/pause", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "clock-stands")


def test_request_that_is_withdrawn_while_its_clock_stands_is_over(begin: Begin) -> None:
    """R4.3.6.1, X7: no stop outlives its request."""
    project = begin("in service", "C-001")
    lin = project.company.lin
    request = project.ask_for_service()
    path = f"/v2/service-requests/{request['requestNo']}"
    lin.ask("POST", f"{path}/clock/pause", json={"note": "请提供账套"})

    body = {"customerPerson": "王主任"}
    project.contact.ask("POST", f"{path}/withdrawal", json=body)

    assert explained(lin, path)["state"] == "stopped"
    row = project.request(request["requestNo"])
    assert (row["clock"]["state"], row["clock"]["pausedSince"]) == ("stopped", None)


def test_clock_of_a_task_explains_working_days(begin: Begin) -> None:
    """X7: two working days never count the day on which the task came."""
    project = begin("opened", "C-001")
    company = project.company
    project.register_contract()
    company.set_clock(at("2026-03-04", "10:00"))
    task = company.hou.task("UT_appoint_manager", projectNo=project.project_no)

    found = explained(company.hou, f"/v2/user-tasks/{task['userTaskKey']}")

    assert [
        (each["counted"], each["reasons"]["en"]) for each in found["intervals"][:3]
    ] == [
        (False, "the day on which it came does not count"),
        (False, "outside working hours"),
        (True, "working time"),
    ]
    (limit,) = found["limits"]
    assert (limit["allowedHours"], limit["usedHours"]) == (16.0, 9.5)
    assert found["state"] == "running"
    path = f"/v2/user-tasks/{task['userTaskKey']}/clock/explanation"
    assert company.ht.call("GET", path).status_code == 404


def test_clock_of_an_emergency_counts_every_minute(begin: Begin) -> None:
    """R2.3.2: thirty minutes on the wall clock, stopped by the response."""
    project = begin("on site", "C-001")
    company = project.company
    company.set_clock(at("2026-04-03", "17:20"))
    raised = [
        project.post(company.chen, "emergencies", severity=severity, text="宕机")
        for severity in ("minor", "stop")
    ]
    first = raised[1]["emergencyKey"]
    company.set_clock(at("2026-04-03", "17:40"))
    (task,) = [
        each
        for each in company.wang.tasks("UT_respond_emergency")
        if moment(each["dueDate"]) == at("2026-04-03", "17:50")
    ]
    company.wang.answer(
        task["userTaskKey"],
        {
            "responded_at": "2026-04-03T17:40:00+08:00",
            "decision": "换机",
            "owner": "liu",
        },
    )
    company.set_clock(at("2026-04-03", "19:00"))

    path = f"/v2/projects/{project.project_no}/emergencies/{first}"
    found = explained(company.hou, path)

    assert (found["state"], found["workingTime"]) == ("stopped", False)
    (limit,) = found["limits"]
    assert (limit["inTime"], limit["usedHours"]) == (True, 0.33)
    (stretch,) = found["intervals"]
    assert stretch["reasons"]["zh"] == "昼夜连续计时"
    rows = {each["severity"]: each for each in project.listed("emergencies")}
    assert rows["stop"]["responseInTime"] is True
    assert rows["minor"]["respondedAt"] is None
