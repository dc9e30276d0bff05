"""Taking a running instance over to another model: tokens keep refs, data and times.

First a copy of the instance is renamed for the new model, then stored and read again
under it, so that what cannot be read later never comes to be. Only then it moves: new
boundary events and event sub-processes are waited for, joins are looked at.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.errors import Text
from engine.runtime import arming, codec, outlook, renaming, stepping
from engine.runtime.counterparts import Counterparts
from engine.runtime.elements import Element, TriggerKind
from engine.runtime.faults import ElementFailed
from engine.runtime.model import Model
from engine.runtime.remarks import (
    MigrationRefusedError,
    Remark,
    Weight,
    hindering,
    stranded,
)
from engine.runtime.specs import ScopeSpec
from engine.runtime.step import Step, Surroundings, WaitKind
from engine.runtime.tokens import RootScope, Scope, Token
from engine.runtime.work import ARMED, Role

REASON = "migration"


@dataclass(frozen=True, slots=True)
class Migrated:
    """An instance under its new model, what that did, and what to know of it.

    ``places`` says where each token is now: element and path, by ref.
    """

    root: RootScope
    step: Step
    notes: tuple[Remark, ...]
    places: Mapping[str, tuple[str, tuple[str, ...]]]


def migrate(
    source: Model,
    root: RootScope,
    target: Model,
    mapping: Mapping[str, str],
    around: Surroundings,
) -> Migrated:
    """Return the instance under the model ``target``; ``root`` stays as it is.

    Raises:
        MigrationRefusedError: a token has no place there.
    """
    way = Counterparts(source, target, mapping)
    remarks = way.unknown()
    state, closed, found = renaming.renamed(way, codec.dump(source, root))
    remarks += found
    if not hindering(remarks):
        new = codec.load(target, state)
        remarks += _hindrances(way, new)
        step = _settled(way, root, new, closed, around, remarks)
        if not hindering(remarks):
            return Migrated(new, step, tuple(remarks), _places(new))
    raise MigrationRefusedError(hindering(remarks))


def _places(root: RootScope) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {
        token.ref: (token.element.id, scope.path)
        for scope in root.scopes()
        for token in scope.live_tokens()
        if token.role not in ARMED
    }


def _settled(
    way: Counterparts,
    old: RootScope,
    new: RootScope,
    closed: renaming.Withdrawn,
    around: Surroundings,
    remarks: list[Remark],
) -> Step:
    """Wait for what is new, let move what can; ``remarks`` grow."""
    work = stepping.begin(new, around)
    try:
        for wait in closed:
            work.record.close(wait, completed=False, reason=REASON)
        for scope in new.scopes():
            before = _same(old, scope)
            remarks += _arm(way, scope, before)
        if not hindering(remarks):
            stepping.settle(new)
    finally:
        new.end()
    return work.record.step(
        finished=new.finished, outcome=new.outcome if new.finished else None
    )


def _same(old: RootScope, scope: Scope) -> Scope:
    """Return the scope as it was under the old model."""
    return old if scope.host is None else old.subprocesses[scope.host.id]


def _arm(way: Counterparts, scope: Scope, before: Scope) -> list[Remark]:
    """Wait for the events that the new model adds to what is at work."""
    remarks = _arm_starts(way, scope, before)
    for token in scope.live_tokens():
        was = before.tasks.get(token.id)
        if was is None or not _is_begun(token):
            continue
        try:
            remarks += _arm_events(way, token, was)
        except ElementFailed as failure:
            remarks.append(_invalid(failure, token))
    return remarks


def _is_begun(token: Token) -> bool:
    """Tell whether the token's own events are waited for by now."""
    if token.role not in {Role.FLOW, Role.HANDLER} or token.closing:
        return False
    wait = token.wait
    at_work = bool(token.below) or token.inside is not None
    return at_work or (wait is not None and wait.kind is not WaitKind.INCIDENT)


