"""Whether a scope can still come to its end: tokens moved without data.

Every way that conditions and events might decide is tried. Tokens that do not meet
at a join never hinder each other, so they move one after the other; that keeps the
number of positions small without hiding one in which nothing can move.
"""

from collections.abc import Iterator
from enum import StrEnum
from itertools import combinations
from typing import TypeAlias

from engine.runtime import joins
from engine.runtime.elements import Element, Flow, TriggerKind
from engine.runtime.specs import ScopeSpec
from engine.runtime.tokens import Scope, Token
from engine.runtime.work import Role

Place: TypeAlias = tuple[str, str]
"""A node, and the flow by which a token waits there for others (else empty)."""

Marking: TypeAlias = tuple[Place, ...]

_MAX_MARKINGS = 4000
_MAX_SUBSETS = 4
_MEETING = frozenset({"parallelGateway", "inclusiveGateway"})
_LEAVING = frozenset({TriggerKind.TERMINATE, TriggerKind.ERROR, TriggerKind.CANCEL})
_OVER: Marking = ()


class Outlook(StrEnum):
    """Whether a scope comes to its end: always, in some cases, never; or unknown."""

    CERTAIN = "certain"
    POSSIBLE = "possible"
    NEVER = "never"
    UNKNOWN = "unknown"


def strands(scope: Scope) -> bool:
    """Tell whether tokens of the scope would wait at a join for ever.

    A model that may strand its own tokens from the start is not held against them.
    """
    return would_strand(scope.spec, marking_of(scope))


def would_strand(spec: ScopeSpec, marking: Marking) -> bool:
    """Tell whether tokens of ``marking`` would wait at a join for ever."""
    found = outlook(spec, marking)
    if found is Outlook.NEVER:
        return _from_start(spec) is not Outlook.NEVER
    return found is Outlook.POSSIBLE and _from_start(spec) is Outlook.CERTAIN


def worsens(spec: ScopeSpec, before: Marking, after: Marking) -> bool:
    """Tell whether tokens would strand that would not have, if no boundary event came.

    For models that may strand their own tokens by an event: that is no leave to do
    it by hand.
    """
    was = outlook(spec, before, quiet=True)
    becomes = outlook(spec, after, quiet=True)
    return was is Outlook.CERTAIN and becomes in {Outlook.POSSIBLE, Outlook.NEVER}


def marking_of(scope: Scope) -> Marking:
    """Return where the tokens of a scope are that move along flows."""
    return tuple(
        sorted(
            place_of(token) for token in scope.live_tokens() if token.role is Role.FLOW
        )
    )


def place_of(token: Token) -> Place:
    """Return where a token is."""
    waits_for_others = joins.ARRIVED in token.memo
    return token.task_spec.name, (token.flow or "") if waits_for_others else ""


def outlook(spec: ScopeSpec, marking: Marking, *, quiet: bool = False) -> Outlook:
    """Return how the tokens of ``marking`` may end; ``quiet``: no boundary event."""
    if any(_is_beyond(found.element) for found in spec.nodes()):
        return Outlook.UNKNOWN
    before: dict[Marking, list[Marking]] = {marking: []}
    todo = [marking]
    while todo:
        here = todo.pop()
        for following in _following(spec, here, quiet=quiet):
            if following not in before:
                if len(before) >= _MAX_MARKINGS:
                    return Outlook.UNKNOWN
                before[following] = []
                todo.append(following)
            before[following].append(here)
    return _judged(before, marking)


def reachable(spec: ScopeSpec, name: str) -> frozenset[str]:
    """Return the nodes that a token can come to from the node ``name``."""
    found: set[str] = set()
    todo = [name]
    while todo:
        for target in _targets(spec, todo.pop()):
            if target not in found:
                found.add(target)
                todo.append(target)
    return frozenset(found)


def onward(spec: ScopeSpec) -> dict[str, frozenset[str]]:
    """Return what comes after each node, the ways back of loops left out."""
    after: dict[str, frozenset[str]] = {}
    under_way: set[str] = set()
    for entry in (*spec.starts, *(found.name for found in spec.nodes())):
        _visit(spec, entry, after, under_way)
    return after


def _visit(
    spec: ScopeSpec,
    entry: str,
    after: dict[str, frozenset[str]],
    under_way: set[str],
) -> None:
    """Walk in depth, without recursion; what leads to a node under way is a loop."""
    if entry in after:
        return
    stack: list[tuple[str, Iterator[str]]] = [(entry, iter(_targets(spec, entry)))]
    found: dict[str, set[str]] = {entry: set()}
    under_way.add(entry)
    while stack:
        name, targets = stack[-1]
        target = next(targets, None)
        if target is None:
            stack.pop()
            under_way.discard(name)
            after[name] = frozenset(found[name])
            if stack:
                found[stack[-1][0]] |= {name, *after[name]}
        elif target in after:
            found[name] |= {target, *after[target]}
        elif target not in under_way:
            under_way.add(target)
            found[target] = set()
            stack.append((target, iter(_targets(spec, target))))


