"""Robots as administrators set them up; addresses and secrets stay sealed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Table, select
from sqlalchemy.orm import Session

from engine import cache, clock, duties, journal, sealing
from engine import search as searching
from engine.actors import Actor
from engine.authorization import Permission, require
from engine.connectors.reach import Reach
from engine.connectors.robots import KINDS
from engine.errors import (
    InvalidInputError,
    NotFoundError,
    Problem,
    StaleVersionError,
    Text,
)
from engine.robots.passing import REVISION, speak
from engine.schema import Robot, UserAccount, next_key
from engine.search import Column, Found, Query, Searchable
from engine.settings import Settings

_NAMED = re.compile(r"\*|(user|duty):(.+)")
_TABLE: Table = Robot.metadata.tables["robot"]
_SEALED = frozenset({"address", "secret"})
_SHOWN = [
    *(column for column in _TABLE.c if column.name not in _SEALED),
    _TABLE.c.secret.is_not(None).label("signs"),
]

NAMES: Mapping[str, Column] = {
    "robotKey": searching.key(_TABLE.c.key),
    "name": searching.text(_TABLE.c.name),
    "kind": searching.text(_TABLE.c.kind),
    "active": searching.flag(_TABLE.c.active),
    "createdAt": searching.moment(_TABLE.c.created_at),
    "spokeAt": searching.moment(_TABLE.c.spoke_at, nullable=True),
}
_SEARCHABLE = Searchable(NAMES, _TABLE.c.key)


class RobotNotFoundError(NotFoundError):
    """There is no such robot."""

    code = "robot-not-found"

    def __init__(self) -> None:
        super().__init__("There is no such robot", "没有该机器人")


class RobotChangedError(StaleVersionError):
    """Somebody changed the robot since the caller read it."""

    code = "robot-changed"

    def __init__(self) -> None:
        super().__init__(
            "The robot was changed meanwhile; read it again, then change it",
            "该机器人已被他人修改;请重新读取后再修改",
        )


class RobotInvalidError(InvalidInputError):
    """Something about a robot is not as it must be."""

    code = "robot-invalid"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(
            "The robot cannot be kept like this; see errors",
            "该机器人的设置有误,详见errors",
            tuple(problems),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotDetails:
    """What an administrator decides.

    An ``address`` or ``secret`` that is None stays as it was; an empty secret means
    that the robot wants no signature.
    """

    name: str
    kind: str
    audience: tuple[str, ...]
    active: bool = True
    address: str | None = None
    secret: str | None = None


def add(session: Session, actor: Actor, details: RobotDetails) -> Row[Any]:
    """Let a robot pass notices on from now on.

    Raises:
        RobotInvalidError: Something is not as it must be.
        NoSecretKeyError: Its address could not be kept safe.
    """
    require(actor, Permission.MANAGE_CONNECTIONS)
    _check(session, details, new=True)
    row = Robot(
        key=next_key(),
        name=details.name,
        kind=details.kind,
        address=_sealed(session, details.address or ""),
        secret=_sealed(session, details.secret) if details.secret else None,
        audience=list(details.audience),
        active=details.active,
        created_at=clock.system_now(),
        created_by=actor.username,
    )
    session.add(row)
    session.flush()
    _changed(session, actor, "RobotAdded", row)
    return get(session, actor, row.key)


def change(
    session: Session,
    actor: Actor,
    key: int,
    details: RobotDetails,
    *,
    revision: int | None = None,
) -> Row[Any]:
    """Change a robot.

    Raises:
        RobotNotFoundError: There is none.
        RobotChangedError: It is not the ``revision`` any more.
        RobotInvalidError: Something is not as it must be.
    """
    row = _locked(session, actor, key)
    if revision is not None and revision != row.revision:
        raise RobotChangedError
    _check(session, details, new=False)
    row.name, row.kind, row.active = details.name, details.kind, details.active
    row.audience = list(details.audience)
    if details.address is not None:
        row.address = _sealed(session, details.address)
    if details.secret is not None:
        row.secret = _sealed(session, details.secret) if details.secret else None
    row.revision += 1
    session.flush()
    _changed(session, actor, "RobotChanged", row)
    return get(session, actor, key)


def remove(session: Session, actor: Actor, key: int) -> None:
    """Let a robot be silent for good.

    Raises:
        RobotNotFoundError: There is none.
    """
    row = _locked(session, actor, key)
    session.delete(row)
    session.flush()
    _changed(session, actor, "RobotRemoved", row)


def get(session: Session, actor: Actor, key: int) -> Row[Any]:
    """Return a robot without what is secret; ``signs`` tells whether it signs.

    Raises:
        RobotNotFoundError: There is none.
    """
    require(actor, Permission.MANAGE_CONNECTIONS)
    row = session.execute(select(*_SHOWN).where(_TABLE.c.key == key)).first()
    if row is None:
        raise RobotNotFoundError
    return row


def search(session: Session, actor: Actor, query: Query) -> Found[Row[Any]]:
    """Return robots without what is secret.

    Raises:
        BadQueryError: A filter, a sort field or an operator is unknown.
    """
    require(actor, Permission.MANAGE_CONNECTIONS)
    return _SEARCHABLE.search(session, select(*_SHOWN), query)


def try_out(session: Session, actor: Actor, key: int) -> None:
    """Let a robot greet its group, to see whether it can.

    Raises:
        RobotNotFoundError: There is none.
    """
    row = _locked(session, actor, key)
    speak(session, row.key, f"服务通知测试:{row.name}")


def _sealed(session: Session, secret: str) -> bytes:
    settings: Settings = session.info["settings"]
    return sealing.seal(settings.secret_keys, secret)


def _locked(session: Session, actor: Actor, key: int) -> Robot:
    require(actor, Permission.MANAGE_CONNECTIONS)
    row = session.get(Robot, key, with_for_update=True, populate_existing=True)
    if row is None:
        raise RobotNotFoundError
    return row


def _changed(session: Session, actor: Actor, event: str, row: Robot) -> None:
    cache.bump(session, REVISION)
    details = {"robot": str(row.key), "name": row.name}
    journal.record(session, actor, event, details=details)


def _check(session: Session, details: RobotDetails, *, new: bool) -> None:
    problems = [
        *_check_audience(session, details.audience),
        *_check_address(session, details.address, new=new),
    ]
    if details.kind not in KINDS:
        known = ", ".join(KINDS)
        text = Text(f"The kind is one of {known}", f"类型须为{known}之一")
        problems.append(Problem("/kind", "unknown", text))
    if problems:
        raise RobotInvalidError(problems)


def _check_address(
    session: Session, address: str | None, *, new: bool
) -> Sequence[Problem]:
    if address is None and not new:
        return ()
    settings: Settings = session.info["settings"]
    return Reach(settings.outgoing).problems(address or "", "/address")


def _check_audience(session: Session, names: Sequence[str]) -> list[Problem]:
    if not names:
        text = Text("Say whose notices it passes on", "请指明转发哪些人的通知")
        return [Problem("/audience", "missing", text)]
    return [
        Problem(
            f"/audience/{place}",
            "unknown",
            Text(
                f"“{name}” is neither user:NAME nor duty:NAME of somebody known, nor *",
                f"“{name}”不是已知的user:用户名或duty:职责,也不是*",
            ),
        )
        for place, name in enumerate(names)
        if not _is_known(session, name)
    ]


def _is_known(session: Session, name: str) -> bool:
    match = _NAMED.fullmatch(name)
    if match is None:
        return False
    if match[1] == "user":
        return session.get(UserAccount, match[2]) is not None
    return match[1] is None or match[2] in duties.in_force(session).duties
