"""What a failure is called over HTTP: its status, its title, its problem details."""

import secrets
from typing import Any

from fastapi import Request

from api.language import language_of
from engine import errors
from engine.errors import Problem, Text

_STATUS: dict[type[errors.EngineError], int] = {
    errors.MalformedRequestError: 400,
    errors.NotSignedInError: 401,
    errors.NotAllowedError: 403,
    errors.NotFoundError: 404,
    errors.ConflictError: 409,
    errors.StaleVersionError: 412,
    errors.TooLargeError: 413,
    errors.InvalidInputError: 422,
    errors.TooManyRequestsError: 429,
    errors.UnavailableError: 503,
}

TITLES: dict[int, Text] = {
    400: Text("The request is malformed", "请求格式不正确"),
    401: Text("Sign in first", "请先登录"),
    403: Text("Not allowed", "没有权限"),
    404: Text("Not found", "未找到"),
    405: Text("Method not allowed", "不支持此操作方式"),
    409: Text("The state does not allow this", "当前状态不允许此操作"),
    412: Text("Changed meanwhile", "内容已被更新"),
    413: Text("Too large", "内容过大"),
    415: Text("Wrong media type", "内容类型不正确"),
    422: Text("Some values are not right", "部分内容填写有误"),
    428: Text("Version missing", "缺少版本号"),
    429: Text("Too many requests", "请求过于频繁"),
    500: Text("Something went wrong on our side", "系统内部错误"),
    503: Text("Not available right now", "暂时不可用"),
}


def status_of(error: errors.EngineError) -> int:
    """Return the status of the error's family."""
    for family in type(error).__mro__:
        if family in _STATUS:
            return _STATUS[family]
    return 500


def problem(
    request: Request,
    status: int,
    code: str,
    detail: Text,
    problems: tuple[Problem, ...] = (),
) -> dict[str, Any]:
    """Return a problem body in the caller's language.

    ``traceId`` is also written to the log, so that a person can quote it.
    """
    language = language_of(request)
    title = TITLES.get(status, TITLES[500])
    body: dict[str, Any] = {
        "type": f"urn:fuwu:problem:{code}",
        "title": title.to(language),
        "status": status,
        "detail": detail.to(language),
        "instance": request.url.path,
        "code": code,
        "traceId": secrets.token_hex(8),
    }
    if problems:
        body["errors"] = [
            {"pointer": p.pointer, "code": p.code, "message": p.text.to(language)}
            for p in problems
        ]
    return body
