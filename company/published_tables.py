"""The published standards as the decision tables that processes ask.

A new price list or service standard replaces the table of its package: a request
that begins afterwards is judged by it, one that runs keeps the table it began with.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from company.decision_tables import ANY, Input, Output, Rule, Table, quoted, to_dmn
from company.schema import PriceList, ServiceStandard
from engine import definitions
from engine.actors import SYSTEM
from engine.runtime import SourceFile
from engine.schema import Deployment

OTHER = "other"
"""The row of a price list that holds for every service type without its own."""

Items = Sequence[Mapping[str, Any]]
_OUTPUTS = (
    Output("unit", "单位", "string"),
    Output("unit_price", "单价(分)", "number"),
    Output("standard_amount", "标准金额(分)", "number"),
)
_TRUE, _FALSE = "true", "false"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a standard's table is deployed, and how it is written."""

    package: str
    file: str
    table: Callable[[Items], Table]


def apply(session: Session, row: PriceList | ServiceStandard) -> bool:
    """Put the table of a standard in force; tell whether anything changed.

    Where its package is not deployed (yet) there is nothing to replace.

    Raises:
        FindingsError: The table does not pass the checks of a deployment.
    """
    place = _PLACES[type(row)]
    newest = session.scalar(
        select(Deployment.key)
        .where(Deployment.package == place.package)
        .order_by(Deployment.version.desc())
        .limit(1)
    )
    if newest is None:
        return False
    files = {f.name: f for f in definitions.files_of(session, newest)}
    content = to_dmn(place.table(row.items))
    if place.file in files and files[place.file].content == content:
        return False
    files[place.file] = SourceFile(place.file, content)
    definitions.deploy(session, SYSTEM, place.package, list(files.values()))
    return True


def charge_table(items: Items) -> Table:
    """Return the table of 《客户服务工作收费标准》 (R4.2.1)."""
    ordered = sorted(items, key=lambda item: item["serviceType"] == OTHER)
    return Table(
        id="charge_standard",
        name="客户服务工作收费标准",
        inputs=(
            Input("service_type", "服务类型", "string"),
            Input("quantity", "数量", "number"),
            Input("in_service", "服务期内", "boolean"),
        ),
        outputs=_OUTPUTS,
        rules=[rule for item in ordered for rule in _prices(item)],
    )


def scope_table(items: Items) -> Table:
    """Return the table of 《标准客户服务标准》 (R4.1.1); it only suggests.

    What is in scope is so for modules of the contract, and unless the item says
    otherwise not where the customer himself caused it.
    """
    return Table(
        id="service_scope",
        name="服务范围判断(建议)",
        inputs=(
            Input("category", "请求类别", "string"),
            Input("module_in_contract", "模块在合同内", "boolean"),
            Input("caused_by_customer", "客户原因造成", "boolean"),
        ),
        outputs=(Output("suggested_scope", "建议范围", "string"),),
        rules=[
            *(_scope(item) for item in items),
            Rule((ANY, _FALSE, ANY), (quoted("out"),), "模块不在合同内"),
            Rule((ANY, ANY, ANY), (quoted("unclear"),), "R4.3.3 转指定负责人"),
        ],
    )


def _prices(item: Mapping[str, Any]) -> Iterator[Rule]:
    inside, after = item["priceInPeriod"], item["priceAfter"]
    kind = ANY if item["serviceType"] == OTHER else quoted(item["serviceType"])
    if inside == after:
        yield Rule((kind, ANY, ANY), _amount(item, inside), item["title"])
        return
    yield Rule((kind, ANY, _TRUE), _amount(item, inside), f"{item['title']}(服务期内)")
    yield Rule((kind, ANY, _FALSE), _amount(item, after), f"{item['title']}(期满)")


def _amount(item: Mapping[str, Any], price: int) -> tuple[str, str, str]:
    amount, minimum = f"{price} * quantity", item.get("minimum") or 0
    if minimum:
        amount = f"max({amount}, {minimum})"
    return quoted(item["unit"]), str(price), amount


def _scope(item: Mapping[str, Any]) -> Rule:
    inside = item["scope"] == "in"
    strict = inside and item.get("notIfCausedByCustomer")
    tests = (
        quoted(item["category"]),
        _TRUE if inside else ANY,
        _FALSE if strict else ANY,
    )
    return Rule(tests, (quoted(item["scope"]),), item["title"])


_PLACES: Mapping[type[PriceList | ServiceStandard], _Place] = {
    PriceList: _Place("90_shared", "charge_standard.dmn", charge_table),
    ServiceStandard: _Place("04_in_period_support", "service_scope.dmn", scope_table),
}
