"""What an instance waits for, under another model: what was reckoned stays reckoned."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

from engine.errors import Text
from engine.runtime import arming
from engine.runtime.elements import Element, Trigger, TriggerKind
from engine.runtime.remarks import Remark, Weight
from engine.runtime.step import Wait, WaitKind
from engine.runtime.tokens import Token
from engine.runtime.work import Role

_NAMED = frozenset({WaitKind.MESSAGE, WaitKind.SIGNAL})
_WITH_HOST = frozenset({Role.BOUNDARY, Role.START})


def follow(token: Token, old: Element, new: Element) -> list[Remark]:
    """Let the wait of ``token`` follow from the element ``old`` to ``new``.

    Names, forms and duties are those of the new model; due times, keys, priorities
    and parameters stay.
    """
    wait = token.wait
    change = _CHANGES.get(wait.kind) if wait is not None else None
    return [] if change is None or wait is None else change(token, wait, old, new)


def same_kind(token: Token, old: Element, new: Element) -> bool:
    """Tell whether an armed token would wait for the same kind of event."""
    one, other = _trigger(token, old), _trigger(token, new)
    return one is not None and other is not None and one.kind is other.kind


def note(code: str, element_id: str, token: Token, en: str, zh: str) -> Remark:
    """Return a remark that hinders nothing; ``{}`` stands for the element."""
    return Remark(
        code=code,
        element_id=element_id,
        path=token.scope.path,
        weight=Weight.NOTE,
        text=Text(en.format(element_id), zh.format(element_id)),
    )


def _task(token: Token, wait: Wait, old: Element, new: Element) -> list[Remark]:
    work = new.work
    if work is None:
        return []
    if work.mode != wait.mode:
        return [mode_changed(old.id, token.scope.path)]
    named: dict[str, Any] = {"form": work.form, "result": work.result}
    if work.duty_rule is None:
        named |= {"duty": work.duty, "candidates": None}
    token.wait = replace(wait, **named)
    return []


def mode_changed(element_id: str, path: tuple[str, ...]) -> Remark:
    """Say that people share an open task in another way than the new model has it."""
    return Remark(
        code="mode-changed",
        element_id=element_id,
        path=path,
        text=Text(
            f"{element_id} is shared in another way in the new version; "
            "let the open task be completed first.",
            f"新版本中“{element_id}”的办理方式不同，请先完成当前任务。",
        ),
    )


def _call(token: Token, wait: Wait, old: Element, new: Element) -> list[Remark]:
    operation = new.operation
    if operation is None:
        return []
    token.wait = replace(wait, result=operation.result or None)
    if operation.name == wait.operation:
        return []
    en = "The call of {} is under way and is finished as it was begun."
    return [
        note("call-under-way", old.id, token, en, "“{}”的调用已在进行，按原操作完成。")
    ]


def _event(token: Token, wait: Wait, old: Element, new: Element) -> list[Remark]:
    one, other = _trigger(token, old), _trigger(token, new)
    if one is None or other is None or _kinds(old) != _kinds(new):
        return [_event_changed(token, old)]
    token.wait = replace(
        wait,
        name=other.name if wait.kind in _NAMED else wait.name,
        interrupting=new.interrupting if token.role in _WITH_HOST else True,
    )
    if _set_by(one) == _set_by(other):
        return []
    en = "The event {} stays as it was set: its time or key is not reckoned anew."
    zh = "事件“{}”保持原有设置，不重新计算时间和关联键。"
    return [note("event-kept", new.id, token, en, zh)]


def _event_changed(token: Token, old: Element) -> Remark:
    return Remark(
        code="event-changed",
        element_id=old.id,
        path=token.scope.path,
        text=Text(
            f"{old.id} waits for another kind of event in the new version.",
            f"新版本中“{old.id}”等待的事件类型不同。",
        ),
    )


def _trigger(token: Token, element: Element) -> Trigger | None:
    index = token.memo.get(arming.WHICH, 0)
    return element.triggers[index] if index < len(element.triggers) else None


def _kinds(element: Element) -> tuple[TriggerKind, ...]:
    return tuple(trigger.kind for trigger in element.triggers)


def _set_by(trigger: Trigger) -> tuple[Any, ...]:
    timer = trigger.timer
    keys = tuple(expression.text for expression in trigger.correlation)
    return keys, None if timer is None else (timer.kind, timer.text)


_Change: TypeAlias = Callable[[Token, Wait, Element, Element], list[Remark]]
_CHANGES: dict[WaitKind, _Change] = {
    WaitKind.TASK: _task,
    WaitKind.CALL: _call,
    WaitKind.MESSAGE: _event,
    WaitKind.SIGNAL: _event,
    WaitKind.TIMER: _event,
    WaitKind.CONDITION: _event,
}
