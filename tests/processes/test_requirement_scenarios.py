"""三.2, special requirements, as SCENARIOS S15, S17 and S18 tell it."""

import io
from typing import Any

from openpyxl import load_workbook

from tests.api.driver import JSON, PASSWORD, Person
from tests.api.project_driver import Project, refused
from tests.processes.backgrounds import Begin


class Requirement:
    """A requirement of a project and the steps that people take with it."""

    def __init__(self, project: Project, title: str) -> None:
        self.project = project
        self.raised: JSON = project.post(
            project.company.chen,
            "requirements",
            title=title,
            description=f"{title}:客户要求",
            origin="implementation",
        )

    def holds(self, person: Person, element_id: str) -> int:
        key = self.raised["processInstanceKey"]
        return len(person.tasks(element_id, processInstanceKey=key))

    def do(self, person: Person, element_id: str, **values: Any) -> JSON:
        return self.project.for_request(person, element_id, self.raised, **values)

    def row(self) -> JSON:
        number = self.raised["requirementNo"]
        (row,) = [
            r
            for r in self.project.listed("requirements")
            if r["requirementNo"] == number
        ]
        return row

    def submit(self, **changes: Any) -> None:
        """R3.2.1 to R3.2.4: reasonable, not solvable inside, submitted."""
        chen = self.project.company.chen
        self.do(chen, "UT_judge_requirement", reasonable=True, reason="行业惯例")
        self.do(chen, "UT_assess_workaround", solution="none")
        values = {
            "title": "批次效期预警",
            "description": "按效期提前预警",
            "business_reason": "GSP检查",
            "urgency": "high",
            "module": "GSP",
            "blocks_operation": False,
            "customer_insists": False,
        }
        self.do(chen, "UT_submit_jira", **{**values, **changes})

    def evaluate(self, person: Person, **changes: Any) -> None:
        """R3.2.5: one of the three assessors."""
        values = {
            "in_contract": True,
            "urgent": False,
            "affects_operation": False,
            "effort_days": 5,
            "develop": True,
        }
        self.do(person, "UT_evaluate", **{**values, **changes})

    def evaluate_all(self, **changes: Any) -> None:
        """R3.2.5: 王立民, 侯福龙 and 潘晓彤, in this order."""
        company = self.project.company
        for person in (company.wang, company.hou, company.pan):
            self.evaluate(person, **changes)

    def conclude(self, **changes: Any) -> None:
        """R3.2.5: 侯福龙 concludes."""
        values = {
            "develop": True,
            "chargeable": False,
            "planned_start": "2026-04-01",
            "planned_finish": "2026-04-20",
            "feedback_needed": False,
            "reason": "合同范围内",
        }
        self.do(self.project.company.hou, "UT_conclude", **{**values, **changes})

    def schedule(self, **changes: Any) -> None:
        """R3.2.12: 侯福龙 and 潘晓彤 arrange the development."""
        company = self.project.company
        values = {"start": "2026-04-01", "finish": "2026-04-20", "developer": "gao"}
        for person in (company.hou, company.pan):
            self.do(person, "UT_schedule_dev", **{**values, **changes})

    def draft(self, **changes: Any) -> None:
        """R3.2.9: 赵明 drafts the solution."""
        values = {
            "develop": True,
            "solution": "开发批次效期预警报表",
            "amount": 1100000,
            "deliver_by": "2026-04-20",
        }
        self.do(self.project.company.zhao, "UT_draft_solution", **{**values, **changes})


def test_s15_unreasonable_requirement_is_talked_out_of(begin: Begin) -> None:
    """R3.2.1, R3.2.2: closed as screened after a talk; nobody else had a task."""
    project = begin("on site", "C-001")
    company = project.company
    requirement = Requirement(project, "所有单据允许无限期反审核")
    requirement.do(
        company.chen, "UT_judge_requirement", reasonable=False, reason="违反内控"
    )
    task = company.chen.task(
        "UT_persuade", processInstanceKey=requirement.raised["processInstanceKey"]
    )
    error = refused(
        company.chen.answer,
        task["userTaskKey"],
        {"outcome": "persuaded", "talk_on": "2026-03-05"},
    )
    assert (error.status, error.body["errors"][0]["pointer"]) == (422, "/note")

    requirement.do(
        company.chen,
        "UT_persuade",
        outcome="persuaded",
        talk_on="2026-03-05",
        note="与王主任电话沟通,同意使用红冲",
    )

    row = requirement.row()
    assert (row["result"], row["issueKey"]) == ("screened", None)
    tasks = company.admin.search(
        "user-tasks", processInstanceKey=requirement.raised["processInstanceKey"]
    )
    assert {t["assignee"] for t in tasks} == {"chen"}


