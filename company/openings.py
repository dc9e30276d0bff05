"""Projects that enter in the middle of their life: taken over with running service.

A project is opened at its preparation, or at a later stage with what the earlier ones
would have left behind: the manager, the contract, the service period.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from company import contracts, period_ends, periods, stages
from company.numbers import ZONE
from company.schema import ProductModule, Project, ServicePeriod
from engine import cache, duties, scopes
from engine.errors import InvalidInputError, Problem, Text
from engine.schema import next_key

STAGES = (stages.PREPARATION, stages.IMPLEMENTATION, stages.SERVICE, stages.LAPSED)
KINDS = ("free", "paid")
_MANAGER = "implementation_manager"
_AGENT = "customer_service_agent"
_MONTHS = 12


class OpeningInvalidError(InvalidInputError):
    """A project cannot be opened at this stage with what was given."""

    code = "opening-invalid"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        first = problems[0].text
        super().__init__(first.en, first.zh, problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningPeriod:
    """The service period that is running, or was the last; ``end_on`` is exclusive."""

    start_on: date
    end_on: date
    kind: str = "free"
    number: int = 1
    months: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """At which stage a project enters, and what belongs to that stage.

    ``contract`` holds the fields of ``UT_register_contract``, without its files;
    without one no module counts as bought.
    """

    stage: str = stages.PREPARATION
    manager: str | None = None
    agent: str | None = None
    accepted_on: date | None = None
    go_live_on: date | None = None
    period: OpeningPeriod | None = None
    contract: Mapping[str, Any] | None = None


def check(session: Session, opening: Opening) -> None:
    """Raise unless what was given fits the stage.

    Raises:
        OpeningInvalidError: Something is missing or impossible; problems point at it.
    """
    if problems := tuple(_problems(session, opening)):
        raise OpeningInvalidError(problems)


def take_over(session: Session, project: Project, opening: Opening) -> None:
    """Write to a new project what its earlier stages would have left."""
    project.stage = opening.stage
    project.accepted_on = opening.accepted_on
    project.go_live_on = opening.go_live_on or opening.accepted_on
    if opening.agent is not None:
        project.agent = opening.agent
        scopes.set_members(session, project.key, "customer.agent", [opening.agent])
    if opening.manager is not None:
        project.manager = opening.manager
        scopes.set_members(session, project.key, "project.manager", [opening.manager])
    if opening.contract is not None:
        contracts.register(session, project, _with_files(opening.contract))
    if opening.period is not None:
        _add_period(session, project, opening.period)
    session.flush()


def _with_files(contract: Mapping[str, Any]) -> dict[str, Any]:
    return {**contract, "full_contract": None, "redacted_contract": None}


def _add_period(session: Session, project: Project, period: OpeningPeriod) -> None:
    session.add(
        ServicePeriod(
            key=next_key(),
            project_key=project.key,
            number=period.number,
            kind=period.kind,
            months=period.months or _months(period.start_on, period.end_on),
            start_on=period.start_on,
            end_on=period.end_on,
        )
    )
    session.flush()
    if opened := periods.newest(session, project.key):
        period_ends.schedule(session, opened)


def _months(start: date, end: date) -> int:
    full = (end.year - start.year) * _MONTHS + end.month - start.month
    return max(full - (end.day < start.day), 1)


def _problems(session: Session, opening: Opening) -> Iterator[Problem]:
    yield from _of_people(session, opening)
    yield from _of_period(session, opening)
    yield from _of_contract(session, opening)


def _of_people(session: Session, opening: Opening) -> Iterator[Problem]:
    book, active = duties.in_force(session), duties.active_users(session)
    for name, username, position in (
        ("manager", opening.manager, _MANAGER),
        ("agent", opening.agent, _AGENT),
    ):
        fits = username in active and position in book.positions_of(username or "")
        if username is not None and not fits:
            text = Text(
                f"{username} is not active in this position", f"{username}不在该岗位"
            )
            yield Problem(f"/{name}", "wrong-position", text)
    if opening.stage == stages.IMPLEMENTATION and opening.manager is None:
        text = Text("Name the implementation manager", "请指定实施经理")
        yield Problem("/manager", "required", text)


def _of_period(session: Session, opening: Opening) -> Iterator[Problem]:
    period = opening.period
    today = cache.now(session).astimezone(ZONE).date()
    if period is None:
        if opening.stage == stages.SERVICE:
            text = Text("Give the running service period", "请填写正在进行的服务期")
            yield Problem("/servicePeriod", "required", text)
        return
    if period.start_on >= period.end_on:
        text = Text("The period ends before it begins", "服务期止期须晚于起期")
        yield Problem("/servicePeriod/endOn", "period-empty", text)
    elif opening.stage == stages.SERVICE and period.end_on <= today:
        text = Text(
            "The period is over; open the project as lapsed",
            "服务期已满,请按“无服务”阶段立项",
        )
        yield Problem("/servicePeriod/endOn", "period-over", text)
    elif opening.stage == stages.LAPSED and period.end_on > today:
        text = Text(
            "The period is not over; open the project in service",
            "服务期未满,请按“服务期内”阶段立项",
        )
        yield Problem("/servicePeriod/endOn", "period-running", text)
    if opening.stage not in {stages.SERVICE, stages.LAPSED}:
        text = Text("There is no period before acceptance", "验收前没有服务期")
        yield Problem("/servicePeriod", "period-too-early", text)


def _of_contract(session: Session, opening: Opening) -> Iterator[Problem]:
    if opening.contract is None:
        return
    if opening.stage == stages.PREPARATION:
        text = Text(
            "The sales manager registers the contract as his first task",
            "合同由销售经理在首个任务中登记",
        )
        yield Problem("/contract", "contract-too-early", text)
    known = set(session.scalars(select(ProductModule.name)))
    for place, module in enumerate(opening.contract["modules"]):
        if module not in known:
            text = Text(f"There is no module {module}", f"没有模块{module}")
            yield Problem(f"/contract/modules/{place}", "unknown-module", text)