def _targets(spec: ScopeSpec, name: str) -> tuple[str, ...]:
    element = spec.node(name).element
    return (*(flow.target for flow in element.outgoing), *element.boundaries)


def _is_beyond(element: Element) -> bool:
    """Tell whether the game does not know the element's rules."""
    return element.start_quantity > 1 or element.completion_quantity > 1


def _from_start(spec: ScopeSpec) -> Outlook:
    if spec.entrances:
        return outlook(spec, tuple(sorted((name, "") for name in spec.entrances)))
    found = {outlook(spec, ((name, ""),)) for name in spec.starts}
    return found.pop() if len(found) == 1 else Outlook.POSSIBLE


def _judged(before: dict[Marking, list[Marking]], first: Marking) -> Outlook:
    """Go back from the end: what is not met on the way never ends."""
    ending: set[Marking] = set()
    todo = [_OVER] if _OVER in before else []
    while todo:
        here = todo.pop()
        if here not in ending:
            ending.add(here)
            todo += before[here]
    if first not in ending:
        return Outlook.NEVER
    return Outlook.CERTAIN if len(ending) == len(before) else Outlook.POSSIBLE


def _following(spec: ScopeSpec, here: Marking, *, quiet: bool) -> Iterator[Marking]:
    for index, (name, flow) in enumerate(here):
        if not flow:
            rest = (*here[:index], *here[index + 1 :])
            for new in _moves(spec, name, quiet=quiet):
                yield _OVER if new is None else tuple(sorted((*rest, *new)))
            return
    yield from _joined(spec, here)


def _moves(spec: ScopeSpec, name: str, *, quiet: bool) -> Iterator[Marking | None]:
    """Yield where a token may go from a node; None ends the whole scope."""
    element = spec.node(name).element
    for boundary in () if quiet else element.boundaries:
        event = spec.node(boundary).element
        if event.interrupting and _fires(event):
            yield ((boundary, ""),)
    if any(trigger.kind in _LEAVING for trigger in element.triggers) and (
        element.type == "endEvent"
    ):
        yield None
        return
    if element.type == "complexGateway" and len(element.incoming) > 1:
        yield ()  # it may swallow what comes late
    for chosen in _choices(element):
        yield tuple(_arriving(spec, flow) for flow in chosen)


def _fires(event: Element) -> bool:
    return any(found.kind is not TriggerKind.COMPENSATION for found in event.triggers)


def _choices(element: Element) -> Iterator[tuple[Flow, ...]]:
    flows = element.outgoing
    if element.type in {"exclusiveGateway", "eventBasedGateway"} and flows:
        yield from ((flow,) for flow in flows)
        return
    guarded = [flow for flow in flows if flow.condition or flow.id == element.default]
    if element.type == "parallelGateway" or not guarded:
        yield flows
        return
    free = tuple(flow for flow in flows if flow not in guarded)
    if free:
        yield free
    sizes = range(1, len(guarded) + 1)
    if len(guarded) > _MAX_SUBSETS:
        sizes = range(1, 2)
        yield flows
    for size in sizes:
        yield from ((*free, *some) for some in combinations(guarded, size))


def _arriving(spec: ScopeSpec, flow: Flow) -> Place:
    element = spec.node(flow.target).element
    meets = element.type in _MEETING and len(element.incoming) > 1
    return flow.target, flow.id if meets else ""


def _joined(spec: ScopeSpec, here: Marking) -> Iterator[Marking]:
    """Fire one join: a complete parallel one, else an inclusive one."""
    arrived: dict[str, dict[str, Place]] = {}
    for place in here:
        arrived.setdefault(place[0], {})[place[1]] = place
    for name, places in arrived.items():
        element = spec.node(name).element
        if element.type == "parallelGateway" and len(places) == len(element.incoming):
            yield _fired(here, name, places)
            return
    names = [n for n in arrived if spec.node(n).element.type == "inclusiveGateway"]
    settled = [
        name
        for name in names
        if not any(name in reachable(spec, other) for other in arrived if other != name)
    ]
    for name in (settled or names)[:1]:
        yield _fired(here, name, arrived[name])


def _fired(here: Marking, name: str, places: dict[str, Place]) -> Marking:
    rest = list(here)
    for place in places.values():
        rest.remove(place)
    return tuple(sorted([*rest, (name, "")]))
