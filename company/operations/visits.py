"""Planning, opening and ending periodic visits."""

from typing import Any

from company import visits
from company.operations.calling import Parameters, day_of, project_of
from engine.operations import OperationContext, Operations


def register(operations: Operations) -> None:
    """Offer what is in here."""
    operations.register("visits.plan", plan, parameters=("case", "due_on"))
    operations.register("visits.open", begin, parameters=("case",))
    operations.register("visits.close_open", close_open, parameters=("case",))


def plan(context: OperationContext, given: Parameters) -> dict[str, Any]:
    """Store the next visit; the same date again is the same visit (R4.4.2)."""
    project, due_on = project_of(context), day_of(given["due_on"])
    if due_on is None:
        raise visits.NoDateError
    period = given["case"].get("period") or {}
    visit = visits.plan(context.session, project, due_on, period.get("no") or 0)
    return {
        "visit_no": visit.visit_no,
        "due_on": visit.due_on,
        "opens_at": visit.opens_at,
    }


def begin(context: OperationContext, given: Parameters) -> None:
    """Open the visit of the case: it has come due (R4.4.1)."""
    visits.begin(
        context.session,
        project_of(context),
        given["case"]["visit"]["visit_no"],
        context.instance.key,
    )


def close_open(context: OperationContext, _: Parameters) -> dict[str, Any]:
    """End the visits at which nobody was reached, when the period is over (X5)."""
    project = project_of(context)
    closed = visits.close_open(context.session, context.actor, project)
    return {"closed": closed}
