"""A stored instance, rewritten with the names of another model; nothing moves.

Tokens, forks, counters and what elements remember refer to nodes and flows by name.
Each is given its counterpart's; what has none is said in remarks, and the state that
comes out is then of no use. Events that are gone from the new model are withdrawn.
"""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from engine.errors import Text
from engine.runtime import arming, codec, joins, loops, scopes
from engine.runtime.compensation import WHERE
from engine.runtime.counterparts import Counterparts
from engine.runtime.data import Data
from engine.runtime.elements import Element
from engine.runtime.following import follow, note, same_kind
from engine.runtime.remarks import Remark, Weight, hindering, stranded
from engine.runtime.specs import NodeSpec, ScopeSpec
from engine.runtime.step import Wait, WaitKind
from engine.runtime.tokens import RootScope, Scope, Token
from engine.runtime.tree import uproot
from engine.runtime.work import ARMED, Role

Withdrawn: TypeAlias = list[Wait]
_ROUND = "round "  # in the memo of a scope: flows that a complex gateway has seen


def renamed(way: Counterparts, state: bytes) -> tuple[bytes, Withdrawn, list[Remark]]:
    """Return the state for the new model, the waits withdrawn, and remarks.

    The state is empty where a remark stands in the way.
    """
    root = codec.load(way.source, state)
    renamer = _Renamer(way, root)
    renamer.rename()
    if hindering(renamer.remarks):
        return b"", [], renamer.remarks
    return codec.dump(way.target, root), renamer.withdrawn, renamer.remarks


