"""Keeping what was negotiated about a charge."""

from typing import Any

from company import quotations
from company.operations.calling import Parameters, project_of
from company.quotations import Settlement
from engine.operations import OperationContext, Operations


def register(operations: Operations) -> None:
    """Offer what is in here."""
    operations.register(
        "charges.settle",
        settle,
        parameters=("case", "subject", "negotiation", "talk"),
    )


def settle(context: OperationContext, given: Parameters) -> dict[str, Any] | None:
    """Write down a negotiation and its quotation; None where nothing was charged.

    ``subject`` has service_type, quantity and title, ``negotiation`` outcome, amount,
    standard_amount, by and customer_person, ``talk`` the terms and the reason.
    """
    found, talk = given.get("negotiation"), given.get("talk") or {}
    if found is None:
        return None
    project = project_of(context)
    subject = given["subject"]
    kind, number = quotations.subject_of(given["case"] or {}, project)
    row = quotations.settle(
        context.session,
        project,
        Settlement(
            kind=kind,
            subject_no=number,
            title=str(subject.get("title") or ""),
            service_type=subject["service_type"],
            quantity=float(subject.get("quantity") or 1),
            outcome=found["outcome"],
            amount=int(found.get("amount") or 0),
            standard=int(found.get("standard_amount") or 0),
            customer_person=found.get("customer_person") or "",
            terms=talk.get("terms") or "",
            reason=talk.get("reason") or "",
            decided_by=found.get("by") or "sales_manager",
        ),
        context.instance.key,
    )
    return {"quotation_no": row.quotation_no, "version": row.version}
