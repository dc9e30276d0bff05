"""Limits on what a client may send; enforced while it arrives, not after."""

from collections.abc import MutableMapping
from typing import Any

import anyio
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import respond
from api.problems import problem
from engine.errors import Text

_FORM_OVERHEAD = 64 * 1024
_PATIENCE_SECONDS = 30


class BodyLimit:
    """Answer 413 as soon as a body exceeds its limit.

    Multipart bodies (documents, deployments, forms with files) may be as large as an
    upload, everything else only as large as a JSON body.
    """

    def __init__(self, app: ASGIApp, body_bytes: int, upload_bytes: int) -> None:
        self._app = app
        self._body = body_bytes
        self._upload = upload_bytes + _FORM_OVERHEAD

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the bytes of an HTTP request on their way in."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = _headers(scope)
        multipart = headers.get("content-type", "").startswith("multipart/")
        limit = self._upload if multipart else self._body
        declared = headers.get("content-length", "0")
        if declared.isdigit() and int(declared) > limit:
            await _refuse(scope, receive, send, limit, more=True)
            return
        await self._count(scope, receive, send, limit)

    async def _count(
        self, scope: Scope, receive: Receive, send: Send, limit: int
    ) -> None:
        seen = 0
        more = started = False

        async def counted() -> Message:
            nonlocal seen, more
            message = await receive()
            seen += len(message.get("body", b""))
            more = message.get("more_body", False)
            if seen > limit:
                raise _TooMuch
            return message

        async def watched(message: MutableMapping[str, Any]) -> None:
            nonlocal started
            if seen > limit and not started:
                # Whoever reads the body took the interruption for a broken one.
                raise _TooMuch
            started = True
            await send(message)

        try:
            await self._app(scope, counted, watched)
        except _TooMuch:
            if not started:
                await _refuse(scope, receive, send, limit, more=more)


class _TooMuch(Exception):  # noqa: N818 - never leaves this module
    """More came than the limit allows."""


def _headers(scope: Scope) -> dict[str, str]:
    return {
        name.decode("latin-1").lower(): value.decode("latin-1")
        for name, value in scope["headers"]
    }


async def _refuse(
    scope: Scope, receive: Receive, send: Send, limit: int, *, more: bool
) -> None:
    size = f"{limit // 1024 // 1024} MiB" if limit >= 1 << 20 else f"{limit} B"
    detail = Text(
        f"The request is larger than the limit of {size}; nothing was "
        "stored. Send less at once, or a compressed file.",
        f"请求超过上限{size},未保存任何内容;请压缩或拆分后重新提交。",
    )
    request = Request(scope)
    body = problem(request, 413, "too-large", detail)
    response = respond(request, body, {"Connection": "close"})

    async def hold(message: MutableMapping[str, Any]) -> None:
        await send({**message, "more_body": True} if "body" in message else message)

    await response(scope, receive, hold)
    if more:
        await _let_finish(receive)
    await send({"type": "http.response.body", "body": b""})


async def _let_finish(receive: Receive) -> None:
    """Throw away what still comes, for a while.

    Most clients read the answer only when they have sent everything; one whose
    connection is closed before that learns of a broken pipe and not of the limit.
    """
    with anyio.move_on_after(_PATIENCE_SECONDS):
        more = True
        while more:
            message = await receive()
            more = message["type"] == "http.request" and message.get("more_body", False)
