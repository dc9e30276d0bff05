"""What forms may know of the company: catalogue, the project's rows, areas.

``forms/README.md`` is the contract; the engine adds what is true of any company
(today, the actor, people, documents).
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from company import case, matters, site, standards
from company.schema import Contract, ProductModule, Project, SiteRecord
from engine import duties
from engine.user_tasks import EVERY

_RECORDS = 10


def facts(
    session: Session, scope_key: int | None, wanted: AbstractSet[str]
) -> dict[str, Any]:
    """Return the facts for a task in a scope (or for one without any).

    Keys, as far as they are wanted: ``catalogue`` {modules}, ``project`` {stage,
    milestones, plan, progress_pct, site_records, open_requirements,
    open_plan_changes, open_emergencies} or null, ``business_areas``, ``standards``
    {service, charge}, ``contract_numbers`` (of other projects).
    """
    return {
        name: look_up(session, scope_key)
        for name, look_up in _KNOWN.items()
        if name in wanted or EVERY in wanted
    }


def _catalogue(session: Session, _: int | None) -> dict[str, Any]:
    modules = session.scalars(select(ProductModule.name).order_by(ProductModule.name))
    return {"modules": list(modules)}


def _areas(session: Session, _: int | None) -> list[str]:
    return sorted(duties.in_force(session).business_owners)


def _standards(session: Session, _: int | None) -> dict[str, Any]:
    return standards.in_force(session)


def _contract_numbers(session: Session, scope_key: int | None) -> list[str]:
    rows = session.scalars(
        select(Contract.contract_no)
        .where(Contract.project_key != (scope_key or 0))
        .order_by(Contract.contract_no)
    )
    return list(rows)


def _project(session: Session, scope_key: int | None) -> dict[str, Any] | None:
    project = None if scope_key is None else session.get(Project, scope_key)
    if project is None:
        return None
    known = case.snapshot(session, project)
    records = site.records(session, project.key)
    counts = matters.count(session, project.key)
    return {
        "stage": known["stage"],
        "manager": known["manager"],
        "milestones": known["milestones"],
        "plan": known["plan"],
        "progress_pct": records[0].progress_pct if records else None,
        "site_records": [_record(row) for row in records[:_RECORDS]],
        "open_requirements": counts.requirements,
        "open_plan_changes": counts.plan_changes,
        "open_emergencies": counts.emergencies,
    }


def _record(row: SiteRecord) -> dict[str, Any]:
    return {
        "date": row.day.isoformat(),
        "progress_pct": row.progress_pct,
        "done": row.done,
        "issues": row.issues,
        "help_needed": row.help_needed,
        "recorded_by": row.recorded_by,
    }


_KNOWN: dict[str, Callable[[Session, int | None], Any]] = {
    "catalogue": _catalogue,
    "project": _project,
    "business_areas": _areas,
    "standards": _standards,
    "contract_numbers": _contract_numbers,
}
