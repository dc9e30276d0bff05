"""Routes that do all their work in one thread.

FastAPI hands each dependency, the endpoint and the check of its answer to a thread of
its own, one after the other: five changes of thread for a command that takes two
milliseconds. Here one thread proves who calls, opens the transaction, calls the
endpoint, writes the answer and commits. All of that is done again where it collides
with what somebody else does at the same moment; what the request holds is read once.
"""

import functools
import inspect
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractContextManager
from http import HTTPStatus
from typing import Any, ClassVar

from fastapi import Request
from fastapi.datastructures import DefaultPlaceholder
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.params import Depends
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from starlette.concurrency import run_in_threadpool
from starlette.routing import Match
from starlette.types import Scope
from typing_extensions import override

from engine.database import persistently

_NO_BODY = {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}
_REQUEST = "http_request"

Endpoint = Callable[..., Any]
Function = Callable[..., Any]
Given = Mapping[Function, Any]
"""What the thread gives, by the function that a parameter depends on."""

Write = Callable[[Any, Mapping[str, Any]], Response]


class OneThreadRoute(APIRoute):
    """A route whose endpoint gets some of its parameters from its own thread.

    These are the parameters that depend on a function among ``own``; FastAPI does
    not see them. Those among ``proofs`` say whether the caller is welcome at all: a
    body that FastAPI refuses is refused only to somebody who is.
    """

    own: ClassVar[frozenset[Function]]
    proofs: ClassVar[frozenset[Function]]

    def __init__(self, path: str, endpoint: Endpoint, **options: Any) -> None:
        self._wanted = _wanted(endpoint, self.own)
        inside = self._in_one_thread(endpoint, _writer(endpoint, options))
        super().__init__(path, inside, **options)
        self._fixed_part = self.path_format.partition("{")[0]

    def provide(
        self, request: Request, wanted: frozenset[Function]
    ) -> AbstractContextManager[Given]:
        """Give the values of the functions that are wanted, around the endpoint."""
        raise NotImplementedError

    def keep(self, request: Request, given: Given, response: Response) -> None:
        """See the answer before what was provided is closed."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()
        proofs = self.proofs & set(self._wanted.values())

        def admit(request: Request) -> None:
            with self.provide(request, proofs):
                pass

        async def handle(request: Request) -> Response:
            try:
                return await answer(request)
            except RequestValidationError:
                await run_in_threadpool(admit, request)
                raise

        return handle

    @override
    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        # This rules most routes out at a tenth of the cost of their pattern.
        if not (scope.get("root_path") or scope["path"].startswith(self._fixed_part)):
            return Match.NONE, {}
        return super().matches(scope)

    def _in_one_thread(self, endpoint: Endpoint, write: Write) -> Endpoint:
        wanted = self._wanted
        functions = frozenset(wanted.values())
        # FastAPI gives the request under one name only.
        own_name = _name_of(endpoint, Request)
        outlined = _name_of(endpoint, Response)

        @functools.wraps(endpoint)
        def run(**values: Any) -> Response:
            request: Request = values[own_name] if own_name else values.pop(_REQUEST)
            outline = [*values[outlined].headers.raw] if outlined else []

            def once() -> Response:
                if outlined:  # what an attempt has set is forgotten with it
                    values[outlined].headers.raw[:] = outline
                with self.provide(request, functions) as given:
                    for name, function in wanted.items():
                        values[name] = given[function]
                    response = write(endpoint(**values), values)
                    self.keep(request, given, response)
                return response

            return persistently(once)

        run.__signature__ = _seen_by_fastapi(endpoint, wanted)  # type: ignore[attr-defined]
        return run


def _wanted(endpoint: Endpoint, own: frozenset[Function]) -> dict[str, Function]:
    """Return the parameters that the thread gives, with what each depends on."""
    found: dict[str, Function] = {}
    for name, parameter in inspect.signature(endpoint).parameters.items():
        for note in getattr(parameter.annotation, "__metadata__", ()):
            if isinstance(note, Depends) and note.dependency in own:
                found[name] = note.dependency
    return found


def _name_of(endpoint: Endpoint, annotation: type) -> str | None:
    """Return the parameter with this annotation."""
    for name, parameter in inspect.signature(endpoint).parameters.items():
        if parameter.annotation is annotation:
            return name
    return None


def _seen_by_fastapi(
    endpoint: Endpoint, wanted: Mapping[str, Function]
) -> inspect.Signature:
    signature = inspect.signature(endpoint)
    kind = inspect.Parameter.KEYWORD_ONLY
    seen = [
        parameter.replace(kind=kind)
        for name, parameter in signature.parameters.items()
        if name not in wanted
    ]
    if _name_of(endpoint, Request) is None:
        seen.append(inspect.Parameter(_REQUEST, kind, annotation=Request))
    return signature.replace(parameters=seen)


def _writer(endpoint: Endpoint, options: Mapping[str, Any]) -> Write:
    """Return what turns the endpoint's result into an answer, as FastAPI would."""
    signature = inspect.signature(endpoint)
    status = int(options.get("status_code") or HTTPStatus.OK)
    model = options.get("response_model", ...)
    outline = _name_of(endpoint, Response)

    @functools.cache
    def adapter() -> TypeAdapter[Any] | None:
        # Made with the first answer: all of them would delay every start.
        return _adapter(signature.return_annotation, model)

    def write(result: Any, values: Mapping[str, Any]) -> Response:
        if isinstance(result, Response):
            return result
        response = _response(result, status, adapter())
        if outline is not None:
            response.headers.raw.extend(values[outline].headers.raw)
        return response

    return write


def _adapter(returned: Any, model: Any) -> TypeAdapter[Any] | None:
    """Return what checks and writes results; None where they have no model."""
    if model is not None and (model is ... or isinstance(model, DefaultPlaceholder)):
        is_response = isinstance(returned, type) and issubclass(returned, Response)
        model = None if is_response else returned
    return None if model is None else TypeAdapter(model)


def _response(result: Any, status: int, adapter: TypeAdapter[Any] | None) -> Response:
    if status in _NO_BODY:
        return Response(status_code=status)
    if adapter is None:
        return JSONResponse(jsonable_encoder(result), status)
    content = adapter.dump_json(adapter.validate_python(result), by_alias=True)
    return Response(content, status, media_type="application/json")
