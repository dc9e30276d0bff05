"""Undoing what was completed: handlers in reverse order, one after the other.

A scope remembers what can be undone. An entry names the ``activity``; it has a
``handler`` (an activity of the same scope) or what happened ``inner``, to be undone
by the ``catcher`` (an event sub-process for compensation) or entry by entry. ``data``
is what the activity had changed; a handler sees the present data with that on top.

Whoever throws drives the undoing: its memo holds the entries still to be undone.
"""

from engine.runtime import cutting, event_scopes, scopes, waiting
from engine.runtime.data import Data, carry_over, same
from engine.runtime.elements import TriggerKind
from engine.runtime.normalise import MADE_UP
from engine.runtime.scopes import UNDO
from engine.runtime.specs import ScopeSpec
from engine.runtime.tokens import InnerScope, Scope, Token
from engine.runtime.tree import view_of
from engine.runtime.work import Role

BEFORE = "before"  # in the memo of an activity: the data it began with
BASE = "base"  # in the memo of a handler: the data it began with
DRIVER = "driver"  # in the memo of a handler: the ref of who drives
WHERE = "where"  # in the memo of a driver: the host of the scope that is undone
UNDOING = "undoing"  # in the memo of a sub-process that is only there to be undone


def remember(token: Token) -> None:
    """Remember that the token's activity was completed, if it can be undone."""
    element = token.element
    if not token.scope.spec.undoable or token.role is Role.HANDLER:
        return
    if element.loop is not None and token.role is Role.FLOW:
        return  # its passes are remembered one by one
    if not element.compensated_by and not element.scope:
        return
    entry: Data = {"activity": element.name_in_model}
    if element.compensated_by:
        entry["handler"] = element.compensated_by
    else:
        inner = token.memo.get(UNDO) or []
        catcher = _catcher(token)
        if not inner and not catcher:
            return
        entry["inner"], entry["catcher"] = inner, catcher
    before = token.memo.get(BEFORE, {})
    entry["data"] = {
        key: value
        for key, value in token.data.items()
        if key not in before or not same(before[key], value)
    }
    token.scope.compensations.append(entry)


def start(token: Token, activity: str) -> bool:
    """Let the token undo what its scope, or one around it, remembers.

    Return whether there is anything to wait for.
    """
    scope = _concerned(token.scope, activity)
    entries = [
        entry for entry in scope.compensations if activity in {"", _shown(entry)}
    ]
    scope.compensations = [
        entry for entry in scope.compensations if entry not in entries
    ]
    if not entries:
        return False
    token.memo[UNDO] = entries
    token.memo[WHERE] = _name_of(scope)
    token.rest(started=True)
    proceed(token)
    return True


def proceed(driver: Token) -> None:
    """Undo the next entry, the last one first, or let the driver go on."""
    entries = list(driver.memo.get(UNDO, ()))
    if not entries:
        driver.memo.pop(UNDO, None)
        driver.work.attempt(driver, driver.complete)
        return
    entry = entries.pop()
    driver.memo[UNDO] = entries
    scope = _scope_of(driver)
    data = {**view_of(driver), **entry["data"]}
    if "handler" in entry:
        _run(driver, scope, entry["handler"], data, {})
    elif entry["catcher"]:
        _run_catcher(driver, scope, entry, data)
    else:
        _run(
            driver,
            scope,
            entry["activity"],
            data,
            {UNDO: entry["inner"], UNDOING: True},
        )


def handled(token: Token) -> None:
    """Take what a handler has changed and undo the next entry."""
    scope, driver = token.scope, token.scope.root.find(token.memo[DRIVER])
    base, new = token.memo[BASE], token.data
    cutting.cut(token, "")
    if driver is None:  # it was cut off while the handler was at work
        scopes.settle(scope, new)
        return
    driver.data = carry_over(base, new, driver.data, latest=True)
    if scope.host is driver:
        scope.root.subprocesses.pop(driver.id, None)
    proceed(driver)


def _run(driver: Token, scope: Scope, name: str, data: Data, memo: Data) -> Token:
    spec = scope.spec.node(name)
    token = Token(scope, spec, scope.task_tree, data, role=Role.HANDLER)
    token.memo.update(memo)
    token.memo[DRIVER], token.memo[BASE] = driver.ref, data
    token.go()
    return token


def _run_catcher(driver: Token, scope: Scope, entry: Data, data: Data) -> None:
    """Open the sub-process anew, only for its event sub-process to undo it."""
    spec = scope.spec.node(entry["activity"])
    host = Token(scope, spec, scope.task_tree, data, role=Role.HANDLER)
    host.memo[DRIVER], host.memo[BASE] = driver.ref, data
    host.memo[UNDOING] = True
    waiting.entered(host)
    host.rest(started=True)
    inner = _reopened(host, data)
    inner.compensations = entry["inner"]
    catcher, start_event = entry["catcher"]
    event_scopes.start(
        inner, inner.spec.node(catcher), start_event, data, interrupting=True
    )


def _reopened(host: Token, data: Data) -> InnerScope:
    scope = InnerScope(host.scope.root.subprocess_specs[host.element.scope], host)
    scope.plant(data)
    return scope


def _concerned(scope: Scope, activity: str) -> Scope:
    """Return the scope whose activities are meant.

    For an event sub-process that is the scope it belongs to; for an activity that
    is named, the nearest scope around that has completed it.
    """
    here: Scope = scope
    while here.host is not None and _is_handler(here):
        here = here.host.scope
    meant = here
    while activity:
        if any(_shown(entry) == activity for entry in here.compensations):
            return here
        if here.host is None:
            break
        here = here.host.scope
    return meant


def _is_handler(scope: Scope) -> bool:
    host = scope.host
    return host is not None and host.role is Role.HANDLER and DRIVER not in host.memo


def _shown(entry: Data) -> str:
    """Return the id that the file gives the activity."""
    return str(entry["activity"]).removeprefix(MADE_UP)


def _name_of(scope: Scope) -> str:
    return "" if scope.host is None else scope.host.ref


def _scope_of(driver: Token) -> Scope:
    """Return the scope in which the driver's entries are undone."""
    if WHERE not in driver.memo:
        return driver.inside or _reopened(driver, driver.data)
    where = driver.memo[WHERE]
    for scope in driver.scope.root.scopes():
        if _name_of(scope) == where:
            return scope
    return driver.scope


def _catcher(token: Token) -> list[str] | None:
    """Return the event sub-process that undoes the sub-process, with its start."""
    inner: dict[str, ScopeSpec] = token.scope.root.subprocess_specs
    spec = inner[token.element.scope]
    for name in spec.triggered:
        within = inner[spec.node(name).element.scope]
        for start_event in within.starts:
            triggers = within.node(start_event).element.triggers
            if any(found.kind is TriggerKind.COMPENSATION for found in triggers):
                return [name, start_event]
    return None


def note_before(token: Token) -> None:
    """Note the data before an activity that may have to be undone."""
    if token.scope.spec.undoable:
        above = token.above
        is_pass = token.role is Role.INSTANCE and above is not None
        token.memo[BEFORE] = above.data if is_pass and above else token.data