class _Renamer:
    """Renames one copy of an instance in place, outer scopes first."""

    def __init__(self, way: Counterparts, root: RootScope) -> None:
        self._way, self._root = way, root
        self.remarks: list[Remark] = []
        self.withdrawn: Withdrawn = []

    def rename(self) -> None:
        """Rename everything."""
        root, way = self._root, self._way
        rounds: dict[str, int] = {}
        for element_id, count in root.rounds.items():
            wanted = way.wanted(element_id)
            rounds[wanted] = rounds.get(wanted, 0) + count
        root.rounds = rounds
        if root.outcome:
            root.outcome = way.wanted(root.outcome)
        for scope in list(root.scopes()):
            there = self._counterpart(scope)
            if there is not None:
                self._scope(scope, there)

    def _counterpart(self, scope: Scope) -> ScopeSpec | None:
        """Return the new model of a scope; that of its host is known by now."""
        scopes_there, host = self._way.target.scopes, scope.host
        if host is None:
            return self._way.target.root
        outer, spec = host.scope.spec, host.task_spec
        is_renamed = scopes_there.get(outer.key) is outer and (
            outer.task_specs.get(spec.name) is spec
        )
        return scopes_there[host.element.scope] if is_renamed else None

    def _scope(self, scope: Scope, there: ScopeSpec) -> None:
        here = scope.spec
        for token in list(scope.tasks.values()):
            if token.id not in scope.tasks:
                continue  # it was withdrawn with its host
            if token.is_live:
                self._token(token, here, there)
            else:
                token.task_spec = there.start
        scope.compensations = self._entries(scope.compensations, here, there)
        self._rounds_of_gateways(scope, here, there)
        scope.spec = there

    def _token(self, token: Token, here: ScopeSpec, there: ScopeSpec) -> None:
        if token.role in ARMED:
            self._armed(token, here, there)
            return
        old, path = token.element, token.scope.path
        found = self._way.of_node(token.task_spec, here, there, path)
        if isinstance(found, Remark):
            self.remarks.append(found)
            return
        flow = self._way.of_flow(token.flow, here, there)
        if joins.ARRIVED in token.memo and not _leads_to(there, flow, found):
            self.remarks.append(stranded(old.id, path))
        token.task_spec, token.flow = found, flow
        self._memo(token, old)
        if token.wait is not None:
            self.remarks += follow(token, old, token.element)

    def _armed(self, token: Token, here: ScopeSpec, there: ScopeSpec) -> None:
        found = self._way.of_node(token.task_spec, here, there, token.scope.path)
        old = self._event_of(token, self._way.source.scopes)
        if isinstance(found, Remark) or not self._is_still_there(token, old, found):
            self._withdraw(token)
            return
        token.task_spec = found
        token.flow = self._way.of_flow(token.flow, here, there)
        if token.wait is not None and token.wait.kind is not WaitKind.INCIDENT:
            new = self._event_of(token, self._way.target.scopes)
            self.remarks += follow(token, old, new)

    def _event_of(self, token: Token, specs: Mapping[str, ScopeSpec]) -> Element:
        """Return the event that an armed token stands for."""
        if token.role is not Role.START:
            return token.element
        return specs[token.element.scope].node(token.memo[arming.START]).element

    def _is_still_there(self, token: Token, old: Element, found: NodeSpec) -> bool:
        """Tell whether the new model waits for the same kind of event there."""
        if token.role is Role.START:
            return self._is_start(token, old, found)
        host = token.above
        if host is None or not same_kind(token, old, found.element):
            return False
        if token.role is Role.BOUNDARY:
            return found.name in host.element.boundaries
        targets = [flow.target for flow in host.element.outgoing]
        return found is host.task_spec or found.name in targets

    def _is_start(self, token: Token, old: Element, found: NodeSpec) -> bool:
        """Find the start event of an event sub-process, and note its new name."""
        inner = self._way.source.scopes[token.element.scope]
        there = self._way.target.scopes[found.element.scope]
        new = self._way.of_node(inner.node(old.name_in_model), inner, there)
        if isinstance(new, Remark) or new.name not in there.starts:
            return False
        token.memo[arming.START] = new.name
        return same_kind(token, old, new.element)

    def _withdraw(self, token: Token) -> None:
        if token.wait is not None:
            self.withdrawn.append(token.wait)
            name = token.wait.element_id
            en, zh = "The event {} is not waited for any more.", "不再等待事件“{}”。"
            self.remarks.append(note("event-withdrawn", name, token, en, zh))
        uproot(token, tidy_above=False)

    def _memo(self, token: Token, old: Element) -> None:
        memo, loop = token.memo, token.element.loop
        if loop is not None and loop.output and loops.STARTED in memo:
            memo.setdefault(loops.RESULTS, [None] * (memo[loops.TOTAL] or 0))
        if WHERE in memo:
            self.remarks.append(_undoing(token))
        elif old.scope and token.element.scope:
            here = self._way.source.scopes[old.scope]
            there = self._way.target.scopes[token.element.scope]
            if scopes.REST in memo:
                memo[scopes.REST] = self._names(memo[scopes.REST], here, there)
            if scopes.UNDO in memo:
                memo[scopes.UNDO] = self._entries(memo[scopes.UNDO], here, there)

    def _names(
        self, names: Iterable[str], here: ScopeSpec, there: ScopeSpec
    ) -> list[str]:
        found = (self._way.of_node(here.node(name), here, there) for name in names)
        return [node.name for node in found if isinstance(node, NodeSpec)]

    def _entries(
        self, entries: list[Data], here: ScopeSpec, there: ScopeSpec
    ) -> list[Data]:
        """Rename what can be undone; an activity that is gone cannot be any more."""
        kept: list[Data] = []
        for entry in entries:
            names = [entry["activity"], *filter(None, [entry.get("handler")])]
            new = self._names(names, here, there)
            if len(new) == len(names):
                kept.append(self._entry(entry, new, here, there))
            else:
                self.remarks.append(_not_undoable(str(entry["activity"])))
        return kept

    def _entry(
        self, entry: Data, new: list[str], here: ScopeSpec, there: ScopeSpec
    ) -> Data:
        changed: Data = {**entry, "activity": new[0]}
        if "handler" in entry:
            return {**changed, "handler": new[1]}
        inner = self._way.source.scopes[here.node(entry["activity"]).element.scope]
        after = self._way.target.scopes[there.node(new[0]).element.scope]
        changed["inner"] = self._entries(entry["inner"], inner, after)
        if entry["catcher"]:
            changed["catcher"] = self._catcher(entry["catcher"], inner, after)
        return changed

    def _catcher(
        self, catcher: list[str], here: ScopeSpec, there: ScopeSpec
    ) -> list[str] | None:
        names = self._names(catcher[:1], here, there)
        if not names:
            return None
        inner = self._way.source.scopes[here.node(catcher[0]).element.scope]
        after = self._way.target.scopes[there.node(names[0]).element.scope]
        names += self._names(catcher[1:], inner, after)
        return names if len(names) == len(catcher) else None

    def _rounds_of_gateways(
        self, scope: Scope, here: ScopeSpec, there: ScopeSpec
    ) -> None:
        for key in [name for name in scope.memo if name.startswith(_ROUND)]:
            seen = scope.memo.pop(key)
            names = self._names([key.removeprefix(_ROUND)], here, there)
            flows = [self._way.of_flow(flow, here, there) for flow in seen]
            if names:
                scope.memo[f"{_ROUND}{names[0]}"] = [flow for flow in flows if flow]


def _leads_to(there: ScopeSpec, flow: str | None, node: NodeSpec) -> bool:
    """Tell whether a token may wait for others at ``node``, having come by ``flow``."""
    if node.element.start_quantity > 1:
        return True
    return flow is not None and there.flows[flow].target == node.name


def _undoing(token: Token) -> Remark:
    return Remark(
        code="undoing",
        element_id=token.element.id,
        path=token.scope.path,
        text=Text(
            f"{token.element.id} is undoing what was done; let it end first.",
            f"“{token.element.id}”正在执行补偿，请待其完成。",
        ),
    )


def _not_undoable(activity: str) -> Remark:
    return Remark(
        code="not-undoable",
        element_id=activity,
        weight=Weight.NOTE,
        text=Text(
            f"What {activity} has done cannot be undone in the new version.",
            f"新版本中无法再补偿“{activity}”。",
        ),
    )
