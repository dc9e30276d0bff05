"""The two published standards: what is in scope, and what the rest costs."""

from datetime import date, datetime
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import Field

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Reading, Transaction
from api.shapes import Answer, Body, Fen, Listed
from company import standards
from company.schema import PriceList, ServiceStandard
from company.standards import Edition
from engine.authorization import Permission

router = APIRouter(prefix="/v2", tags=["standards"], route_class=CommandRoute)

grant(Permission.READ_STANDARDS, "GET /v2/price-lists", "GET /v2/service-standards")
grant(Permission.MANAGE_STANDARDS, "PUT /v2/price-lists", "PUT /v2/service-standards")


class Price(Body):
    """A kind of service and what it costs, in fen, in a service period and after."""

    service_type: str = Field(min_length=1, max_length=60)
    title: str = Field(min_length=1, max_length=200)
    unit: str = Field(min_length=1, max_length=20)
    price_in_period: Fen
    price_after: Fen
    minimum: Fen = 0
    tax_percent: float = Field(default=0, ge=0, le=100)
    remark: str = Field(default="", max_length=1000)


class PriceListBody(Body):
    """The next version of the price list."""

    valid_from: date
    items: list[Price] = Field(min_length=1, max_length=500)


class ServiceItem(Body):
    """A kind of request and whether it is within the standard service."""

    category: str = Field(min_length=1, max_length=60)
    title: str = Field(min_length=1, max_length=200)
    scope: Literal["in", "out", "unclear"]
    not_if_caused_by_customer: bool = False
    channel: str = Field(default="", max_length=100)
    response_class: str = Field(default="", max_length=20)
    remark: str = Field(default="", max_length=1000)


class StandardBody(Body):
    """The next version of the service standard."""

    valid_from: date
    items: list[ServiceItem] = Field(min_length=1, max_length=500)


class EditionAnswer(Answer):
    """A version of a standard."""

    version: int
    valid_from: date
    items: list[Any]
    created_at: datetime
    created_by: str


@router.get("/price-lists", operation_id="get_price_lists")
def get_price_lists(_: CurrentActor, session: Reading) -> Listed[EditionAnswer]:
    """Return all versions of 《客户服务工作收费标准》, the newest first."""
    return _listed(standards.versions(session, PriceList))


@router.put("/price-lists", status_code=201, operation_id="publish_price_list")
def publish_price_list(
    body: PriceListBody, actor: CurrentActor, session: Transaction
) -> EditionAnswer:
    """Publish the next version of the price list."""
    items = [item.model_dump(by_alias=True) for item in body.items]
    edition = Edition(valid_from=body.valid_from, items=items)
    row = standards.replace(session, actor, PriceList, edition)
    return EditionAnswer.model_validate(row)


@router.get("/service-standards", operation_id="get_service_standards")
def get_service_standards(_: CurrentActor, session: Reading) -> Listed[EditionAnswer]:
    """Return all versions of 《标准客户服务标准》, the newest first."""
    return _listed(standards.versions(session, ServiceStandard))


@router.put(
    "/service-standards", status_code=201, operation_id="publish_service_standard"
)
def publish_service_standard(
    body: StandardBody, actor: CurrentActor, session: Transaction
) -> EditionAnswer:
    """Publish the next version of the service standard."""
    items = [item.model_dump(by_alias=True) for item in body.items]
    edition = Edition(valid_from=body.valid_from, items=items)
    row = standards.replace(session, actor, ServiceStandard, edition)
    return EditionAnswer.model_validate(row)


def _listed(rows: Any) -> Listed[EditionAnswer]:
    return Listed(items=[EditionAnswer.model_validate(row) for row in rows])
