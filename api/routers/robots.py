"""Robots of chat groups (WeCom, DingTalk, Feishu) that pass notices on."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Response
from pydantic import Field, SecretStr
from sqlalchemy import Row

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Reading, Transaction
from api.shapes import Answer, Body, Found, Key, Search, entity_tag, if_match, page_of
from engine import robots
from engine.authorization import Permission
from engine.robots import RobotDetails

router = APIRouter(prefix="/v2/robots", tags=["robots"], route_class=CommandRoute)

_ONE = "/v2/robots/{robot_key}"
grant(
    Permission.MANAGE_CONNECTIONS,
    "POST /v2/robots",
    "POST /v2/robots/search",
    f"GET {_ONE}",
    f"PATCH {_ONE}",
    f"DELETE {_ONE}",
    f"POST {_ONE}/test",
)

Kind = Literal["wecom", "dingtalk", "feishu"]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Audience = Annotated[list[Name], Field(min_length=1, max_length=100)]
Address = Annotated[SecretStr, Field(min_length=1, max_length=2000)]
Secret = Annotated[SecretStr, Field(max_length=200)]


class NewRobot(Body):
    """A robot; its ``address`` carries its token and is not shown again.

    ``secret`` is for robots of DingTalk and Feishu that want signatures.
    ``audience`` says whose notices it passes on: ``user:NAME``, ``duty:NAME``, ``*``.
    """

    name: Name
    kind: Kind
    address: Address
    secret: Secret = SecretStr("")
    audience: Audience
    active: bool = True


class RobotPatch(Body):
    """What changes; what is left out stays, an empty secret ends signing."""

    name: Name | None = None
    kind: Kind | None = None
    address: Address | None = None
    secret: Secret | None = None
    audience: Audience | None = None
    active: bool | None = None


class RobotAnswer(Answer):
    """A robot without address and secret; ``error`` is why it was not heard last."""

    robot_key: Key
    name: str
    kind: str
    audience: list[str]
    signs: bool
    active: bool
    spoke_at: datetime | None
    error: str | None
    created_at: datetime
    created_by: str


@router.post("", status_code=201, operation_id="create_robot")
def create_robot(
    body: NewRobot, actor: CurrentActor, session: Transaction
) -> RobotAnswer:
    """Let a robot pass notices on from now on."""
    return _answer(robots.add(session, actor, _details(body.model_dump())))


@router.post("/search", operation_id="search_robots")
def search_robots(
    body: Search, actor: CurrentActor, session: Reading
) -> Found[RobotAnswer]:
    """Find robots."""
    found = robots.search(session, actor, body.query())
    return page_of(found, [_answer(row) for row in found.items])


@router.get("/{robot_key}", operation_id="get_robot")
def get_robot(
    robot_key: Key, actor: CurrentActor, session: Reading, response: Response
) -> RobotAnswer:
    """Return a robot."""
    row = robots.get(session, actor, robot_key)
    response.headers["ETag"] = entity_tag(row.revision)
    return _answer(row)


@router.patch("/{robot_key}", operation_id="update_robot")
def update_robot(
    robot_key: Key,
    body: RobotPatch,
    actor: CurrentActor,
    session: Transaction,
    tag: Annotated[str | None, Header(alias="If-Match")] = None,
) -> RobotAnswer:
    """Change a robot; an inactive one is silent."""
    row = robots.get(session, actor, robot_key)
    known = {each: getattr(row, each) for each in ("name", "kind", "audience")}
    given = {**known, "active": row.active, **body.model_dump(exclude_none=True)}
    row = robots.change(
        session, actor, robot_key, _details(given), revision=if_match(tag)
    )
    return _answer(row)


@router.delete("/{robot_key}", status_code=204, operation_id="delete_robot")
def delete_robot(robot_key: Key, actor: CurrentActor, session: Transaction) -> None:
    """Let a robot be silent for good."""
    robots.remove(session, actor, robot_key)


@router.post("/{robot_key}/test", status_code=202, operation_id="test_robot")
def test_robot(robot_key: Key, actor: CurrentActor, session: Transaction) -> None:
    """Let a robot greet its group; ``error`` and ``spokeAt`` tell what came of it."""
    robots.try_out(session, actor, robot_key)


def _details(given: dict[str, Any]) -> RobotDetails:
    opened: dict[str, Any] = {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value
        for name, value in given.items()
    }
    return RobotDetails(**{**opened, "audience": tuple(given["audience"])})


def _answer(row: Row[Any]) -> RobotAnswer:
    return RobotAnswer(
        robot_key=row.key,
        name=row.name,
        kind=row.kind,
        audience=row.audience,
        signs=row.signs,
        active=row.active,
        spoke_at=row.spoke_at,
        error=row.error,
        created_at=row.created_at,
        created_by=row.created_by,
    )
