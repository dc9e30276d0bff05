"""Section 二 on site, as SCENARIOS S07, S08 and S10 tell it."""

from datetime import timedelta
from typing import Any

from engine.settings import TrackingSettings
from tests.api.project_driver import Project, refused
from tests.api.serving import START
from tests.processes.backgrounds import Begin


def emergency(project: Project, **changes: Any) -> Any:
    body = {"severity": "stop", "text": "服务器宕机,药房停业", **changes}
    return project.post(project.company.chen, "emergencies", **body)


def test_s07_site_record_needs_its_progress(begin: Begin) -> None:
    """R2.2.1: required content is enforced and the task stays open."""
    project = begin("on site", "C-001")
    chen = project.company.chen
    task = chen.task("UT_fill_site_record", projectNo=project.project_no)

    error = refused(
        chen.answer, task["userTaskKey"], {"date": "2026-03-02", "done": "安装"}
    )

    assert error.status == 422
    assert [e["pointer"] for e in error.body["errors"]] == ["/progress_pct"]
    assert project.holds(chen, "UT_fill_site_record") == 1


def test_s07_tracking_recurs_beside_the_work(begin: Begin) -> None:
    """R2.2.1, R2.2.2, R2.4.1, R2.4.2: record and progress weekly, quality after two."""
    project = begin("on site", "C-001")
    company = project.company
    project.record_site(20)
    assert project.holds(company.chen, "UT_fill_site_record") == 0

    company.set_clock(START + timedelta(days=7))

    assert project.holds(company.hou, "UT_track_progress") == 1
    assert project.holds(company.chen, "UT_fill_site_record") == 1
    assert project.holds(company.wang, "UT_track_quality") == 0
    project.do(
        company.hou,
        "UT_track_progress",
        on_track=False,
        deviation_days=2,
        instruction="周末加班赶上",
        final=False,
    )
    (told,) = project.told("chen", "progress_tracked")
    assert "周末加班赶上" in told["body"]

    company.set_clock(START + timedelta(days=14))

    quality = [
        project.holds(p, "UT_track_quality") for p in (company.wang, company.jin)
    ]
    assert quality == [1, 1]
    answer = {"conforming": True, "final": False}
    project.do(company.wang, "UT_track_quality", **answer)
    assert project.holds(company.jin, "UT_track_quality") == 1
    assert not project.told("chen", "quality_tracked")
    project.do(company.jin, "UT_track_quality", **answer)
    assert project.told("chen", "quality_tracked")
    (line,) = project.listed("site-records")
    assert (line["progressPct"], line["recordedBy"]) == (20, "chen")


def test_tracking_recurs_as_often_as_the_company_has_set(begin: Begin) -> None:
    """A10: how often is configuration, taken over when the team goes on site."""
    project = begin("opened", "C-001")
    company = project.company
    tracking = TrackingSettings(progress="P3D", quality="P5D", site_record="P2WD")
    project.house.restart(tracking=tracking)
    project.prepare()

    for days, expected in ((2.9, (0, 0)), (3, (1, 0)), (5, (1, 1))):
        company.set_clock(START + timedelta(days=days))
        held = (
            project.holds(company.hou, "UT_track_progress"),
            project.holds(company.wang, "UT_track_quality"),
        )
        assert held == expected


def test_s07_late_site_record_is_reminded_and_counted(begin: Begin) -> None:
    """R2.2.2: due after one working day; a reminder, and late in the report."""
    project = begin("on site", "C-001")
    company = project.company

    company.set_clock(START + timedelta(days=2, hours=9))

    reminders = [
        notice
        for notice in project.told("chen", "task_due")
        if "填写项目管理系统" in notice["title"]
    ]
    assert len(reminders) == 1
    report = company.hou.ask("GET", "/v2/reports/overdue-tasks")
    late = {row["elementId"] for row in report["rows"]}
    assert "UT_fill_site_record" in late


def test_s07_declared_completion_stops_all_tracking(begin: Begin) -> None:
    """R2.1.1, R2.1.2, R2.5.1: the loops end, their open tasks are canceled."""
    project = begin("on site", "C-001")
    company = project.company
    company.set_clock(START + timedelta(days=14))
    project.arrange_work()
    tracking = {"UT_fill_site_record", "UT_track_progress", "UT_track_quality"}
    open_before = set.union(
        *(project.open_elements(p) for p in (company.chen, company.hou, company.wang))
    )
    assert tracking <= open_before

    project.declare_complete()

    for person in (company.chen, company.hou, company.wang, company.jin):
        assert not tracking & project.open_elements(person)
    canceled = company.admin.search(
        "user-tasks", state="CANCELED", projectNo=project.project_no
    )
    assert {t["elementId"] for t in canceled} == tracking
    assert all(t["cancellationReason"] for t in canceled)
    assert project.holds(company.chen, "UT_fill_acceptance_report") == 1


def test_s08_sales_manager_answers_the_emergency(begin: Begin) -> None:
    """R2.2.2, R2.3.1, R2.3.2: either may act, work goes on, the end is recorded."""
    project = begin("on site", "C-001")
    company = project.company

    raised = emergency(project)

    assert [
        project.holds(p, "UT_respond_emergency") for p in (company.wang, company.zhao)
    ] == [1, 1]
    task = company.zhao.task("UT_respond_emergency", projectNo=project.project_no)
    assert task["dueDate"] == "2026-03-02T01:30:00Z"
    assert project.holds(company.chen, "UT_arrange_site_work") == 1

    key = task["userTaskKey"]
    company.zhao.ask("POST", f"/v2/user-tasks/{key}/assignment", json={})
    answer = {"decision": "启用备机", "owner": "chen"}
    company.zhao.answer(key, {**answer, "responded_at": "2026-03-02T09:10:00+08:00"})

    assert project.holds(company.wang, "UT_respond_emergency") == 0
    assert refused(company.wang.answer, key, answer).status == 409
    project.do(
        company.chen,
        "UT_close_emergency",
        resolution="更换电源,恢复营业",
        closed_at="2026-03-02T11:00:00+08:00",
        plan_impact_days=0,
    )
    (line,) = project.listed("emergencies")
    assert line["emergencyKey"] == raised["emergencyKey"]
    assert line["response"]["decision"] == "启用备机"
    assert line["resolution"]["resolution"] == "更换电源,恢复营业"
    assert line["closedAt"] is not None


