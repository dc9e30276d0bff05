"""What forms may know of the company: catalogue, the project's rows, areas.

``forms/README.md`` is the contract; the engine adds what is true of any company
(today, the actor, people, documents).
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from company import case
from company.schema import ProductModule, Project
from engine import duties


def facts(session: Session, scope_key: int | None) -> dict[str, Any]:
    """Return the facts for a task in a scope (or for one without any).

    Keys: ``catalogue`` {modules}, ``project`` {stage, milestones, plan, progress_pct,
    open_requirements, open_plan_changes, open_emergencies} or null,
    ``business_areas``, ``standards`` {service, charge}.
    """
    modules = session.scalars(select(ProductModule.name).order_by(ProductModule.name))
    return {
        "catalogue": {"modules": list(modules)},
        "project": _project(session, scope_key),
        "business_areas": sorted(duties.in_force(session).business_owners),
        "standards": {"service": None, "charge": None},
    }


def _project(session: Session, scope_key: int | None) -> dict[str, Any] | None:
    project = None if scope_key is None else session.get(Project, scope_key)
    if project is None:
        return None
    known = case.snapshot(session, project)
    return {
        "stage": known["stage"],
        "manager": known["manager"],
        "milestones": known["milestones"],
        "plan": known["plan"],
        "progress_pct": project.details.get("progress_pct"),
        "open_requirements": 0,
        "open_plan_changes": 0,
        "open_emergencies": 0,
    }
