"""Customers and their contacts."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Response
from pydantic import Field
from sqlalchemy import Row
from sqlalchemy.orm import Session

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Reading, Transaction
from api.shapes import (
    Answer,
    Body,
    Found,
    Key,
    Search,
    entity_tag,
    if_match,
    page_of,
)
from company import customers
from company.customers import ContactDetails, CustomerDetails
from company.schema import Customer
from engine.authorization import Permission

router = APIRouter(prefix="/v2/customers", tags=["customers"], route_class=CommandRoute)

grant(
    Permission.READ_CUSTOMERS,
    "POST /v2/customers/search",
    "GET /v2/customers/{customer_key}",
)
grant(
    Permission.MANAGE_CUSTOMERS,
    "POST /v2/customers",
    "PATCH /v2/customers/{customer_key}",
)


class Contact(Body):
    """A person at the customer."""

    name: str = Field(min_length=1, max_length=100)
    phone: str = Field(default="", max_length=50)
    email: str = Field(default="", max_length=200)
    username: str | None = None


class CustomerBody(Body):
    """A customer as it is entered; ``class`` sets the visit cycle."""

    number: str = Field(min_length=1, max_length=40)
    name: str = Field(min_length=1, max_length=200)
    category: str = Field(default="C", alias="class")
    address: str = Field(default="", max_length=300)
    agent: str | None = None
    contacts: list[Contact] = Field(default_factory=list, max_length=100)


class CustomerPatch(Body):
    """What changes; what is left out stays."""

    number: str | None = Field(default=None, min_length=1, max_length=40)
    name: str | None = Field(default=None, min_length=1, max_length=200)
    category: str | None = Field(default=None, alias="class")
    address: str | None = Field(default=None, max_length=300)
    agent: str | None = None
    contacts: list[Contact] | None = Field(default=None, max_length=100)


class ContactAnswer(Answer):
    """A person at the customer."""

    name: str
    phone: str
    email: str
    username: str | None


class CustomerAnswer(Answer):
    """A customer."""

    customer_key: Key
    number: str
    name: str
    category: str = Field(alias="class")
    address: str
    agent: str | None
    contacts: list[ContactAnswer]
    created_at: datetime


def answer(session: Session, row: Customer | Row[Any]) -> CustomerAnswer:
    """Return a customer with its people."""
    return CustomerAnswer.model_validate(
        {
            "customer_key": row.key,
            "number": row.number,
            "name": row.name,
            "class": row.category,
            "address": row.address,
            "agent": row.agent,
            "contacts": [
                ContactAnswer.model_validate(person)
                for person in customers.contacts(session, row.key)
            ],
            "created_at": row.created_at,
        }
    )


@router.post("", status_code=201, operation_id="create_customer")
def create_customer(
    body: CustomerBody, actor: CurrentActor, session: Transaction
) -> CustomerAnswer:
    """Add a customer."""
    return answer(session, customers.create(session, actor, _details(body)))


@router.get("/{customer_key}", operation_id="get_customer")
def get_customer(
    customer_key: Key, actor: CurrentActor, session: Reading, response: Response
) -> CustomerAnswer:
    """Return a customer; the ETag goes into ``If-Match`` of a change."""
    row = customers.visible(session, actor, customer_key)
    response.headers["ETag"] = entity_tag(row.revision)
    return answer(session, row)


@router.patch("/{customer_key}", operation_id="update_customer")
def update_customer(
    customer_key: Key,
    body: CustomerPatch,
    actor: CurrentActor,
    session: Transaction,
    tag: Annotated[str | None, Header(alias="If-Match")] = None,
) -> CustomerAnswer:
    """Change what is given; contacts are replaced as a whole."""
    row = customers.get(session, customer_key)
    known = answer(session, row).model_dump(include=set(CustomerBody.model_fields))
    changed = body.model_dump(exclude_unset=True)
    details = _details(CustomerBody.model_validate({**known, **changed}))
    row = customers.update(
        session, actor, customer_key, details, revision=if_match(tag)
    )
    return answer(session, row)


@router.post("/search", operation_id="search_customers")
def search_customers(
    body: Search, actor: CurrentActor, session: Reading
) -> Found[CustomerAnswer]:
    """Find customers; a customer's own people find only themselves."""
    found = customers.search(session, actor, body.query())
    return page_of(found, [answer(session, row) for row in found.items])


def _details(body: CustomerBody) -> CustomerDetails:
    people = tuple(ContactDetails(**person.model_dump()) for person in body.contacts)
    return CustomerDetails(
        number=body.number,
        name=body.name,
        category=body.category,
        address=body.address,
        agent=body.agent,
        contacts=people,
    )
