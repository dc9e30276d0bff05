"""What a diagram marks of a running instance: done, current, incidents."""

import json
from collections import Counter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.web.rendering import moment
from engine.lifecycles import ElementState, IncidentState, UserTaskState
from engine.schema import ElementInstance, Incident, UserTask


def highlights(
    session: Session, instance_key: int, people: dict[str, str], language: str
) -> str:
    """Return the marks of an instance as the diagram's island reads them (JSON)."""
    elements = session.execute(
        select(
            ElementInstance.element_id, ElementInstance.state, ElementInstance.flow_id
        ).where(ElementInstance.instance_key == instance_key)
    ).all()
    done = Counter(
        row.element_id for row in elements if row.state is ElementState.COMPLETED
    )
    current = Counter(
        row.element_id for row in elements if row.state is ElementState.ACTIVE
    )
    workers = _workers(session, instance_key, people, language)
    broken = session.scalars(
        select(Incident.element_id).where(
            Incident.instance_key == instance_key,
            Incident.state == IncidentState.ACTIVE,
        )
    )
    found = {
        "done": [_mark(name, count, workers) for name, count in done.items()],
        "current": [_mark(name, count, workers) for name, count in current.items()],
        "incident": [{"id": name} for name in sorted(set(broken))],
        "flows": sorted({row.flow_id for row in elements if row.flow_id}),
    }
    return json.dumps(found, ensure_ascii=False)


def _mark(name: str, count: int, workers: dict[str, dict[str, str]]) -> dict[str, Any]:
    return {"id": name, "count": count, **workers.get(name, {})}


def _workers(
    session: Session, instance_key: int, people: dict[str, str], language: str
) -> dict[str, dict[str, str]]:
    """Return who did (or is to do) each task last, and when."""
    rows = session.execute(
        select(
            UserTask.element_id,
            UserTask.assignee,
            UserTask.completed_by,
            UserTask.completed_at,
        )
        .where(
            UserTask.instance_key == instance_key,
            UserTask.state != UserTaskState.CANCELED,
        )
        .order_by(UserTask.key)
    )
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        who = row.completed_by or row.assignee
        found[row.element_id] = {
            "person": people.get(who, who) if who else "",
            "at": moment(row.completed_at, language),
        }
    return found
