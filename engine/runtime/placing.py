"""New tokens before elements: in which scope, and opening scopes that do not run."""

from engine.errors import Text
from engine.runtime import arming, compensation, expressions, scopes, waiting
from engine.runtime.behaviours.inner import GIVEN, CallActivity
from engine.runtime.behaviours.nodes import Activity
from engine.runtime.data import Data
from engine.runtime.elements import Element
from engine.runtime.remarks import MoveRefusedError, Remark
from engine.runtime.specs import NodeSpec, ScopeSpec
from engine.runtime.tokens import InnerScope, RootScope, Scope, Token
from engine.runtime.tree import view

_JOINS = frozenset({"parallelGateway", "inclusiveGateway", "complexGateway"})
_EVENTS_OF_OTHERS = frozenset({"startEvent", "boundaryEvent"})


def put(scope: Scope, node: NodeSpec, parent: Token, data: Data) -> Token:
    """Put a token before ``node``; a join is passed at once, it waits for nobody."""
    token = Token(scope, node, parent, data)
    element = node.element
    if element.type in _JOINS and len(element.incoming) > 1:
        waiting.entered(token)
        token.wake()
    else:
        token.go()
    return token


def has(spec: ScopeSpec, element_id: str) -> bool:
    """Tell whether the element stands in the scope itself."""
    return any(node.element.id == element_id for node in spec.nodes())


def node_for(spec: ScopeSpec, element_id: str) -> NodeSpec:
    """Return the node before which a token may be put.

    Raises:
        MoveRefusedError: tokens only come there by an event or with a host.
    """
    node = next(found for found in spec.nodes() if found.element.id == element_id)
    element = node.element
    if (
        element.type in _EVENTS_OF_OTHERS
        or element.for_compensation
        or node.name in spec.triggered
    ):
        raise MoveRefusedError([_not_by_hand(element)])
    return node


def scope_for(root: RootScope, element_id: str, within: str | None) -> Scope:
    """Return the running scope that the element stands in, opened where none runs.

    Raises:
        MoveRefusedError: there is no such element, or it is not clear which of
            several scopes is meant.
        ElementFailed: the scope cannot be opened.
    """
    specs = [spec for spec in _all(root) if has(spec, element_id)]
    if not specs:
        raise MoveRefusedError([_unknown(element_id)])
    running = [scope for scope in root.scopes() if scope.spec in specs]
    if within is not None:
        running = [found for found in running if _is_within(found, within)]
    if len(running) == 1:
        return running[0]
    if running or len(specs) > 1 or within is not None:
        raise MoveRefusedError([_ambiguous(element_id)])
    return _opened(root, specs[0])


def _all(root: RootScope) -> list[ScopeSpec]:
    return [root.spec, *(s for s in root.subprocess_specs.values() if s != root.spec)]


def _is_within(scope: Scope, within: str) -> bool:
    """Tell whether the scope runs inside the token called ``within``."""
    here: Scope = scope
    while here.host is not None:
        if here.host.ref == within:
            return True
        here = here.host.scope
    return False


def _opened(root: RootScope, spec: ScopeSpec) -> InnerScope:
    hosts = [
        (around, node)
        for around in _all(root)
        for node in around.nodes()
        if node.element.scope == spec.key
    ]
    if len(hosts) != 1:
        raise MoveRefusedError([_ambiguous(spec.key)])
    around, node = hosts[0]
    node_for(around, node.element.id)
    if node.element.loop is not None or node.element.ad_hoc:
        raise MoveRefusedError([_not_by_hand(node.element)])
    return _begun(scope_for(root, node.element.id, None), node, spec)


def _begun(around: Scope, node: NodeSpec, spec: ScopeSpec) -> InnerScope:
    """Enter a sub-process or call activity without running its beginning."""
    host = Token(around, node, around.task_tree, view(around))
    compensation.note_before(host)
    waiting.entered(host)
    scopes.check_nesting(host)
    data = expressions.run(host, host.element.before, host.data)
    events = arming.reckon_boundaries(host, data)
    does = host.does
    prepared = does.prepare(host, data) if isinstance(does, Activity) else None
    host.data = data
    host.rest(started=True)
    arming.arm_boundaries(host, events)
    if isinstance(does, CallActivity):
        data = prepared or {}
        host.memo[GIVEN] = data
    inner = InnerScope(spec, host)
    inner.plant(data)
    arming.arm_starts(inner)
    return inner


def _unknown(element_id: str) -> Remark:
    return Remark(
        code="element-unknown",
        element_id=element_id,
        text=Text(
            f"The process has no element {element_id}.",
            f"流程中没有元素“{element_id}”。",
        ),
    )


def _not_by_hand(element: Element) -> Remark:
    return Remark(
        code="not-by-hand",
        element_id=element.id,
        text=Text(
            f"No token can be put at {element.id} ({element.type}); "
            "choose what comes behind it.",
            f"不能直接激活“{element.id}”（{element.type}），请选择其后的元素。",
        ),
    )


def _ambiguous(element_id: str) -> Remark:
    return Remark(
        code="scope-ambiguous",
        element_id=element_id,
        text=Text(
            f"Not exactly one sub-process with {element_id} is meant; name which.",
            f"包含“{element_id}”的子流程不唯一，请指定具体的一个。",
        ),
    )
