"""A customer of the API: signs in as people and does their work over HTTP alone.

It works against the application in process and against a running server alike,
because all it needs is an HTTP client.
"""

from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Any

import httpx2
from pypdf import PdfWriter

JSON = dict[str, Any]
PASSWORD = "correct-horse-battery"


class RefusedError(AssertionError):
    """The server answered with a problem; ``body`` is the problem."""

    def __init__(self, response: httpx2.Response) -> None:
        super().__init__(
            f"{response.request.method} {response.request.url.path}: "
            f"{response.status_code} {response.text[:600]}"
        )
        self.status = response.status_code
        self.body = response.json() if response.content else {}


def pdf(text: str) -> bytes:
    """Return a real one-page PDF that differs with ``text``."""
    writer = PdfWriter()
    writer.add_blank_page(width=595, height=842)
    writer.add_metadata({"/Title": text})
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


@dataclass
class Person:
    """Somebody who calls the API."""

    http: httpx2.Client
    username: str
    password: str = PASSWORD

    def call(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """Send a request as this person and return whatever comes back."""
        auth = (self.username, self.password)
        return self.http.request(method, path, auth=auth, **options)

    def ask(self, method: str, path: str, **options: Any) -> Any:
        """Send a request that must succeed; return its JSON, or None."""
        response = self.call(method, path, **options)
        if not response.is_success:
            raise RefusedError(response)
        return response.json() if response.content else None

    def search(self, resource: str, **filters: Any) -> list[JSON]:
        """Return all that a search finds (one page of up to 1,000)."""
        body = {"filter": filters, "page": {"limit": 1000}}
        found: list[JSON] = self.ask("POST", f"/v2/{resource}/search", json=body)[
            "items"
        ]
        return found

    def tasks(self, element_id: str | None = None, **filters: Any) -> list[JSON]:
        """Return the open tasks that this person may work on."""
        if element_id:
            filters["elementId"] = element_id
        return self.search("user-tasks", state="CREATED", **filters)

    def task(self, element_id: str, **filters: Any) -> JSON:
        """Return the one open task of an element."""
        found = self.tasks(element_id, **filters)
        assert len(found) == 1, f"{self.username}: {len(found)} open {element_id}"
        return found[0]

    def complete(
        self, element_id: str, values: JSON | None = None, **filters: Any
    ) -> JSON:
        """Complete the one open task of an element, claiming it where needed."""
        task = self.task(element_id, **filters)
        self.answer(task["userTaskKey"], values or {})
        return task

    def answer(self, task_key: str, values: JSON) -> None:
        """Complete a task by its key."""
        path = f"/v2/user-tasks/{task_key}/completion"
        self.ask("POST", path, json={"variables": values})

    def upload(self, name: str, content: bytes | None = None) -> JSON:
        """Upload a document (a small real PDF by default); return its reference."""
        data = pdf(name) if content is None else content
        files = {"file": (name, data, "application/pdf")}
        reference: JSON = self.ask("POST", "/v2/documents", files=files)
        return reference

    def notices(self) -> list[JSON]:
        """Return what this person was told, the newest first."""
        found: list[JSON] = self.ask("POST", "/v2/notifications/search", json={})[
            "items"
        ]
        return found


@dataclass
class Company:
    """The sample company on a server, person by person."""

    http: httpx2.Client
    people: dict[str, Person] = field(default_factory=dict)

    def __getattr__(self, username: str) -> Person:
        if username.startswith("_"):
            raise AttributeError(username)
        return self.people.setdefault(username, Person(self.http, username))

    def customer(self, number: str) -> JSON:
        """Return a sample customer by its number."""
        (found,) = self.zhao.search("customers", number=number)
        return found

    def set_clock(self, moment: datetime) -> None:
        """Put the business clock somewhere; due timers have fired afterwards."""
        body = {"timestamp": int(moment.timestamp() * 1000)}
        self.admin.ask("PUT", "/v2/clock", json=body)

    def open_project(self, customer_number: str) -> "Case":
        """Let 赵明 open a project for a sample customer."""
        customer = self.customer(customer_number)
        body = {"customerKey": customer["customerKey"], "salesManager": "zhao"}
        opened = self.zhao.ask("POST", "/v2/projects", json=body)
        return Case(self, customer, opened["projectNo"])


@dataclass
class Case:
    """One project and the steps of section 一, each as its people do it."""

    company: Company
    customer: JSON
    project_no: str

    @property
    def contact(self) -> Person:
        """The customer's portal user."""
        (contact,) = [c for c in self.customer["contacts"] if c["username"]]
        return getattr(self.company, contact["username"])  # type: ignore[no-any-return]

    def project(self) -> JSON:
        """Return the project as 侯福龙 sees it."""
        found: JSON = self.company.hou.ask("GET", f"/v2/projects/{self.project_no}")
        return found

    def instance(self, process_id: str) -> JSON:
        """Return the project's one instance of a process, as 侯福龙 sees it."""
        found = self.company.hou.search(
            "process-instances",
            projectNo=self.project_no,
            processDefinitionId=process_id,
        )
        assert len(found) == 1, f"{len(found)} instances of {process_id}"
        return found[0]

    def passed(self, element_id: str, process_id: str = "pre_implementation") -> int:
        """Count how often an instance has gone through an element."""
        found = self.company.hou.search(
            "element-instances",
            processInstanceKey=self.instance(process_id)["processInstanceKey"],
            elementId=element_id,
            state="COMPLETED",
        )
        return len(found)

    def papers(self, person: Person) -> dict[str, JSON]:
        """Return the documents in force that a person may read, by their kind."""
        path = f"/v2/projects/{self.project_no}/documents"
        items = person.ask("GET", path)["items"]
        return {each["kind"]: each for each in items if not each["void"]}

    def notices(self, person: Person, template: str) -> list[JSON]:
        """Return what a person was told in this project by one template."""
        return [
            notice
            for notice in person.notices()
            if (notice["projectNo"], notice["template"]) == (self.project_no, template)
        ]

    def completions(self, element_id: str) -> list[JSON]:
        """Return the timeline's entries of an element's completions, newest first."""
        path = f"/v2/projects/{self.project_no}/timeline"
        return [
            entry
            for entry in self.company.hou.ask("GET", path)["items"]
            if (entry["event"], entry["elementId"]) == ("TaskCompleted", element_id)
        ]

    def holds(self, person: Person, element_id: str) -> int:
        """Count the open tasks of an element that are a person's own to do."""
        tasks = person.tasks(element_id, projectNo=self.project_no)
        return len([t for t in tasks if person.username in t["candidateUsers"]])

    def do(self, person: Person, element_id: str, **values: Any) -> JSON:
        """Let a person complete the one open task of an element in this project."""
        return person.complete(element_id, values, projectNo=self.project_no)

    def register_contract(self, **changes: Any) -> None:
        """R1.1.1: 赵明 registers the contract with both electronic versions."""
        zhao = self.company.zhao
        values = {
            "contract_no": f"HT-{self.project_no}",
            "signed_on": "2026-03-01",
            "amount": 16800000,
            "modules": ["进销存", "GSP", "财务"],
            "full_contract": zhao.upload(f"合同完整版 {self.project_no}.pdf"),
            "redacted_contract": zhao.upload(f"合同删减版 {self.project_no}.pdf"),
            "data_export_in_contract": False,
            "data_export_promised": False,
            "free_service_months": 12,
            "service_start_basis": "acceptance",
        }
        self.do(zhao, "UT_register_contract", **{**values, **changes})

    def appoint(self, nominee: str = "chen") -> None:
        """R1.2.1: both appointers name the same person."""
        for person in (self.company.hou, self.company.wang):
            self.do(person, "UT_appoint_manager", nominee=nominee, reason="熟悉行业")

    def agree_schedule(self, manager: Person) -> None:
        """R1.1.4 and R1.2.2: upload, draft, agree."""
        self.do(
            manager,
            "UT_upload_contract",
            pm_record_no="PM-88",
            uploaded_on="2026-03-02",
        )
        rows = [
            {"name": "调研", "start": "2026-03-09", "finish": "2026-03-13"},
            {"name": "上线", "start": "2026-03-16", "finish": "2026-04-30"},
        ]
        self.do(manager, "UT_draft_milestones", milestones=rows)
        self.do(self.company.zhao, "UT_agree_milestones", agreed=True)

    def send_documents(self, manager: Person) -> None:
        """R1.3.1: the three documents go to the customer."""
        self.do(
            manager,
            "UT_send_preparation_docs",
            checklist_items=[
                {"item": "服务器", "owner": "客户信息科", "due": "2026-03-12"},
                {"item": "网络", "owner": "客户信息科", "due": "2026-03-13"},
            ],
            survey_sections=["企业概况", "业务流程"],
            import_tables=["商品", "客户", "供应商"],
            sent_on="2026-03-03",
            receiver="王主任",
        )

    def confirm_readiness(self, manager: Person) -> None:
        """R1.3.2: both record that the customer is ready."""
        for person in (manager, self.company.zhao):
            self.do(
                person,
                "UT_confirm_readiness",
                contacted_on="2026-03-10",
                customer_person="王主任",
                ok=True,
            )

    def return_confirmation(self, person: Person | None = None) -> None:
        """R1.6.1: the signed letter comes back."""
        who = person or self.contact
        self.do(
            who,
            "UT_return_confirmation",
            items=[{"item": "服务器", "ready": True, "ready_on": "2026-03-10"}],
            signed_by="王主任",
            signed_on="2026-03-11",
            file=who.upload("确认书签字.pdf"),
        )

    def return_survey(self) -> None:
        """R1.4.1: the survey comes back."""
        self.do(
            self.contact,
            "UT_return_survey",
            answers={"users": 40, "current_system": "手工"},
            filled_by="王主任",
            returned_on="2026-03-09",
        )

    def analyse_survey(self) -> None:
        """R1.4.2: both analysts."""
        for person in (self.company.pan, self.company.wang):
            self.do(
                person,
                "UT_analyse_survey",
                findings=[
                    {"topic": "批号", "severity": "major", "description": "无批号管理"}
                ],
                complete=True,
            )

    def write_opinion(self, issues: int = 2) -> None:
        """R1.4.3: one of them writes the opinion."""
        rows = [
            {
                "no": n,
                "issue": f"问题{n}",
                "proposal": "培训解决",
                "owner": "实施部",
                "due": "2026-03-20",
            }
            for n in range(1, issues + 1)
        ]
        self.do(
            self.company.wang,
            "UT_write_opinion",
            issues=rows,
            discussion_on="2026-03-12",
            return_to_customer=False,
        )

    def decide_solution(self, issues: int = 2) -> None:
        """R1.4.5: 金忠权 decides each issue."""
        rows = [
            {"no": n, "decision": "按建议执行", "note": ""}
            for n in range(1, issues + 1)
        ]
        self.do(
            self.company.jin,
            "UT_decide_solution",
            decisions=rows,
            decided_on="2026-03-13",
        )

    def draft_plan(self, manager: Person) -> None:
        """R1.5.1: the manager drafts plan and schedule."""
        self.do(
            manager,
            "UT_draft_plan",
            plan_file=manager.upload("实施计划.pdf"),
            phases=[
                {
                    "name": "安装",
                    "start": "2026-03-20",
                    "finish": "2026-03-27",
                    "owner": "陈刚",
                    "deliverable": "环境",
                }
            ],
            resources=["服务器"],
            risks="无",
        )

    def approve_plan(self) -> None:
        """R1.5.2: 王立民 approves."""
        self.do(self.company.wang, "UT_review_plan", approved=True)

    def confirm_plan(self) -> None:
        """R1.5.3: the customer confirms."""
        self.do(
            self.contact, "UT_customer_confirm_plan", confirmed=True, signed_by="王主任"
        )

    def plan_confirmed(self, manager: Person) -> None:
        """From the returned survey to the confirmed plan."""
        self.return_survey()
        self.analyse_survey()
        self.write_opinion()
        self.decide_solution()
        self.draft_plan(manager)
        self.approve_plan()
        self.confirm_plan()

    def mobilise(self, manager: Person) -> None:
        """R1.6.2: the team moves in."""
        self.do(
            manager,
            "UT_mobilise_team",
            team=["liu"],
            arrived_on="2026-03-20",
            site_contact="王主任",
        )

    def to_documents_sent(self, nominee: str = "chen") -> Person:
        """Reach background B2 and return the implementation manager."""
        self.register_contract()
        self.appoint(nominee)
        manager: Person = getattr(self.company, nominee)
        self.agree_schedule(manager)
        self.send_documents(manager)
        return manager
