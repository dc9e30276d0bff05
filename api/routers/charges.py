"""Quotations, and what customers owe."""

from datetime import date, datetime
from typing import Any

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import Row

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Reading, Transaction
from api.shapes import Answer, Body, Found, Key, Search, page_of
from company import quotations, receivables
from engine.authorization import Permission
from engine.search import Query

router = APIRouter(prefix="/v2", tags=["charges"], route_class=CommandRoute)

grant(
    Permission.READ_PROJECTS,
    "POST /v2/quotations/search",
    "POST /v2/receivables/search",
    "GET /v2/receivables/{receivable_no}",
)
grant(Permission.READ_REPORTS, "POST /v2/receivables/{receivable_no}/payment")


class QuotationAnswer(Answer):
    """A version of a quotation with its negotiation; amounts in fen.

    ``state`` is accepted, free, declined, or superseded by a later version.
    """

    quotation_key: Key
    quotation_no: str
    version: int
    project_no: str
    kind: str
    subject_no: str
    title: str
    service_type: str
    quantity: float
    standard_amount: int
    amount: int
    state: str
    outcome: str
    customer_person: str
    terms: str
    reason: str
    decided_by: str
    made_at: datetime


class ReceivableAnswer(Answer):
    """What a customer owes for one thing; ``amount`` in fen."""

    receivable_key: Key
    receivable_no: str
    project_no: str
    kind: str
    subject_no: str
    quotation_key: Key | None
    amount: int
    state: str
    raised_at: datetime
    paid_on: date | None
    note: str
    recorded_by: str | None


class PaymentBody(Body):
    """A payment as it was received."""

    paid_on: date
    note: str = Field(default="", max_length=500)


@router.post("/quotations/search", operation_id="search_quotations")
def search_quotations(
    body: Search, actor: CurrentActor, session: Reading
) -> Found[QuotationAnswer]:
    """Find quotations; a customer's own people find only their own."""
    found = quotations.search(session, actor, body.query())
    return page_of(found, [_quotation(row) for row in found.items])


@router.post("/receivables/search", operation_id="search_receivables")
def search_receivables(
    body: Search, actor: CurrentActor, session: Reading
) -> Found[ReceivableAnswer]:
    """Find what customers owe or have paid; a customer's people find their own."""
    found = receivables.search(session, actor, body.query())
    return page_of(found, [_receivable(row) for row in found.items])


@router.get("/receivables/{receivable_no}", operation_id="get_receivable")
def get_receivable(
    receivable_no: str, actor: CurrentActor, session: Reading
) -> ReceivableAnswer:
    """Return what is owed under a number."""
    found = receivables.search(session, actor, Query(), number=receivable_no)
    if not found.items:
        raise receivables.ReceivableNotFoundError(receivable_no)
    return _receivable(found.items[0])


@router.post("/receivables/{receivable_no}/payment", operation_id="pay_receivable")
def pay_receivable(
    receivable_no: str, body: PaymentBody, actor: CurrentActor, session: Transaction
) -> ReceivableAnswer:
    """Record that the customer has paid."""
    receivables.pay(session, actor, receivable_no, paid_on=body.paid_on, note=body.note)
    found = receivables.search(session, actor, Query(), number=receivable_no)
    return _receivable(found.items[0])


def _quotation(row: Row[Any]) -> QuotationAnswer:
    return QuotationAnswer.model_validate(
        {
            **row._asdict(),
            "quotation_key": row.key,
            "standard_amount": row.standard_fen,
            "amount": row.amount_fen,
        }
    )


def _receivable(row: Row[Any]) -> ReceivableAnswer:
    return ReceivableAnswer.model_validate(
        {**row._asdict(), "receivable_key": row.key, "amount": row.amount_fen}
    )
