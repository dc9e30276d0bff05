"""The authorisation table of the server: every route and what it takes to call it.

A route that is missing here is not served: `check_complete` stops the start. What an
actor may do to one *object* (this task, this project) is judged by the command; this
table says who may knock at all. The permissions are `engine.authorization`'s.
"""

from collections.abc import Iterable
from enum import StrEnum

from fastapi import FastAPI, Request
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import BaseRoute

from engine import authorization
from engine.authorization import Actor, Permission
from engine.errors import NotFoundError, NotSignedInError


class Open(StrEnum):
    """What a route asks for where no permission is needed.

    A SIGNED request proves by a signature of its own, which the command checks.
    """

    ANYBODY = "anybody"
    SIGNED = "signed"
    SIGNED_IN = "signed in"


class SignInNeededError(NotSignedInError):
    """Nobody is signed in."""

    code = "not-signed-in"

    def __init__(self) -> None:
        super().__init__("Sign in first", "请先登录")


class UnlistedRouteError(NotFoundError):
    """The route has no row in the table, so nobody may call it."""

    code = "route-not-listed"


TABLE: dict[str, Permission | Open] = {}


def grant(needs: Permission | Open, *routes: str) -> None:
    """Add rows ``"METHOD /path"`` to the table.

    Raises:
        ValueError: A route has a row already.
    """
    for route in routes:
        if route in TABLE and TABLE[route] is not needs:
            raise ValueError(f"{route} has two rows in the authorisation table")
        TABLE[route] = needs


def require(request: Request, actor: Actor | None) -> None:
    """Raise unless ``actor`` may call the route that serves ``request``.

    Raises:
        SignInNeededError: The route asks for somebody signed in.
        PermissionMissingError: The route is for others.
        UnlistedRouteError: The route is not in the table.
    """
    route = request.scope["route"]
    needs = TABLE.get(f"{request.method} {route.path_format}")
    if needs is None:
        raise UnlistedRouteError("Not found", "未找到")
    if needs in {Open.ANYBODY, Open.SIGNED}:
        return
    if actor is None:
        raise SignInNeededError
    if isinstance(needs, Permission):
        authorization.require(actor, needs)


def names(routes: Iterable[BaseRoute]) -> list[str]:
    """Return ``"METHOD /path"`` of every route that calls code of ours.

    Routers carry their whole path themselves; none is included under a prefix.
    """
    return [
        f"{method} {route.path_format}"
        for route in iter_route_contexts(list(routes))
        if isinstance(route.original_route, APIRoute)
        for method in sorted(route.methods or ())
    ]


def check_complete(app: FastAPI) -> None:
    """Refuse to start with a route that is not in the table.

    Raises:
        RuntimeError: Names the routes that are missing.
    """
    if missing := [name for name in names(app.routes) if name not in TABLE]:
        raise RuntimeError(f"Not in the authorisation table: {missing}")
