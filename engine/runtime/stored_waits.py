"""Waits as they are stored: what was reckoned when the wait was opened.

What the model says (names, paths) is read from the model again.
"""

from dataclasses import fields
from datetime import datetime
from typing import Any

from engine.runtime.arming import START
from engine.runtime.elements import Element
from engine.runtime.step import StepIncident, Wait, WaitKind
from engine.runtime.tokens import Token
from engine.runtime.work import Role

_FROM_MODEL = frozenset({"kind", "ref", "element_id", "element_name", "path"})
_STORED = tuple(
    (field.name, field.default)
    for field in fields(Wait)
    if field.name not in _FROM_MODEL
)
_DUE, _INCIDENT = "due_at", "incident"


def write_wait(token: Token) -> list[Any] | None:
    """Return the stored form of what the token waits for."""
    wait = token.wait
    if wait is None:
        return None
    known: dict[str, Any] = {}
    for name, default in _STORED:
        value = getattr(wait, name)
        if value not in (default, {}):
            known[name] = value
    if wait.due_at is not None:
        # As text, so that a state without times in its data needs no restoring.
        known[_DUE] = wait.due_at.isoformat()
    if wait.incident is not None:
        incident = wait.incident
        known[_INCIDENT] = [
            incident.element_id,
            incident.code,
            incident.message_en,
            incident.message_zh,
            incident.expression,
            list(incident.missing),
        ]
    return [wait.kind.value, known]


def read_wait(token: Token, stored: list[Any]) -> Wait:
    """Return the wait from its stored form."""
    kind, known = stored
    element, path = _waited_for(token)
    if _DUE in known:
        known[_DUE] = datetime.fromisoformat(known[_DUE])
    if "candidates" in known:
        known["candidates"] = tuple(known["candidates"])
    if _INCIDENT in known:
        known[_INCIDENT] = _read_incident(token, *known[_INCIDENT])
        element, path = token.element, token.scope.path
    return Wait(
        kind=WaitKind(kind),
        ref=token.ref,
        element_id=element.id,
        element_name=element.name,
        path=path,
        **known,
    )


def _waited_for(token: Token) -> tuple[Element, tuple[str, ...]]:
    if token.role is not Role.START:
        return token.element, token.scope.path
    shown = token.element.id
    inner = token.scope.root.subprocess_specs[token.element.scope]
    path = token.scope.path
    return inner.node(token.memo[START]).element, (*path, shown) if shown else path


def _read_incident(
    token: Token,
    element_id: str,
    code: str,
    message_en: str,
    message_zh: str,
    expression: str,
    missing: list[str],
) -> StepIncident:
    return StepIncident(
        ref=token.ref,
        element_id=element_id,
        code=code,
        message_en=message_en,
        message_zh=message_zh,
        expression=expression,
        missing=tuple(missing),
    )
