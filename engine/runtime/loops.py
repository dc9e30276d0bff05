"""Loops: standard and multi-instance, one after the other or side by side.

The loop itself is a token that stays at the element; each pass is a token below it.
``results`` collects the output items, ``loopCounter`` counts passes from 1, and a
completion condition sees the four numbers of instances that the standard names.
"""

from typing import Any

from engine.errors import Text
from engine.runtime import boundaries, cutting, expressions
from engine.runtime.data import Data, carry_over
from engine.runtime.elements import Loop
from engine.runtime.faults import ElementFailed
from engine.runtime.tokens import Token
from engine.runtime.work import Role

COUNTER = "loopCounter"
INDEX, STARTED, DONE, TOTAL = "index", "started", "done", "total"
ITEMS, RESULTS, BASE = "items", "results", "base"

MAX_INSTANCES = 10_000


def plan(body: Token, data: Data) -> Data:
    """Return what the loop has to remember at its start.

    Raises:
        ElementFailed: the collection, number or condition cannot be told.
    """
    loop = _loop(body)
    if loop.standard:
        return {STARTED: 0, DONE: 0, TOTAL: _maximum(body, loop, data)}
    items = _items(body, loop, data)
    total = len(items) if items is not None else _cardinality(body, loop, data)
    if total > MAX_INSTANCES:
        raise _wrong(f"{total} instances are too many", f"{total} 个实例过多")
    memo: Data = {STARTED: 0, DONE: 0, TOTAL: total}
    if items is not None:
        memo[ITEMS] = items
    if loop.output:
        memo[RESULTS] = [None] * total
    return memo


def begin(body: Token, memo: Data) -> bool:
    """Start the first pass, or all; return whether the loop is over at once."""
    loop = _loop(body)
    body.memo.update(memo)
    body.rest(started=True)
    if loop.standard:
        if memo[TOTAL] == 0 or (loop.test_before and not _goes_on(body, loop)):
            return True
        _start_pass(body)
        return False
    if memo[TOTAL] == 0:
        _put_results(body, loop)
        return True
    for _ in range(1 if loop.sequential else memo[TOTAL]):
        _start_pass(body)
    return False


def pass_done(done: Token) -> None:
    """Take what a pass has given and go on, or complete the loop."""
    body = done.above
    if body is None:
        return
    body.work.attempt(body, lambda: _go_on(body, done))


def pass_again(body: Token) -> None:
    """Go on with a loop that had stopped between two passes."""
    _after_pass(body)


def _go_on(body: Token, done: Token) -> None:
    loop = _loop(body)
    body.memo[DONE] += 1
    body.data = _merged(body, loop, done)
    if loop.output:
        results = list(body.memo[RESULTS])
        results[done.memo[INDEX]] = done.data.get(loop.output_item)
        body.memo[RESULTS] = results
    cutting.cut(done, "")
    _throw(body, loop)
    _after_pass(body)


def _throw(body: Token, loop: Loop) -> None:
    """Let the loop's own boundary catch what a completed pass throws.

    The pass is about to complete, so the event never interrupts the loop.
    """
    trigger = loop.throws
    if trigger is None or (loop.behavior == "one" and body.memo[DONE] > 1):
        return
    for name in body.element.boundaries:
        spec = body.scope.spec.node(name)
        if any(
            (found.kind, found.name, found.code)
            == (trigger.kind, trigger.name, trigger.code)
            for found in spec.element.triggers
        ):
            boundaries.accompany(body, spec, body.data)


def _after_pass(body: Token) -> None:
    loop = _loop(body)
    memo = body.memo
    if loop.standard:
        over = memo[DONE] == memo[TOTAL] or not _goes_on(body, loop)
    else:
        over = memo[DONE] == memo[TOTAL] or _is_enough(body, loop)
    if over:
        cutting.cut_below(body, body.element.id)
        _put_results(body, loop)
        body.complete()
    elif loop.sequential or loop.standard:
        _start_pass(body)


def _start_pass(body: Token) -> None:
    loop, index = _loop(body), body.memo[STARTED]
    data = {**body.data, COUNTER: index + 1}
    if ITEMS in body.memo and loop.item:
        data[loop.item] = body.memo[ITEMS][index]
    token = Token(body.scope, body.task_spec, body, data, role=Role.INSTANCE)
    token.memo[INDEX] = index
    token.memo[BASE] = data
    body.memo[STARTED] = index + 1
    token.go()


def _merged(body: Token, loop: Loop, done: Token) -> Data:
    """Return the loop's data with what the pass changed, its own names left out."""
    own = {COUNTER, loop.item, loop.output_item if loop.output else ""}
    base = {key: found for key, found in done.memo[BASE].items() if key not in own}
    new = {key: found for key, found in done.data.items() if key not in own}
    return carry_over(base, new, body.data, latest=True)


def _put_results(body: Token, loop: Loop) -> None:
    if loop.output:
        body.data = {**body.data, loop.output: body.memo[RESULTS]}


def _goes_on(body: Token, loop: Loop) -> bool:
    if loop.condition is None:
        return True
    data = {**body.data, COUNTER: body.memo[DONE] + 1}
    return expressions.holds(body, loop.condition, data)


def _is_enough(body: Token, loop: Loop) -> bool:
    if loop.until is None:
        return False
    return expressions.holds(body, loop.until, {**body.data, **_numbers(body)})


def _numbers(body: Token) -> Data:
    memo = body.memo
    known = {
        "numberOfInstances": memo[TOTAL],
        "numberOfActiveInstances": memo[STARTED] - memo[DONE],
        "numberOfCompletedInstances": memo[DONE],
        "numberOfTerminatedInstances": 0,
    }
    loop = _loop(body)
    return {**known, loop.output: memo[RESULTS]} if loop.output else known


def _maximum(body: Token, loop: Loop, data: Data) -> int | None:
    if loop.maximum is None:
        return None
    return _count(expressions.required(body, loop.maximum, data), loop.maximum.text)


def _cardinality(body: Token, loop: Loop, data: Data) -> int:
    if loop.cardinality is None:
        return 0
    found = expressions.required(body, loop.cardinality, data)
    return _count(found, loop.cardinality.text)


def _items(body: Token, loop: Loop, data: Data) -> list[Any] | None:
    if loop.collection is None:
        return None
    found = expressions.storable(body, loop.collection, data)
    if isinstance(found, list):
        return found
    expressions.required(body, loop.collection, data)
    raise _wrong(
        f"{loop.collection.text!r} gives {found!r}, which is no list",
        f"“{loop.collection.text}”的结果 {found!r} 不是列表",
    )


def _count(found: Any, text: str) -> int:
    if isinstance(found, int) and not isinstance(found, bool) and found >= 0:
        return found
    raise _wrong(
        f"{text!r} gives {found!r}, which is no number of times",
        f"“{text}”的结果 {found!r} 不是次数",
    )


def _wrong(en: str, zh: str) -> ElementFailed:
    return ElementFailed(
        "expression-failed",
        Text(f"The loop cannot run: {en}.", f"循环无法执行：{zh}。"),
    )


def _loop(body: Token) -> Loop:
    loop = body.element.loop
    if loop is None:
        msg = f"{body.element.id} is no loop"
        raise RuntimeError(msg)
    return loop
