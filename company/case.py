"""The snapshot of a project that travels with its processes as ``case``.

It is read from the rows each time, so that a process that has waited for months sees
today's people. Nothing of the full contract is in it: neither its amount nor its
document (R1.1.2, R1.1.3).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from company import contracts, customers
from company.schema import (
    Contract,
    Customer,
    Milestone,
    PlanVersion,
    Project,
    ServicePeriod,
)


def snapshot(session: Session, project: Project) -> dict[str, Any]:
    """Return ``case`` for a project.

    Keys: project_no, project_key, stage, customer {number, name, category, contact,
    contacts}, contract (or null), sales_manager, manager, agent, period (or null),
    milestones, plan (or null), import_tables, team, pm_record_no, accepted_on,
    go_live_on, last_visit, tracking (how long between two looks, A10). Dates are
    ISO strings, as in the answers of forms.
    """
    customer = customers.get(session, project.customer_key)
    return {
        "project_no": project.project_no,
        "project_key": str(project.key),
        "stage": project.stage,
        "customer": _customer(session, customer),
        "contract": _contract(session, project.key),
        "sales_manager": project.sales_manager,
        "manager": project.manager,
        "agent": project.agent,
        "period": _period(session, project.key),
        "milestones": _milestones(session, project.key),
        "plan": _plan(session, project.key),
        "import_tables": project.details.get("import_tables"),
        "team": project.details.get("team"),
        "pm_record_no": project.pm_record_no,
        "accepted_on": _iso(project.accepted_on),
        "go_live_on": _iso(project.go_live_on),
        "last_visit": _iso(customer.last_visit),
        "tracking": _tracking(session),
    }


OWN_MEMBERS = ("request", "requirement", "visit")
"""What belongs to one process alone; no row of the project says it."""


def renewed(
    session: Session, project: Project, given: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return ``case`` as the rows say now; what is one process's own stays."""
    own = {name: given[name] for name in OWN_MEMBERS if given and name in given}
    return {**snapshot(session, project), **own}


def renewed_payload(session: Session, payload: Any) -> Any:
    """Return a message's payload with the case in it as the rows say now.

    A payload is a case itself, or has one as its member ``case``; others stay.
    """
    if not isinstance(payload, Mapping):
        return payload
    if isinstance(payload.get("case"), Mapping):
        return {**payload, "case": renewed_payload(session, payload["case"])}
    number = payload.get("project_no")
    if "customer" not in payload or not isinstance(number, str):
        return payload
    found = select(Project).where(Project.project_no == number)
    project = session.scalar(found)
    return payload if project is None else renewed(session, project, payload)


def _tracking(session: Session) -> dict[str, str]:
    given = session.info["settings"].tracking
    return {
        "site_record": given.site_record,
        "progress": given.progress,
        "quality": given.quality,
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _customer(session: Session, customer: Customer) -> dict[str, Any]:
    people = customers.contacts(session, customer.key)
    return {
        "number": customer.number,
        "name": customer.name,
        "category": customer.category,
        "contact": people[0].name if people else None,
        "contacts": [person.name for person in people],
    }


def _contract(session: Session, project_key: int) -> dict[str, Any] | None:
    contract = session.scalar(
        select(Contract).where(Contract.project_key == project_key)
    )
    if contract is None:
        return None
    return {
        "contract_no": contract.contract_no,
        "signed_on": _iso(contract.signed_on),
        "modules": contracts.modules_of(session, contract.key),
        "data_export_in_contract": contract.data_export_in_contract,
        "data_export_promised": contract.data_export_promised,
        "data_export_note": contract.data_export_note,
        "free_service_months": contract.free_service_months,
        "service_start_basis": contract.service_start_basis,
    }


def _period(session: Session, project_key: int) -> dict[str, Any] | None:
    period = session.scalar(
        select(ServicePeriod)
        .where(ServicePeriod.project_key == project_key)
        .order_by(ServicePeriod.number.desc())
        .limit(1)
    )
    if period is None:
        return None
    return {
        "no": period.number,
        "kind": period.kind,
        "months": period.months,
        "start_on": _iso(period.start_on),
        "end_on": _iso(period.end_on),
    }


def _milestones(session: Session, project_key: int) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(Milestone)
        .where(Milestone.project_key == project_key)
        .order_by(Milestone.position)
    )
    return [
        {"name": row.name, "start": _iso(row.start), "finish": _iso(row.finish)}
        for row in rows
    ]


def _plan(session: Session, project_key: int) -> dict[str, Any] | None:
    plan = session.scalar(
        select(PlanVersion)
        .where(PlanVersion.project_key == project_key)
        .order_by(PlanVersion.version.desc())
        .limit(1)
    )
    if plan is None:
        return None
    return {"version": plan.version, "phases": plan.phases, **plan.details}
