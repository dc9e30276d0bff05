"""Signing in and out, and who one is."""

from datetime import datetime

from fastapi import APIRouter, Request, Response
from pydantic import Field

from api import auth
from api.access import Open, grant
from api.dependencies import (
    CommandRoute,
    CurrentActor,
    Platform,
    Reading,
    Transaction,
    Visitor,
)
from api.shapes import Answer, Body, Key
from engine import api_tokens, authorization, sign_in
from engine.authorization import Permission

router = APIRouter(prefix="/v2", tags=["authentication"], route_class=CommandRoute)

grant(Open.ANYBODY, "POST /v2/authentication/session")
grant(
    Open.SIGNED_IN,
    "DELETE /v2/authentication/session",
    "GET /v2/authentication/me",
)
grant(
    Permission.MANAGE_TOKENS,
    "GET /v2/api-tokens",
    "POST /v2/api-tokens",
    "DELETE /v2/api-tokens/{token_key}",
)


class Credentials(Body):
    """User name and password."""

    username: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=1024)


class SessionOpened(Answer):
    """What a browser needs beside the cookie that comes with it."""

    csrf_token: str
    expires_at: datetime


class Me(Answer):
    """The caller."""

    username: str
    display_name: str
    kind: str
    administrator: bool
    language: str
    positions: list[str]
    duties: list[str]
    email: str | None = None
    authorized_components: list[str] = Field(default_factory=lambda: ["*"])
    tenants: list[dict[str, str]] = Field(default_factory=list)
    groups: list[str] = Field(default_factory=list)
    roles: list[str] = Field(default_factory=list)
    sales_plan_type: str | None = None
    c8_links: dict[str, str] = Field(default_factory=dict)
    can_logout: bool = True


class TokenRequest(Body):
    """A token to be made."""

    name: str = Field(min_length=1, max_length=100)
    scopes: list[str]
    days: int = Field(default=90, ge=1, le=366)


class TokenAnswer(Answer):
    """A token without its secret."""

    token_key: Key
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


class TokenMade(Answer):
    """A new token; the secret is shown this once."""

    token_key: Key
    token: str
    expires_at: datetime


@router.post("/authentication/session", status_code=201, operation_id="open_session")
def open_session(
    visitor: Visitor,
    credentials: Credentials,
    request: Request,
    response: Response,
    platform: Platform,
) -> SessionOpened:
    """Sign a browser in: sets the session's cookie and returns its CSRF token."""
    del visitor
    with platform.reading() as session:
        actor = sign_in.verify(
            session,
            credentials.username,
            credentials.password,
            auth.source_of(request),
        )
    with platform.transaction() as session:
        opened = sign_in.open_session(session, actor)
    set_cookie(response, platform, opened)
    return SessionOpened(csrf_token=opened.csrf_token, expires_at=opened.expires_at)


def set_cookie(
    response: Response, platform: Platform, opened: sign_in.NewSession
) -> None:
    """Give the browser its session."""
    settings = platform.info["settings"]
    response.set_cookie(
        auth.COOKIE,
        opened.token,
        max_age=settings.session_hours * 3600,
        httponly=True,
        samesite="lax",
        secure=settings.secure_cookies,
    )


@router.delete("/authentication/session", status_code=204, operation_id="close_session")
def close_session(
    request: Request, response: Response, actor: CurrentActor, session: Transaction
) -> None:
    """Sign the browser out."""
    del actor
    if token := request.cookies.get(auth.COOKIE):
        sign_in.end_session(session, token)
    response.delete_cookie(auth.COOKIE)


@router.get("/authentication/me", operation_id="get_authentication")
def get_authentication(actor: CurrentActor, session: Reading) -> Me:
    """Say who calls, and what he is charged with company-wide."""
    held = authorization.duties_of(session, actor, None)
    return Me(
        username=actor.username,
        display_name=actor.display_name,
        kind=actor.kind,
        administrator=actor.administrator,
        language=actor.language,
        positions=sorted(actor.positions),
        duties=sorted(held),
    )


@router.get("/api-tokens", operation_id="list_api_tokens")
def list_api_tokens(actor: CurrentActor, session: Reading) -> list[TokenAnswer]:
    """List the caller's own tokens."""
    return [
        TokenAnswer(
            token_key=row.key,
            name=row.name,
            scopes=row.scopes,
            created_at=row.created_at,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
        )
        for row in api_tokens.own(session, actor)
    ]


@router.post("/api-tokens", status_code=201, operation_id="create_api_token")
def create_api_token(
    body: TokenRequest, actor: CurrentActor, session: Transaction
) -> TokenMade:
    """Make a token for a program of the caller's; its secret is shown this once."""
    made = api_tokens.create(session, actor, body.name, body.scopes, body.days)
    return TokenMade(token_key=made.key, token=made.token, expires_at=made.expires_at)


@router.delete(
    "/api-tokens/{token_key}", status_code=204, operation_id="revoke_api_token"
)
def revoke_api_token(token_key: Key, actor: CurrentActor, session: Transaction) -> None:
    """Revoke a token at once."""
    api_tokens.revoke(session, actor, token_key)
