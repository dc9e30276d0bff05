"""The description of the API (OpenAPI 3.1): what FastAPI derives, and our errors."""

from typing import Any

from fastapi import FastAPI

from api.access import TABLE, Open
from api.auth import COOKIE
from api.problems import TITLES

_JSON = "application/problem+json"
_SCHEMAS: dict[str, Any] = {
    "Problem": {
        "type": "object",
        "description": "What was wrong, and what helps (RFC 9457).",
        "required": ["type", "title", "status", "detail", "code", "traceId"],
        "properties": {
            "type": {"type": "string", "examples": ["urn:fuwu:problem:task-claimed"]},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "instance": {"type": "string"},
            "code": {"type": "string", "description": "For programs to act upon."},
            "traceId": {"type": "string", "description": "The log names it too."},
            "errors": {
                "type": "array",
                "items": {"$ref": "#/components/schemas/ProblemPlace"},
            },
        },
    },
    "ProblemPlace": {
        "type": "object",
        "description": "One value that is not right.",
        "required": ["pointer", "code", "message"],
        "properties": {
            "pointer": {"type": "string", "description": "Into the body (RFC 6901)."},
            "code": {"type": "string"},
            "message": {"type": "string"},
        },
    },
}
_SECURITY: dict[str, Any] = {
    "basic": {
        "type": "http",
        "scheme": "basic",
        "description": "A local account; an API token may take the password's place.",
    },
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API token."},
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "Of a session; changes need its X-CSRF-Token as well.",
    },
}
_SIGNED: dict[str, Any] = {
    "signature": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Hub-Signature",
        "description": "sha256= and the hex HMAC-SHA256 of the body.",
    },
}


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document, with every error and every way to sign in."""
    document: dict[str, Any] = app.openapi()
    if "Problem" in document["components"]["schemas"]:
        return document  # FastAPI keeps what it has derived
    schemas = document["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas.update(_SCHEMAS)
    document["components"]["securitySchemes"] = {**_SECURITY, **_SIGNED}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _complete(f"{method.upper()} {path}", operation)
    return document


def _complete(name: str, operation: dict[str, Any]) -> None:
    needs = TABLE.get(name)
    is_open = needs is Open.ANYBODY
    ways = _SIGNED if needs is Open.SIGNED else _SECURITY
    operation["security"] = [] if is_open else [{way: []} for way in ways]
    responses = operation["responses"]
    responses.pop("422", None)
    for status in sorted(_errors(name, operation, is_open=is_open)):
        responses[str(status)] = _answer(TITLES[status].en)
    responses["default"] = _answer("Any other problem")


def _errors(name: str, operation: dict[str, Any], *, is_open: bool) -> set[int]:
    method, path = name.split(" ", 1)
    found = {503}
    if not is_open:
        found |= {401, 403}
    if "{" in path:
        found.add(404)
    if operation.get("parameters"):
        found.add(422)
    if method != "GET" and not path.endswith("/search"):
        found |= {409, 429}
    if "requestBody" in operation:
        found |= {400, 413, 415, 422}
    if "if-match" in {each["name"].lower() for each in operation.get("parameters", ())}:
        found |= {412, 428}
    return found


def _answer(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {_JSON: {"schema": schema}}}