def test_s17_free_requirement_goes_straight_to_development(begin: Begin) -> None:
    """R3.2.4, R3.2.5, R3.2.6, R3.2.12: three assess, four are told, two schedule."""
    project = begin("on site", "C-001")
    company = project.company
    requirement = Requirement(project, "批次效期预警")
    requirement.submit()
    assert requirement.row()["issueKey"] == "REQ-1"

    requirement.evaluate(company.wang)
    requirement.evaluate(company.hou)
    assert requirement.holds(company.hou, "UT_conclude") == 0
    requirement.evaluate(company.pan)

    task = company.hou.task(
        "UT_conclude", processInstanceKey=requirement.raised["processInstanceKey"]
    )
    view = company.hou.ask("GET", f"/v2/user-tasks/{task['userTaskKey']}/view")
    assert (view["defaults"]["develop"], view["defaults"]["chargeable"]) == (
        True,
        False,
    )
    assert "P3" in str(view["shown"])

    requirement.conclude()

    told = {
        username
        for username in ("zhao", "chen", "jin", "zhou", "hou", "pan", "wang", "sun")
        if project.told(username, "evaluation_sent")
    }
    assert told == {"zhao", "chen", "jin", "zhou"}
    assert {d["kind"] for d in project.listed("documents", company.zhou)} >= {
        "evaluation_report",
        "issue_list",
    }
    assert not project.documents("solution_letter")
    assert [
        requirement.holds(p, "UT_schedule_dev") for p in (company.hou, company.pan)
    ] == [
        1,
        1,
    ]

    requirement.schedule()
    assert requirement.holds(company.gao, "UT_develop") == 1
    developed = {"delivered_on": "2026-04-18", "version": "8.3.1"}
    requirement.do(company.pan, "UT_develop", **developed)
    requirement.do(company.chen, "UT_verify_dev", passed=False, note="预警不及时")
    requirement.do(company.pan, "UT_develop", **developed)
    requirement.do(company.chen, "UT_verify_dev", passed=True)

    assert requirement.row()["result"] == "delivered"
    assert project.told("zhao", "requirement_delivered")


def test_s17_issue_list_names_all_requirements_of_the_project(begin: Begin) -> None:
    """R3.2.6: the screened one and the one that was just evaluated, with states."""
    project = begin("on site", "C-001")
    chen = project.company.chen
    screened = Requirement(project, "无限期反审核")
    screened.do(chen, "UT_judge_requirement", reasonable=False, reason="违反内控")
    screened.do(
        chen, "UT_persuade", outcome="persuaded", talk_on="2026-03-05", note="同意"
    )
    requirement = Requirement(project, "批次效期预警")
    requirement.submit()
    requirement.evaluate_all()
    requirement.conclude()

    (paper,) = project.documents("issue_list")
    path = f"/v2/documents/{paper['documentId']}"
    content = project.company.hou.call("GET", path).content
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    listed = {row[2]: row[6] for row in rows if row[0] in {1, 2, "1", "2"}}
    assert listed == {"无限期反审核": "已屏蔽", "批次效期预警": "处理中"}


def test_s17_open_requirement_must_be_explained_at_completion(begin: Begin) -> None:
    """R2.5.1: completion with an open requirement needs an explanation."""
    project = begin("on site", "C-001")
    Requirement(project, "批次效期预警")
    project.arrange_work()

    error = refused(project.declare_complete)

    assert error.status == 422
    assert [e["pointer"] for e in error.body["errors"]] == ["/exceptions"]
    project.declare_complete(exceptions="验收后继续开发")


def negotiated(project: Project) -> Requirement:
    """A charged requirement whose price the customer has agreed to."""
    zhao = project.company.zhao
    requirement = Requirement(project, "批次效期预警")
    requirement.submit()
    requirement.evaluate_all(in_contract=False, effort_days=8)
    requirement.conclude(
        chargeable=True, quote=1200000, feedback_needed=True, reason="合同外开发"
    )
    requirement.do(
        zhao, "UT_feedback", feedback_on="2026-03-10", customer_reply="accepts"
    )
    requirement.do(
        zhao,
        "UT_negotiate",
        outcome="agreed_paid",
        amount=1100000,
        customer_person="王主任",
        reason="首单优惠",
    )
    return requirement


