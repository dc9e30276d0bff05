"""Accounts of people and programs."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Header, Response
from pydantic import Field

from api.access import Open, grant
from api.dependencies import CommandRoute, CurrentActor, Reading, Transaction
from api.shapes import Answer, Body, Found, Search, entity_tag, if_match, page_of
from engine import identity
from engine.actors import ActorKind
from engine.authorization import Permission
from engine.identity import AccountDetails

router = APIRouter(prefix="/v2/users", tags=["users"], route_class=CommandRoute)

grant(
    Permission.READ_USERS,
    "POST /v2/users/search",
    "GET /v2/users/{username}",
)
grant(Permission.MANAGE_USERS, "POST /v2/users", "PATCH /v2/users/{username}")
grant(Open.SIGNED_IN, "PUT /v2/users/{username}/password")


class NewUser(Body):
    """An account to be made; without a password only a link lets the person in."""

    username: str = Field(min_length=1, max_length=64)
    display_name: str = Field(min_length=1, max_length=100, alias="name")
    password: str | None = Field(default=None, max_length=1024)
    kind: ActorKind = "staff"
    email: str | None = Field(default=None, max_length=200)
    language: str = "zh"
    administrator: bool = False


class UserPatch(Body):
    """What changes; what is left out stays."""

    display_name: str | None = Field(default=None, max_length=100, alias="name")
    kind: ActorKind | None = None
    email: str | None = Field(default=None, max_length=200)
    language: str | None = None
    administrator: bool | None = None
    active: bool | None = None


class PasswordChange(Body):
    """A new password; the own one needs the current one."""

    password: str = Field(min_length=1, max_length=1024)
    current: str | None = Field(default=None, max_length=1024)


class UserAnswer(Answer):
    """An account."""

    username: str
    display_name: str = Field(alias="name")
    kind: str
    email: str | None
    language: str
    administrator: bool
    active: bool
    created_at: datetime


@router.post("", status_code=201, operation_id="create_user")
def create_user(body: NewUser, actor: CurrentActor, session: Transaction) -> UserAnswer:
    """Add an account."""
    details = AccountDetails(
        **body.model_dump(exclude={"username", "password"}), active=True
    )
    row = identity.create(session, actor, body.username, details, body.password)
    return UserAnswer.model_validate(row)


@router.get("/{username}", operation_id="get_user")
def get_user(
    username: str, actor: CurrentActor, session: Reading, response: Response
) -> UserAnswer:
    """Return an account."""
    del actor
    row = identity.account(session, username)
    response.headers["ETag"] = entity_tag(row.revision)
    return UserAnswer.model_validate(row)


@router.patch("/{username}", operation_id="update_user")
def update_user(
    username: str,
    body: UserPatch,
    actor: CurrentActor,
    session: Transaction,
    tag: Annotated[str | None, Header(alias="If-Match")] = None,
) -> UserAnswer:
    """Change an account; switching it off ends its sessions and tokens."""
    row = identity.account(session, username)
    known = {name: getattr(row, name) for name in UserPatch.model_fields}
    details = AccountDetails(**{**known, **body.model_dump(exclude_unset=True)})
    row = identity.update(session, actor, username, details, revision=if_match(tag))
    return UserAnswer.model_validate(row)


@router.put("/{username}/password", status_code=204, operation_id="set_password")
def set_password(
    username: str, body: PasswordChange, actor: CurrentActor, session: Transaction
) -> None:
    """Set the own password, or as administrator another's; old sessions end."""
    identity.set_password(session, actor, username, body.password, current=body.current)


@router.post("/search", operation_id="search_users")
def search_users(
    body: Search, actor: CurrentActor, session: Reading
) -> Found[UserAnswer]:
    """Find accounts."""
    del actor
    found = identity.search(session, body.query())
    return page_of(found, [UserAnswer.model_validate(row) for row in found.items])
