"""Who owns a business area, and the requests that visits bring home."""

from typing import Any

from company import service_requests, visits
from company.operations.calling import Parameters, project_of
from company.service_requests import Intake
from engine import duties
from engine.operations import OperationContext, Operations

_FALLBACK = "service_management"


def register(operations: Operations) -> None:
    """Offer what is in here."""
    operations.register(
        "service.business_owner", business_owner, parameters=("case", "area")
    )
    operations.register(
        "service.raise_requests", raise_requests, parameters=("case", "items")
    )


def business_owner(context: OperationContext, given: Parameters) -> str:
    """Return who owns a business area, else the service management (R4.3.2.3)."""
    owner = duties.in_force(context.session).business_owners.get(given["area"])
    active = duties.active_users(context.session)
    return owner if owner in active else _FALLBACK


def raise_requests(context: OperationContext, given: Parameters) -> dict[str, Any]:
    """Open a service request for each item that a visit brought (R4.4.3).

    The customer was reached, or there would be nothing to ask: the visit counts.
    """
    project = project_of(context)
    visit_no = (given["case"].get("visit") or {}).get("visit_no")
    if visit_no is not None:
        visits.mark_reached(context.session, visit_no)
    numbers = []
    for item in given["items"]:
        intake = Intake(
            channel="visit",
            category=item["category"],
            module=item.get("module") or "",
            title=item["title"],
            source="visit",
            visit_no=visit_no,
        )
        received = service_requests.receive(
            context.session, context.actor, project, intake
        )
        numbers.append(received.request_no)
    return {"request_nos": numbers}
