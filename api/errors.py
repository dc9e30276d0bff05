"""Every failure answered: as RFC 9457 problem details, or as a page to people."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from starlette.exceptions import HTTPException

from api.findings import finding_answer
from api.language import language_of
from api.problems import TITLES, problem, status_of
from api.web.rendering import render
from api.web.visitors import SignInFirst
from engine import errors
from engine.definitions import FindingsError
from engine.errors import Problem, Text
from engine.sign_in import TooManyAttemptsError

log = structlog.get_logger()

_RETRY_SECONDS = "5"
_DISK_FULL = ("disk is full", "disk full", "no space left")


def respond(
    request: Request,
    body: Mapping[str, Any],
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Send a problem: as JSON to programs, as a page to somebody who reads pages.

    Where a part of a page was asked for, a sentence is put below that part.
    """
    if _reads_pages(request):
        if _swaps(request):
            return _in_place(request, body)
        reader = getattr(request.state, "reader", None)
        return render(
            request,
            "error.html.j2",
            status=body["status"],
            reader=reader,
            problem=body,
        )
    return JSONResponse(
        dict(body),
        status_code=body["status"],
        media_type="application/problem+json",
        headers=dict(headers or {}),
    )


def _reads_pages(request: Request) -> bool:
    is_api = request.url.path.startswith(("/v2", "/openapi", "/static"))
    return not is_api and "text/html" in request.headers.get("accept", "")


def _swaps(request: Request) -> bool:
    return "hx-request" in request.headers


def _in_place(request: Request, body: Mapping[str, Any]) -> Response:
    answer = render(request, "problem.html.j2", status=body["status"], problem=body)
    answer.headers["HX-Reswap"] = "beforeend"
    return answer


def headers_of(status: int) -> dict[str, str]:
    """Return what a status must carry beside its body."""
    if status == HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": 'Basic realm="Fuwu", charset="UTF-8"'}
    if status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}:
        return {"Retry-After": _RETRY_SECONDS}
    return {}


def install(app: FastAPI) -> None:
    """Answer every expected and unexpected failure with problem+json."""
    app.add_exception_handler(errors.EngineError, _engine_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(DBAPIError, _database_error)
    app.add_exception_handler(Exception, _unexpected_error)
    app.add_exception_handler(SignInFirst, _sign_in_first)


def _sign_in_first(request: Request, error: Exception) -> Response:
    assert isinstance(error, SignInFirst)  # noqa: S101 - as registered
    if _swaps(request):
        # A redirection would put the whole page for signing in into a form's field.
        headers = {"HX-Redirect": error.response.headers["location"]}
        return Response(status_code=401, headers=headers)
    return error.response


def _engine_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.EngineError)  # noqa: S101 - as registered
    status = status_of(error)
    body = problem(request, status, error.code, error.text, error.problems)
    if isinstance(error, FindingsError):
        language = language_of(request)
        body["findings"] = [
            finding_answer(each, language).model_dump(mode="json", by_alias=True)
            for each in error.findings
        ]
    headers = headers_of(status)
    if isinstance(error, TooManyAttemptsError):
        headers["Retry-After"] = str(error.retry_after)
    return respond(request, body, headers)


def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as registered
    found = error.errors()
    if any(item["type"] == "json_invalid" for item in found):
        detail = Text("The body is no valid JSON.", "请求正文不是有效的JSON。")
        return respond(request, problem(request, 400, "invalid-json", detail))
    if _is_of_another_type(request, found):
        return _http_error(request, HTTPException(415))
    problems = tuple(
        Problem(_pointer(item["loc"]), item["type"], _sentence(item)) for item in found
    )
    detail = Text(
        "The request does not have the described shape; see errors.",
        "请求与接口说明不符,详见errors。",
    )
    return respond(request, problem(request, 400, "malformed", detail, problems))


def _is_of_another_type(request: Request, found: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether a body was sent as something that the route does not read."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    read = kind.endswith("json") or kind.startswith("multipart/") or not kind
    return not read and any(item["loc"] == ("body",) for item in found)


def _pointer(location: tuple[Any, ...]) -> str:
    parts = location[1:] if location and location[0] == "body" else location
    return "".join(f"/{str(p).replace('~', '~0').replace('/', '~1')}" for p in parts)


def _sentence(item: Mapping[str, Any]) -> Text:
    zh = {
        "missing": "缺少此项",
        "extra_forbidden": "没有这一项",
    }.get(item["type"], f"格式不正确({item['type']})")
    return Text(str(item["msg"]), zh)


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - as registered
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
    title = TITLES.get(error.status_code, TITLES[500])
    detail = Text(f"{title.en}: {request.url.path}", f"{title.zh}:{request.url.path}")
    headers = {**headers_of(error.status_code), **(error.headers or {})}
    return respond(request, problem(request, error.status_code, code, detail), headers)


def _database_error(request: Request, error: Exception) -> Response:
    text = str(error).lower()
    if any(hint in text for hint in _DISK_FULL):
        detail = Text(
            "The disk of the database is full; nothing was changed. Free some space "
            "and try again.",
            "数据库磁盘已满,未作任何更改;请清理磁盘后重试。",
        )
        return _unavailable(request, "disk-full", detail, error)
    if isinstance(error, OperationalError):
        detail = Text(
            "The database does not answer; nothing was changed. Try again.",
            "数据库暂时无法访问,未作任何更改;请稍后重试。",
        )
        return _unavailable(request, "database-unavailable", detail, error)
    if isinstance(error, DataError):
        detail = Text(
            "A text holds a character, or a number a size, that cannot be stored; "
            "nothing was changed.",
            "内容中有无法保存的字符或超出范围的数字,未作任何更改。",
        )
        return respond(request, problem(request, 400, "not-storable", detail))
    return _unexpected_error(request, error)


def _unavailable(
    request: Request, code: str, detail: Text, error: Exception
) -> Response:
    body = problem(request, 503, code, detail)
    # Only the driver's words: SQLAlchemy's quote the values, contracts among them.
    reason = str(error.orig if isinstance(error, DBAPIError) else error)[:500]
    log.error("database failed", trace_id=body["traceId"], error=reason)
    return respond(request, body, headers_of(503))


def _unexpected_error(request: Request, error: Exception) -> Response:
    detail = Text(
        "Something unexpected happened and nothing was changed; tell the "
        "administrator the traceId.",
        "发生意外错误,未作任何更改;请将traceId告知管理员。",
    )
    body = problem(request, 500, "internal-error", detail)
    log.error("request failed", trace_id=body["traceId"], exc_info=error)
    return respond(request, body)
