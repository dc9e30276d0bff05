"""Customers and the people we know there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Table, select
from sqlalchemy.orm import Session

from company.schema import Customer, CustomerContact, Project
from engine import clock, journal, scopes
from engine import search as searching
from engine.authorization import Actor
from engine.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    Problem,
    StaleVersionError,
    Text,
)
from engine.schema import UserAccount, next_key
from engine.search import Found, Query, Searchable

CATEGORIES = ("A", "B", "C")
_TABLE: Table = Customer.metadata.tables["customer"]
_SEARCHABLE = Searchable(
    {
        "customerKey": searching.key(_TABLE.c.key),
        "number": searching.text(_TABLE.c.number),
        "name": searching.text(_TABLE.c.name),
        "class": searching.text(_TABLE.c.category),
        "agent": searching.text(_TABLE.c.agent, nullable=True),
        "createdAt": searching.moment(_TABLE.c.created_at),
    },
    _TABLE.c.key,
)


class CustomerNotFoundError(NotFoundError):
    """There is no such customer, or not for this actor."""

    code = "customer-not-found"

    def __init__(self, key: int) -> None:
        super().__init__(f"There is no customer {key}", f"没有编号为{key}的客户")


class CustomerNumberTakenError(ConflictError):
    """Another customer has this number."""

    code = "customer-number-taken"

    def __init__(self, number: str) -> None:
        super().__init__(
            f"Customer number {number} is taken; choose another",
            f"客户编号{number}已被使用,请另选编号",
        )


class CustomerChangedError(StaleVersionError):
    """Somebody changed the customer since the caller read it."""

    code = "customer-changed"

    def __init__(self) -> None:
        super().__init__(
            "The customer was changed meanwhile; reload it and try again",
            "客户资料已被他人修改,请刷新后重试",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactDetails:
    """A person at the customer; ``username`` when he may sign in to the portal."""

    name: str
    phone: str = ""
    email: str = ""
    username: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerDetails:
    """What is known of a customer; ``category`` is A, B or C."""

    number: str
    name: str
    category: str = "C"
    address: str = ""
    agent: str | None = None
    contacts: tuple[ContactDetails, ...] = ()


def create(session: Session, actor: Actor, details: CustomerDetails) -> Customer:
    """Add a customer.

    Raises:
        CustomerNumberTakenError: Another customer has the number.
        InvalidInputError: The category is unknown, or an account does not exist.
    """
    _check(session, details)
    if _key_of_number(session, details.number) is not None:
        raise CustomerNumberTakenError(details.number)
    customer = Customer(
        key=next_key(),
        number=details.number,
        name=details.name,
        category=details.category,
        address=details.address,
        agent=details.agent or None,
        created_at=clock.system_now(),
    )
    session.add(customer)
    session.flush()
    _write_contacts(session, customer.key, details.contacts)
    journal.record(
        session,
        actor,
        "CustomerCreated",
        details={"customer": str(customer.key), "number": details.number},
    )
    return customer


def update(
    session: Session,
    actor: Actor,
    key: int,
    details: CustomerDetails,
    *,
    revision: int | None = None,
) -> Customer:
    """Replace what is known of a customer; his running projects follow.

    Raises:
        CustomerNotFoundError: There is no such customer.
        CustomerChangedError: ``revision`` is not the stored one.
        CustomerNumberTakenError: Another customer has the number.
    """
    customer = get(session, key)
    if revision is not None and revision != customer.revision:
        raise CustomerChangedError
    _check(session, details)
    if _key_of_number(session, details.number) not in {None, key}:
        raise CustomerNumberTakenError(details.number)
    customer.number, customer.name = details.number, details.name
    customer.category, customer.address = details.category, details.address
    customer.agent = details.agent or None
    customer.revision += 1
    for contact in contacts(session, key):
        session.delete(contact)
    session.flush()
    _write_contacts(session, key, details.contacts)
    _follow(session, actor, customer)
    journal.record(session, actor, "CustomerUpdated", details={"customer": str(key)})
    return customer


def get(session: Session, key: int) -> Customer:
    """Return a customer.

    Raises:
        CustomerNotFoundError: There is no such customer.
    """
    customer = session.get(Customer, key)
    if customer is None:
        raise CustomerNotFoundError(key)
    return customer


def visible(session: Session, actor: Actor, key: int) -> Customer:
    """Return a customer that ``actor`` may see: staff see all, others their own.

    Raises:
        CustomerNotFoundError: There is none, or it is another's.
    """
    customer = get(session, key)
    if actor.is_customer and actor.username not in portal_users(session, key):
        raise CustomerNotFoundError(key)
    return customer


def search(session: Session, actor: Actor, query: Query) -> Found[Row[Any]]:
    """Return the customers that the actor may see and looks for.

    Raises:
        BadQueryError: A filter, a sort field or an operator is unknown.
    """
    rows = select(_TABLE)
    if actor.is_customer:
        own = select(CustomerContact.customer_key).where(
            CustomerContact.username == actor.username
        )
        rows = rows.where(_TABLE.c.key.in_(own))
    return _SEARCHABLE.search(session, rows, query)


def contacts(session: Session, customer_key: int) -> Sequence[CustomerContact]:
    """Return the people at a customer, in the order in which they were entered."""
    return session.scalars(
        select(CustomerContact)
        .where(CustomerContact.customer_key == customer_key)
        .order_by(CustomerContact.key)
    ).all()


def portal_users(session: Session, customer_key: int) -> tuple[str, ...]:
    """Return the accounts of a customer's people who may sign in."""
    return tuple(
        contact.username
        for contact in contacts(session, customer_key)
        if contact.username is not None
    )


def _follow(session: Session, actor: Actor, customer: Customer) -> None:
    """Let the customer's people and his agent into the projects that are not over."""
    portal = portal_users(session, customer.key)
    running = session.scalars(
        select(Project).where(
            Project.customer_key == customer.key,
            Project.stage.not_in(["closed", "terminated"]),
        )
    )
    for project in running:
        scopes.set_members(
            session, project.key, "customer.contacts", portal, actor=actor
        )
        if customer.agent is not None and customer.agent != project.agent:
            project.agent = customer.agent
            scopes.set_members(
                session, project.key, "customer.agent", [customer.agent], actor=actor
            )


def _check(session: Session, details: CustomerDetails) -> None:
    problems = []
    if details.category not in CATEGORIES:
        text = Text("The category is A, B or C", "客户类别只能是A、B或C")
        problems.append(Problem("/category", "unknown-category", text))
    for position, contact in enumerate(details.contacts):
        if contact.username and not session.get(UserAccount, contact.username):
            text = Text(
                f"There is no account {contact.username}",
                f"没有账号{contact.username}",
            )
            pointer = f"/contacts/{position}/username"
            problems.append(Problem(pointer, "unknown-user", text))
    if details.agent and not session.get(UserAccount, details.agent):
        text = Text(f"There is no account {details.agent}", f"没有账号{details.agent}")
        problems.append(Problem("/agent", "unknown-user", text))
    if problems:
        raise InvalidInputError(
            "The customer's data is not right", "客户资料填写有误", tuple(problems)
        )


def _key_of_number(session: Session, number: str) -> int | None:
    return session.scalar(select(Customer.key).where(Customer.number == number))


def _write_contacts(
    session: Session, customer_key: int, people: Sequence[ContactDetails]
) -> None:
    session.add_all(
        CustomerContact(
            key=next_key(),
            customer_key=customer_key,
            name=person.name,
            phone=person.phone,
            email=person.email,
            username=person.username or None,
        )
        for person in people
    )
    session.flush()