def test_s08_only_the_manager_on_site_raises_emergencies(begin: Begin) -> None:
    """R2.3.1: others are refused, outsiders see nothing, wrong values are named."""
    project = begin("on site", "C-001")
    company = project.company
    body = {"severity": "stop", "text": "宕机"}
    path = f"{project.path}/emergencies"

    assert company.li.call("POST", path, json=body).status_code == 403
    assert company.ht.call("POST", path, json=body).status_code == 404
    wrong = company.chen.call("POST", path, json={**body, "severity": "terrible"})
    assert wrong.status_code in {400, 422}


def test_s09_unanswered_emergency_reaches_the_service_director(begin: Begin) -> None:
    """R2.3.2: after half an hour 侯福龙 is told and may answer too."""
    project = begin("on site", "C-001")
    company = project.company
    emergency(project)
    assert project.holds(company.hou, "UT_respond_emergency") == 0

    company.set_clock(START + timedelta(minutes=31))

    assert len(project.told("hou", "emergency_unanswered")) == 1
    assert project.holds(company.hou, "UT_respond_emergency") == 1
    assert project.holds(company.wang, "UT_respond_emergency") == 1


def test_emergencies_are_worked_several_at_once(begin: Begin) -> None:
    """R2.3.1, R2.5.1: each its own; no completion while one is open."""
    project = begin("on site", "C-001")
    company = project.company
    project.arrange_work()
    raised = [emergency(project, text=f"事件{n}", severity="major") for n in range(3)]
    keys = {one["emergencyKey"] for one in raised}
    assert len(keys) == 3
    tasks = company.wang.tasks("UT_respond_emergency", projectNo=project.project_no)
    assert len(tasks) == 3
    blocked = refused(project.declare_complete)
    assert blocked.status == 422
    answer = {"responded_at": "2026-03-02T09:10:00+08:00", "decision": "处理"}

    people = (company.zhao, company.wang, company.zhao)
    for person, task in zip(people, tasks, strict=True):
        person.answer(task["userTaskKey"], {**answer, "owner": "chen"})
    for _ in tasks:
        task = company.chen.tasks("UT_close_emergency", projectNo=project.project_no)[0]
        company.chen.answer(
            task["userTaskKey"],
            {
                "resolution": "已恢复",
                "closed_at": "2026-03-02T11:00:00+08:00",
                "plan_impact_days": 0,
            },
        )

    lines = project.listed("emergencies")
    assert len([line for line in lines if line["closedAt"]]) == 3
    project.declare_complete()
    assert project.holds(company.chen, "UT_fill_acceptance_report") == 1


def test_second_plan_change_waits_for_the_first(begin: Begin) -> None:
    """R2.1.2: at any time, but what was begun is not begun twice by one slip."""
    project = begin("on site", "C-001")
    company = project.company
    project.post(company.chen, "plan-changes", reason="顺延12天")
    project.arrange_work()
    for action, person in (
        ("plan-changes", company.wang),
        ("emergencies", company.lin),
    ):
        body = {"reason": "x"} if action == "plan-changes" else {"severity": "stop"}
        answer = person.call(
            "POST", f"{project.path}/{action}", json={**body, "text": "x"}
        )
        assert answer.status_code in {400, 403}
    company.set_clock(START + timedelta(days=7))

    project.do(
        company.hou,
        "UT_track_progress",
        on_track=False,
        deviation_days=9,
        instruction="重排",
        final=False,
    )

    assert project.holds(company.chen, "UT_draft_plan") == 1


def test_s10_slipping_schedule_gets_a_new_plan(begin: Begin) -> None:
    """R2.1.2, R1.5.2, R1.5.3, R1.5.5: approved again beside the work, version + 1."""
    project = begin("on site", "C-001")
    company = project.company
    assert project.project()["planVersion"] == 1
    company.set_clock(START + timedelta(days=7))

    project.post(company.chen, "plan-changes", reason="客户停产检修,顺延12天")

    assert project.holds(company.chen, "UT_arrange_site_work") == 1
    error = refused(project.declare_complete) if _arranged(project) else None
    assert error is not None
    assert error.status == 422
    project.draft_plan(company.chen)
    project.approve_plan()
    shown = company.hou.task("UT_track_progress", projectNo=project.project_no)
    assert _plan_shown(project, shown) == 1
    assert project.project()["planVersion"] == 1

    project.confirm_plan()

    assert project.project()["planVersion"] == 2
    assert _plan_shown(project, shown) == 2
    assert (
        company.zhao.call(
            "POST", f"{project.path}/plan-changes", json={"reason": "x"}
        ).status_code
        == 403
    )


def _arranged(project: Project) -> bool:
    project.arrange_work()
    return True


def _plan_shown(project: Project, task: dict[str, Any]) -> int:
    """Return the version of the plan that the tracking form compares with."""
    path = f"/v2/user-tasks/{task['userTaskKey']}/view"
    view = project.company.hou.ask("GET", path)
    (plan,) = [s["value"] for s in view["shown"] if isinstance(s["value"], dict)]
    version: int = plan["version"]
    return version
