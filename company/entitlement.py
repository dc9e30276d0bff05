"""What a customer is entitled to at this moment, and within which times.

The tables `service_entitlement` and `request_sla` decide; this reads their inputs
from the rows and their outputs into words of ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from company import decisions, requirements, stages
from company.numbers import ZONE
from company.periods import newest
from company.schema import Project
from engine import cache

_IMPLEMENTATION_ISSUE = "implementation_issue"


@dataclass(frozen=True, slots=True)
class Entitlement:
    """Which process works a request; ``notice`` is N3, N3b or empty."""

    process_id: str
    notice: str


@dataclass(frozen=True, slots=True)
class Limits:
    """Times for a request in working hours."""

    respond: float
    resolve: float


def judge(session: Session, project: Project) -> Entitlement:
    """Return what a request of this project's customer leads to now (R5.4.1, A28)."""
    period = newest(session, project.key)
    today = cache.now(session).astimezone(ZONE).date()
    grace = timedelta(days=session.info["settings"].grace_days)
    inside = period is not None and period.start_on <= today < period.end_on + grace
    found = decisions.ask(
        session,
        "service_entitlement",
        {
            "stage": project.stage,
            "in_period": inside and project.stage == stages.SERVICE,
            "purchase_state": project.stage,
            "last_period_kind": period.kind if period else None,
        },
    )
    process_id = found["process_key"]
    if process_id == _IMPLEMENTATION_ISSUE:
        process_id = requirements.PROCESS
    return Entitlement(process_id, found["notice"] or "")


def limits(session: Session, priority: str, customer: Mapping[str, Any]) -> Limits:
    """Return the times for a request by its priority and the customer's class."""
    known = {"priority": priority, "customer_class": customer["category"]}
    found = decisions.ask(session, "request_sla", known)
    return Limits(float(found["sla_respond_wh"]), float(found["sla_resolve_wh"]))
