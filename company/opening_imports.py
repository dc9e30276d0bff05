"""Taking over many customers at once, from a workbook, with a report on each row.

Every row is a customer with one project. A row that fits enters, whatever becomes of
the others; one whose contract is registered already is told so, so that the same file
can be sent again after its other rows were corrected.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from company import contracts, customers, openings, projects, stages
from company.customers import ContactDetails, CustomerDetails
from company.opening_sheet import SheetRow
from company.openings import Opening, OpeningPeriod
from company.schema import Contract, Customer
from engine.actors import Actor
from engine.errors import EngineError, Text
from engine.schema import UserAccount
from engine.steps import attempt

_STAGES = {
    "实施中": stages.IMPLEMENTATION,
    "服务期内": stages.SERVICE,
    "无服务": stages.LAPSED,
}
_KINDS = {"免费": "free", "付费": "paid"}
_SEPARATORS = re.compile(r"[、,,;;\s]+")
_COLUMNS = {
    "/manager": "实施经理",
    "/agent": "客服人员",
    "/salesManager": "销售经理",
    "/servicePeriod": "服务期起",
    "/servicePeriod/endOn": "服务期止",
    "/category": "客户类别",
}
_MODULES = "/contract/modules/"


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with a row; ``column`` is the heading, empty for the whole row."""

    column: str
    code: str
    text: Text


@dataclass(frozen=True, slots=True)
class RowReport:
    """What became of one row: opened as a project, or refused with its problems."""

    row: int
    customer_number: str
    project_no: str | None = None
    problems: tuple[RowProblem, ...] = ()


class _RefusedError(Exception):
    """A row does not enter."""

    def __init__(self, *problems: RowProblem) -> None:
        super().__init__()
        self.problems = problems


class _UndoneError(Exception):
    """A trial ends here, and nothing of it stays."""


def take_over(
    session: Session, actor: Actor, rows: Sequence[SheetRow], *, trial: bool = False
) -> list[RowReport]:
    """Open a project for each row that fits; return what became of each.

    With ``trial`` the report is the same, and nothing is stored.
    """
    if not trial:
        return [_report(session, actor, row) for row in rows]
    reports: list[RowReport] = []
    with suppress(_UndoneError), attempt(session):
        reports += [_report(session, actor, row) for row in rows]
        raise _UndoneError
    return [replace(report, project_no=None) for report in reports]


def _report(session: Session, actor: Actor, row: SheetRow) -> RowReport:
    number = str(row.values.get("客户编号", ""))
    try:
        with attempt(session):
            project_no = _open(session, actor, row)
    except _RefusedError as refusal:
        return RowReport(row.number, number, None, refusal.problems)
    except EngineError as error:
        return RowReport(row.number, number, None, tuple(_problems(error)))
    return RowReport(row.number, number, project_no)


def _open(session: Session, actor: Actor, row: SheetRow) -> str:
    if row.problems:
        raise _RefusedError(*map(_misfit, row.problems))
    values = row.values
    _require_new(session, values["合同编号"])
    opening = _opening(session, values)
    # Before anything is written, so that refusals of a row cost nothing.
    openings.check(session, opening)
    opened = projects.create(
        session,
        actor,
        customer_key=_customer(session, actor, values).key,
        sales_manager=_person(session, values, "销售经理") or "",
        opening=opening,
    )
    return opened.project.project_no


def _misfit(problem: tuple[str, str]) -> RowProblem:
    column, zh = problem
    return RowProblem(column, "value-unfit", Text(f"{column}: {zh}", f"{column}:{zh}"))


def _problems(error: EngineError) -> Iterator[RowProblem]:
    for problem in error.problems:
        column = _COLUMNS.get(problem.pointer, "")
        if problem.pointer.startswith(_MODULES):
            column = "模块"
        yield RowProblem(column, problem.code, problem.text)
    if not error.problems:
        yield RowProblem("", error.code, error.text)


def _require_new(session: Session, number: str) -> None:
    taken = select(Contract.key).where(Contract.contract_no == number)
    if session.scalar(taken) is not None:
        error = contracts.ContractNumberTakenError(number)
        raise _RefusedError(RowProblem("合同编号", error.code, error.text))


def _customer(session: Session, actor: Actor, values: Mapping[str, Any]) -> Customer:
    """Return the customer of a number; a new one is entered as the row says."""
    number, name = values["客户编号"], values["客户名称"]
    known = session.scalar(select(Customer).where(Customer.number == number))
    if known is None:
        return customers.create(session, actor, _details(values))
    if known.name != name:
        text = Text(
            f"Customer {number} is {known.name}; correct the number or the name",
            f"客户编号{number}对应{known.name},请核对编号或名称",
        )
        raise _RefusedError(RowProblem("客户名称", "customer-differs", text))
    return known


def _details(values: Mapping[str, Any]) -> CustomerDetails:
    people: tuple[ContactDetails, ...] = ()
    if "联系人" in values:
        people = (
            ContactDetails(
                name=values["联系人"],
                phone=values.get("联系电话", ""),
                email=values.get("联系邮箱", ""),
            ),
        )
    return CustomerDetails(
        number=values["客户编号"],
        name=values["客户名称"],
        category=values["客户类别"],
        address=values.get("地址", ""),
        contacts=people,
    )


def _opening(session: Session, values: Mapping[str, Any]) -> Opening:
    return Opening(
        stage=_STAGES[values["阶段"]],
        manager=_person(session, values, "实施经理"),
        agent=_person(session, values, "客服人员"),
        accepted_on=values.get("验收日期"),
        go_live_on=values.get("上线日期"),
        period=_period(values),
        contract=_contract(values),
    )


def _period(values: Mapping[str, Any]) -> OpeningPeriod | None:
    if "服务期起" not in values and "服务期止" not in values:
        return None
    for column in ("服务期起", "服务期止"):
        if column not in values:
            text = Text("Give both days of the period", "请同时填写服务期起和止")
            raise _RefusedError(RowProblem(column, "required", text))
    return OpeningPeriod(
        start_on=values["服务期起"],
        end_on=values["服务期止"],
        kind=_KINDS[values.get("服务期类别", "免费")],
        number=values.get("第几期", 1),
    )


def _contract(values: Mapping[str, Any]) -> dict[str, Any]:
    modules = [m for m in _SEPARATORS.split(values.get("模块", "")) if m]
    return {
        "contract_no": values["合同编号"],
        "signed_on": values["签订日期"].isoformat(),
        "amount": values.get("合同金额", 0),
        "modules": list(dict.fromkeys(modules)),
        "free_service_months": None,
        "service_start_basis": "acceptance",
        "data_export_in_contract": False,
        "data_export_promised": False,
        "data_export_note": "",
    }


def _person(session: Session, values: Mapping[str, Any], column: str) -> str | None:
    """Return the account that a cell names, by its username or by the name."""
    named = values.get(column)
    if named is None:
        return None
    if session.get(UserAccount, named) is not None:
        return str(named)
    found = session.scalars(
        select(UserAccount.username).where(
            UserAccount.display_name == named, UserAccount.active
        )
    ).all()
    if len(found) == 1:
        return found[0]
    text = Text(
        f"{named} is no account, or several people bear the name; give the account",
        f"没有账号“{named}”,或有多人同名;请填写账号",
    )
    raise _RefusedError(RowProblem(column, "unknown-user", text))