def test_s18_solution_is_redrafted_until_a_signatory_agrees(begin: Begin) -> None:
    """R3.2.7, R3.2.8, R3.2.9: either signatory; a change means another draft."""
    project = begin("on site", "C-001")
    company = project.company
    requirement = negotiated(project)
    requirement.draft()
    assert requirement.holds(company.jin, "UT_agree_solution") == 1

    requirement.do(
        company.zhou, "UT_agree_solution", agree=False, change_request="写明验收标准"
    )

    assert not project.documents("solution_letter")
    requirement.draft(solution="开发批次效期预警报表,按附件验收")
    requirement.do(company.zhou, "UT_agree_solution", agree=True)
    assert len(project.documents("solution_letter")) == 1


def test_s18_paid_development_takes_two_signatures(begin: Begin) -> None:
    """R3.2.10, R3.2.11, R3.2.12: effective with two people's, then scheduled."""
    project = begin("on site", "C-001")
    company = project.company
    zhao, zhou, jin = company.zhao, company.zhou, company.jin
    requirement = negotiated(project)
    requirement.draft()
    requirement.do(zhou, "UT_agree_solution", agree=True)
    assert requirement.holds(zhao, "UT_sign_a") == 1
    assert [requirement.holds(p, "UT_sign_b") for p in (jin, zhou)] == [1, 1]
    sign = {"sign": True, "password": PASSWORD}
    key = requirement.raised["processInstanceKey"]
    second = zhou.task("UT_sign_b", processInstanceKey=key)["userTaskKey"]
    assert refused(zhao.answer, second, sign).status == 403
    wrong = refused(zhou.answer, second, {**sign, "password": "wrong"})
    assert wrong.status in {401, 403, 422}

    requirement.do(zhou, "UT_sign_b", **sign)

    assert requirement.holds(jin, "UT_sign_b") == 0
    assert requirement.holds(company.hou, "UT_schedule_dev") == 0

    requirement.do(zhao, "UT_sign_a", **sign)

    (letter,) = project.documents("solution_letter")
    signed = f"/v2/documents/{letter['documentId']}/signatures"
    signatures = company.hou.ask("GET", signed)["items"]
    assert [s["username"] for s in signatures] == ["zhou", "zhao"]
    assert {s["sha256"] for s in signatures} == {letter["contentHash"]}
    assert project.told("hou", "letter_signed")
    assert requirement.holds(company.hou, "UT_schedule_dev") == 1
    assert requirement.holds(company.pan, "UT_schedule_dev") == 1


def test_s18_changed_letter_cannot_be_signed(begin: Begin) -> None:
    """R3.2.10: a signature is for the exact content; another content is refused."""
    project = begin("on site", "C-001")
    company = project.company
    requirement = Requirement(project, "批次效期预警")
    requirement.submit()
    requirement.evaluate_all()
    requirement.conclude(feedback_needed=True, reason="须告知客户")
    requirement.do(
        company.zhao, "UT_feedback", feedback_on="2026-03-10", customer_reply="accepts"
    )
    requirement.draft(amount=0)
    requirement.do(company.jin, "UT_agree_solution", agree=True)
    (letter,) = project.documents("solution_letter")
    digest = letter["contentHash"]
    folder = project.house.settings.data / "documents"
    (file,) = [f for f in folder.rglob(f"{digest}*") if f.is_file()]
    file.chmod(0o600)
    file.write_bytes(file.read_bytes() + b"changed")

    error = refused(
        requirement.do, company.zhao, "UT_sign_a", sign=True, password=PASSWORD
    )

    assert (error.status, error.body["code"]) == (409, "document-changed")


def test_requirement_needs_its_manager_or_agent(begin: Begin) -> None:
    """R3.2.1: others may not raise one, and outsiders see no project."""
    project = begin("on site", "C-001")
    company = project.company
    body = {"title": "x"}

    path = f"{project.path}/requirements"
    assert company.sun.call("POST", path, json=body).status_code == 403
    assert company.ht.call("POST", path, json=body).status_code == 404