def _arm_events(way: Counterparts, token: Token, was: Token) -> list[Remark]:
    spec, before = token.scope.spec, was.scope.spec
    events: list[arming.Reckoned] = []
    own, names = was.element.boundaries, token.element.boundaries
    for name in _added(way, own, before, names, spec):
        found = arming.reckon_event(token, spec.node(name), token.data)
        arming.arm_boundaries(token, found)
        events += found
    if token.element.type == "eventBasedGateway":
        own = tuple(flow.target for flow in was.element.outgoing)
        names = tuple(flow.target for flow in token.element.outgoing)
        for name in _added(way, own, before, names, spec):
            found = arming.reckon_event(token, spec.node(name), token.data)
            arming.arm_race(token, found)
            events += found
    return [_armed(event.element.id, token.scope.path) for event in events]


def _added(
    way: Counterparts,
    old: Iterable[str],
    here: ScopeSpec,
    new: Iterable[str],
    there: ScopeSpec,
) -> list[str]:
    """Return which of the ``new`` events are no counterparts of ``old`` ones.

    One that has become another kind of event counts as added.
    """
    kinds = {way.wanted(name): _kinds(here.node(name).element) for name in old}
    return [name for name in new if kinds.get(name) != _kinds(there.node(name).element)]


def _kinds(element: Element) -> list[TriggerKind]:
    return [trigger.kind for trigger in element.triggers]


def _arm_starts(way: Counterparts, scope: Scope, before: Scope) -> list[Remark]:
    """Wait for event sub-processes that the scope did not have."""
    known = {way.wanted(name): name for name in before.spec.triggered}
    remarks: list[Remark] = []
    for name in scope.spec.triggered:
        spec, here = scope.spec.node(name), before.spec
        own: tuple[str, ...] = ()
        inner = way.target.scopes[spec.element.scope]
        if name in known:
            here = way.source.scopes[here.node(known[name]).element.scope]
            own = here.starts
        for start in _added(way, own, here, inner.starts, inner):
            element = inner.node(start).element
            for index, trigger in enumerate(element.triggers):
                if trigger.kind in arming.WAITED_FOR:
                    arming.arm_start(scope, spec, element, index)
                    remarks.append(_armed(element.id, scope.path))
    return remarks


def _hindrances(way: Counterparts, root: RootScope) -> list[Remark]:
    """Return what the new model would do to tokens that are now in it."""
    remarks: list[Remark] = []
    for scope in root.scopes():
        if outlook.strands(scope):
            element = scope.spec.element
            remarks.append(stranded(element.id if element else "", scope.path))
        remarks += _skipped(way, scope)
    return remarks


def _skipped(way: Counterparts, scope: Scope) -> list[Remark]:
    """Name activities that were added before all tokens which might meet them."""
    added = way.added(scope.spec)
    if not added:
        return []
    after = outlook.onward(scope.spec)
    places = {name for name, _ in outlook.marking_of(scope)}
    return [
        _passed(element.id, scope)
        for element in added
        if places & after[element.name_in_model]
        and not any(_leads(after, name, element.name_in_model) for name in places)
    ]


def _leads(after: Mapping[str, frozenset[str]], name: str, wanted: str) -> bool:
    return name == wanted or wanted in after[name]


def _passed(element_id: str, scope: Scope) -> Remark:
    return Remark(
        code="element-skipped",
        element_id=element_id,
        path=scope.path,
        weight=Weight.NOTE,
        text=Text(
            f"{element_id} was added where the case has passed; it is skipped.",
            f"新增的“{element_id}”位于已走过的位置，将被跳过。",
        ),
    )


def _armed(element_id: str, path: tuple[str, ...]) -> Remark:
    return Remark(
        code="event-added",
        element_id=element_id,
        path=path,
        weight=Weight.NOTE,
        text=Text(
            f"The new event {element_id} is waited for from now on.",
            f"自现在起等待新增的事件“{element_id}”。",
        ),
    )


def _invalid(failure: ElementFailed, token: Token) -> Remark:
    return Remark(
        code=failure.code,
        element_id=failure.element_id or token.element.id,
        path=token.scope.path,
        text=failure.text,
    )
