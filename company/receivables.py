"""What customers owe: raised when something charged is done, until it is paid."""

from datetime import date
from typing import Any

from sqlalchemy import Row, Table, select
from sqlalchemy.orm import Session

from company import numbers, quotations
from company.numbers import ZONE
from company.schema import Project, Receivable
from engine import authorization, cache, journal
from engine import search as searching
from engine.actors import Actor
from engine.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    Problem,
    Text,
)
from engine.schema import ScopeMember, next_key
from engine.search import Found, Query, Searchable

OPEN, PAID = "open", "paid"
_COLLECTORS = ("sales_manager", "sales_director")
_TABLE: Table = Receivable.metadata.tables["receivable"]
_PROJECTS: Table = Project.metadata.tables["project"]
_SEARCHABLE = Searchable(
    {
        "receivableKey": searching.key(_TABLE.c.key),
        "receivableNo": searching.text(_TABLE.c.receivable_no),
        "projectNo": searching.text(_PROJECTS.c.project_no),
        "customerKey": searching.key(_PROJECTS.c.customer_key),
        "kind": searching.text(_TABLE.c.kind),
        "subjectNo": searching.text(_TABLE.c.subject_no),
        "state": searching.text(_TABLE.c.state),
        "raisedAt": searching.moment(_TABLE.c.raised_at),
    },
    _TABLE.c.key,
)


class ReceivableNotFoundError(NotFoundError):
    """There is no such receivable."""

    code = "receivable-not-found"

    def __init__(self, number: str) -> None:
        super().__init__(f"There is no receivable {number}", f"没有应收款{number}")


class PaidAlreadyError(ConflictError):
    """The payment was recorded before."""

    code = "receivable-paid"

    def __init__(self, number: str) -> None:
        super().__init__(
            f"The payment of {number} is recorded already", f"应收款{number}已登记收款"
        )


def charge(
    session: Session, project: Project, kind: str, subject_no: str, amount: int
) -> Receivable | None:
    """Raise what is owed for something; nothing where it is free.

    What is charged again (a request that was reopened) changes its amount while it
    is open; what is paid stays as it is.
    """
    known = session.scalar(
        select(Receivable).where(
            Receivable.kind == kind, Receivable.subject_no == subject_no
        )
    )
    if known is not None:
        if known.state == OPEN and amount > 0:
            known.amount_fen = amount
        return known
    if amount <= 0:
        return None
    quotation = quotations.newest(session, kind, subject_no)
    receivable = Receivable(
        key=next_key(),
        receivable_no=numbers.of_year(session, numbers.RECEIVABLE),
        project_key=project.key,
        quotation_key=quotation.key if quotation else None,
        kind=kind,
        subject_no=subject_no,
        amount_fen=amount,
        raised_at=cache.now(session),
    )
    session.add(receivable)
    session.flush()
    return receivable


def pay(
    session: Session, actor: Actor, number: str, *, paid_on: date, note: str = ""
) -> Receivable:
    """Record that a customer has paid.

    Raises:
        ReceivableNotFoundError: There is none, as far as the actor may know.
        DutyMissingError: It is for the project's sales manager or the director.
        PaidAlreadyError: It is paid.
        InvalidInputError: The day lies in the future.
    """
    receivable = session.scalar(
        select(Receivable).where(Receivable.receivable_no == number).with_for_update()
    )
    if receivable is None or not authorization.may_see_scope(
        session, actor, receivable.project_key
    ):
        raise ReceivableNotFoundError(number)
    authorization.require_duty(session, actor, _COLLECTORS, receivable.project_key)
    if receivable.state == PAID:
        raise PaidAlreadyError(number)
    if paid_on > cache.now(session).astimezone(ZONE).date():
        text = Text("The day lies in the future", "收款日期不能晚于今天")
        problem = Problem("/paidOn", "day-in-future", text)
        raise InvalidInputError(text.en, text.zh, (problem,))
    receivable.state, receivable.paid_on = PAID, paid_on
    receivable.note, receivable.recorded_by = note, actor.username
    session.flush()
    journal.record(
        session,
        actor,
        "ReceivablePaid",
        scope_key=receivable.project_key,
        details={"receivable_no": number, "amount": receivable.amount_fen},
    )
    return receivable


def search(
    session: Session, actor: Actor, query: Query, *, number: str | None = None
) -> Found[Row[Any]]:
    """Return the receivables that the actor may see; customers their own.

    Raises:
        BadQueryError: A filter, a sort field or an operator is unknown.
    """
    rows = select(_TABLE, _PROJECTS.c.project_no).join(
        _PROJECTS, _PROJECTS.c.key == _TABLE.c.project_key
    )
    if actor.is_customer:
        own = select(ScopeMember.scope_key).where(
            ScopeMember.username == actor.username
        )
        rows = rows.where(_TABLE.c.project_key.in_(own))
    if number is not None:
        rows = rows.where(_TABLE.c.receivable_no == number)
    return _SEARCHABLE.search(session, rows, query)
