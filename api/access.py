"""The authorisation table: every route of the server and who may call it.

A route that is missing here cannot be served: `check_complete` stops the start. What
an actor may do to one *object* (this task, this project) is judged by the command;
this table says who may knock at all.
"""

from collections.abc import Iterable
from enum import StrEnum

from fastapi import FastAPI, Request
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from engine.authorization import Actor
from engine.errors import NotAllowedError, NotFoundError, NotSignedInError


class Who(StrEnum):
    """Who may call a route."""

    ANYBODY = "anybody"
    SIGNED_IN = "signed in"
    STAFF = "staff"
    ADMINISTRATOR = "administrator"


class RouteForbiddenError(NotAllowedError):
    """The route is for others."""

    code = "route-forbidden"

    def __init__(self, who: Who) -> None:
        zh = {Who.STAFF: "公司员工", Who.ADMINISTRATOR: "系统管理员"}.get(who, who)
        super().__init__(f"Only for: {who.value}", f"仅限{zh}使用")


class SignInNeededError(NotSignedInError):
    """Nobody is signed in."""

    code = "not-signed-in"

    def __init__(self) -> None:
        super().__init__("Sign in first", "请先登录")


class UnlistedRouteError(NotFoundError):
    """The route has no row in the table, so nobody may call it."""

    code = "route-not-listed"


TABLE: dict[str, Who] = {}


def grant(who: Who, *routes: str) -> None:
    """Add rows ``"METHOD /path"`` to the table."""
    for route in routes:
        TABLE[route] = who


def require(request: Request, actor: Actor | None) -> None:
    """Raise unless ``actor`` may call the route that serves ``request``.

    Raises:
        SignInNeededError: The route asks for somebody signed in.
        RouteForbiddenError: The route is for others.
        UnlistedRouteError: The route is not in the table.
    """
    route = request.scope["route"]
    who = TABLE.get(f"{request.method} {route.path_format}")
    if who is None:
        raise UnlistedRouteError("Not found", "未找到")
    if not permits(who, actor):
        if actor is None:
            raise SignInNeededError
        raise RouteForbiddenError(who)


def permits(who: Who, actor: Actor | None) -> bool:
    """Tell whether ``actor`` is one of ``who``."""
    if who is Who.ANYBODY:
        return True
    if actor is None:
        return False
    if who is Who.ADMINISTRATOR:
        return actor.administrator
    if who is Who.STAFF:
        return actor.kind != "customer"
    return True


def names(routes: Iterable[BaseRoute]) -> list[str]:
    """Return ``"METHOD /path"`` of every route that calls code of ours."""
    return [
        f"{method} {route.path_format}"
        for route in routes
        if isinstance(route, APIRoute)
        for method in sorted(route.methods)
    ]


def check_complete(app: FastAPI) -> None:
    """Refuse to start with a route that is not in the table.

    Raises:
        RuntimeError: Names the routes that are missing.
    """
    if missing := [name for name in names(app.routes) if name not in TABLE]:
        raise RuntimeError(f"Not in the authorisation table: {missing}")
