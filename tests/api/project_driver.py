"""A project beyond its preparation: the steps of sections 二 to 五, over HTTP alone."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

from tests.api.driver import JSON, Case, Person, RefusedError

CHINA = timezone(timedelta(hours=8))

CONTRACTS: dict[str, JSON] = {
    "C-001": {
        "contract_no": "HT-26-031",
        "amount": 16800000,
        "modules": ["进销存", "GSP", "财务"],
        "free_service_months": 12,
    },
    "C-002": {
        "contract_no": "HT-26-035",
        "amount": 9600000,
        "modules": ["进销存", "生产"],
        "free_service_months": 12,
    },
    "C-003": {
        "contract_no": "HT-26-040",
        "amount": 3800000,
        "modules": ["进销存", "POS"],
        "free_service_months": 6,
    },
    "C-004": {
        "contract_no": "HT-26-044",
        "amount": 26000000,
        "modules": ["连锁", "GSP", "财务"],
        "free_service_months": 12,
        "data_export_in_contract": True,
        "data_export_note": "合同第七条",
    },
}


def at(day: str, time: str = "09:00") -> datetime:
    """Return a moment in China."""
    return datetime.fromisoformat(f"{day}T{time}:00").replace(tzinfo=CHINA)


def refused(action: Any, *arguments: Any, **options: Any) -> RefusedError:
    """Return the refusal that an action meets; it must meet one."""
    try:
        action(*arguments, **options)
    except RefusedError as error:
        return error
    raise AssertionError("The server did not refuse")


@dataclass
class Project(Case):
    """A project of a sample customer, managed by 陈刚.

    ``house`` is the server in this process that serves it, where there is one.
    """

    house: Any = None

    @property
    def path(self) -> str:
        """Where the API keeps the project."""
        return f"/v2/projects/{self.project_no}"

    def post(self, person: Person, action: str, **body: Any) -> Any:
        """Send one of the project's commands as somebody."""
        return person.ask("POST", f"{self.path}/{action}", json=body or None)

    def listed(self, what: str, person: Person | None = None) -> list[JSON]:
        """Return one of the project's lists, as 侯福龙 sees it or somebody else."""
        who = person or self.company.hou
        found: list[JSON] = who.ask("GET", f"{self.path}/{what}")["items"]
        return found

    def documents(self, kind: str, person: Person | None = None) -> list[JSON]:
        """Return the project's documents of a kind that somebody may read."""
        return [d for d in self.listed("documents", person) if d["kind"] == kind]

    def told(self, username: str, template: str) -> list[JSON]:
        """Return what somebody was told in this project by a template."""
        person: Person = getattr(self.company, username)
        return [
            notice
            for notice in person.notices()
            if notice["template"] == template and notice["projectNo"] == self.project_no
        ]

    def open_elements(self, person: Person) -> set[str]:
        """Return the elements whose open tasks somebody may work on here."""
        return {t["elementId"] for t in person.tasks(projectNo=self.project_no)}

    def prepare(self, contract: JSON | None = None) -> None:
        """Go from the signature to the team on site: background B3."""
        chen = self.company.chen
        self.register_contract(**(contract or CONTRACTS[self.customer["number"]]))
        self.appoint()
        self.agree_schedule(chen)
        self.send_documents(chen)
        self.plan_confirmed(chen)
        self.return_confirmation()
        self.confirm_readiness(chen)
        self.mobilise(chen)

    def arrange_work(self, *, legacy_data: bool = False) -> None:
        """R2.1.1: 陈刚 arranges the work to the site."""
        self.do(
            self.company.chen,
            "UT_arrange_site_work",
            work_items=[{"item": "安装", "owner": "刘洋"}],
            legacy_data=legacy_data,
        )

    def record_site(self, progress: int, **more: Any) -> None:
        """R2.2.1: 陈刚 fills in the project management record."""
        self.do(
            self.company.chen,
            "UT_fill_site_record",
            **{
                "date": "2026-03-02",
                "progress_pct": progress,
                "done": "安装服务器",
                **more,
            },
        )

    def declare_complete(self, **more: Any) -> None:
        """R2.1.2: 陈刚 declares the work complete."""
        self.do(
            self.company.chen, "UT_declare_complete", all_milestones_done=True, **more
        )

    def accept(self, day: date) -> None:
        """R2.5.1 to R2.5.3: report, meeting and the customer's signature."""
        modules = CONTRACTS[self.customer["number"]]["modules"]
        self.do(
            self.company.chen,
            "UT_fill_acceptance_report",
            scope_done=[{"module": m, "result": "已完成"} for m in modules],
            training_done=True,
        )
        self.do(
            self.company.zhao,
            "UT_organise_acceptance",
            meeting_on=day.isoformat(),
            attendees=["王主任", "陈刚"],
            accepted_on=day.isoformat(),
        )
        self.do(
            self.contact,
            "UT_customer_accept",
            accepted=True,
            signed_by="客户代表",
            accepted_on=day.isoformat(),
        )

    def ask_for_service(self, person: Person | None = None, **given: Any) -> JSON:
        """Bring a service request, as the customer's contact or as somebody else."""
        body = {
            "projectNo": self.project_no,
            "channel": "wechat",
            "category": "usage",
            "title": "期末结转报错",
            **given,
        }
        who = person or self.contact
        answer: JSON = who.ask("POST", "/v2/service-requests", json=body)
        return answer

    def request(self, number: str) -> JSON:
        """Return a service request as 林静 sees it."""
        found: JSON = self.company.lin.ask("GET", f"/v2/service-requests/{number}")
        return found

    def for_request(
        self, person: Person, element_id: str, request: JSON, **values: Any
    ) -> JSON:
        """Complete the one open task of an element for one request."""
        key = request["processInstanceKey"]
        return person.complete(element_id, values, processInstanceKey=key)

    def decide_renewal(self, decision: str, **more: Any) -> None:
        """R5.1.1: 赵明 asks the customer whether service is bought."""
        values = {"contacted_on": "2027-05-17", "decision": decision, **more}
        self.do(self.company.zhao, "UT_contact_customer", **values)
