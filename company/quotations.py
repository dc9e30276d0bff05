"""Quotations and the negotiations that settled them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Table, select, update
from sqlalchemy.orm import Session

from company import numbers
from company.schema import Negotiation, Project, Quotation
from engine import cache
from engine import search as searching
from engine.actors import Actor
from engine.schema import ScopeMember, next_key
from engine.search import Found, Query, Searchable

KINDS = ("request", "requirement", "data_export", "renewal")
STATES = ("accepted", "free", "declined", "superseded")
_STATE_OF = {
    "agreed_paid": "accepted",
    "agreed_free": "free",
    "declined": "declined",
}
_SUPERSEDED = "superseded"
_TABLE: Table = Quotation.metadata.tables["quotation"]
_TALKS: Table = Negotiation.metadata.tables["negotiation"]
_PROJECTS: Table = Project.metadata.tables["project"]
_SEARCHABLE = Searchable(
    {
        "quotationKey": searching.key(_TABLE.c.key),
        "quotationNo": searching.text(_TABLE.c.quotation_no),
        "projectNo": searching.text(_PROJECTS.c.project_no),
        "customerKey": searching.key(_PROJECTS.c.customer_key),
        "kind": searching.text(_TABLE.c.kind),
        "subjectNo": searching.text(_TABLE.c.subject_no),
        "state": searching.text(_TABLE.c.state),
        "outcome": searching.text(_TALKS.c.outcome),
        "madeAt": searching.moment(_TABLE.c.made_at),
    },
    _TABLE.c.key,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What was negotiated: about what, by whom, and with which outcome; fen."""

    kind: str
    subject_no: str
    title: str
    service_type: str
    outcome: str
    amount: int
    standard: int
    quantity: float = 1
    customer_person: str = ""
    terms: str = ""
    reason: str = ""
    decided_by: str = "sales_manager"


def subject_of(case: Mapping[str, Any], project: Project) -> tuple[str, str]:
    """Return the kind and the number of what a case is about."""
    if number := (case.get("request") or {}).get("request_no"):
        return "request", number
    if number := (case.get("requirement") or {}).get("requirement_no"):
        return "requirement", number
    return "data_export", project.project_no


def settle(
    session: Session,
    project: Project,
    settlement: Settlement,
    instance_key: int | None = None,
) -> Quotation:
    """Keep a quotation with its negotiation; an earlier one is superseded."""
    before = newest(session, settlement.kind, settlement.subject_no)
    if before is not None:
        session.execute(
            update(Quotation)
            .where(Quotation.quotation_no == before.quotation_no)
            .values(state=_SUPERSEDED)
        )
    now = cache.now(session)
    number = before.quotation_no if before else numbers.of_year(session, numbers.QUOTE)
    quotation = Quotation(
        key=next_key(),
        quotation_no=number,
        version=before.version + 1 if before else 1,
        project_key=project.key,
        kind=settlement.kind,
        subject_no=settlement.subject_no,
        title=settlement.title,
        service_type=settlement.service_type,
        quantity=settlement.quantity,
        standard_fen=settlement.standard,
        amount_fen=settlement.amount,
        state=_STATE_OF[settlement.outcome],
        made_at=now,
    )
    session.add(quotation)
    session.flush()
    session.add(
        Negotiation(
            key=next_key(),
            quotation_key=quotation.key,
            outcome=settlement.outcome,
            customer_person=settlement.customer_person,
            terms=settlement.terms,
            reason=settlement.reason,
            decided_by=settlement.decided_by,
            instance_key=instance_key,
            negotiated_at=now,
        )
    )
    session.flush()
    return quotation


def newest(session: Session, kind: str, subject_no: str) -> Quotation | None:
    """Return the last version of the quotation for something."""
    return session.scalar(
        select(Quotation)
        .where(Quotation.kind == kind, Quotation.subject_no == subject_no)
        .order_by(Quotation.key.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def search(session: Session, actor: Actor, query: Query) -> Found[Row[Any]]:
    """Return the quotations that the actor may see, each with its negotiation.

    Customers see those of their own projects.

    Raises:
        BadQueryError: A filter, a sort field or an operator is unknown.
    """
    rows = (
        select(
            _TABLE,
            _PROJECTS.c.project_no,
            _TALKS.c.outcome,
            _TALKS.c.customer_person,
            _TALKS.c.terms,
            _TALKS.c.reason,
            _TALKS.c.decided_by,
            _TALKS.c.negotiated_at,
        )
        .join(_TALKS, _TALKS.c.quotation_key == _TABLE.c.key)
        .join(_PROJECTS, _PROJECTS.c.key == _TABLE.c.project_key)
    )
    if actor.is_customer:
        own = select(ScopeMember.scope_key).where(
            ScopeMember.username == actor.username
        )
        rows = rows.where(_TABLE.c.project_key.in_(own))
    return _SEARCHABLE.search(session, rows, query)
