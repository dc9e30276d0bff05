"""Which element of another model takes the place of one: by id, or as one says.

Never by structure: an element without its id in the other model has no counterpart
until somebody names it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.errors import Text
from engine.runtime.elements import Element, Flow
from engine.runtime.model import Model
from engine.runtime.normalise import is_made_up
from engine.runtime.remarks import Remark, Weight
from engine.runtime.specs import NodeSpec, ScopeSpec

_STEERED = frozenset(
    {
        "userTask", "manualTask", "serviceTask", "sendTask", "receiveTask",
        "scriptTask", "businessRuleTask", "callActivity",
    }
)  # fmt: skip
TASKS = _STEERED | {"task", "subProcess", "transaction", "adHocSubProcess"}


@dataclass(frozen=True, slots=True)
class Pair:
    """An element and its counterpart; ``explicit`` tells that somebody named it."""

    source: Element
    target: Element | None
    explicit: bool
    remark: Remark | None = None


@dataclass(frozen=True, slots=True)
class Counterparts:
    """The way from one model to another; ``mapping`` holds ids, old to new."""

    source: Model
    target: Model
    mapping: Mapping[str, str]

    def wanted(self, element_id: str) -> str:
        """Return the id that the element has in the other model."""
        return self.mapping.get(element_id, element_id)

    def of_node(
        self,
        node: NodeSpec,
        here: ScopeSpec,
        there: ScopeSpec,
        path: tuple[str, ...] = (),
    ) -> NodeSpec | Remark:
        """Return the counterpart of a node in the scope ``there``, or why not."""
        element = node.element
        found = self._of_element(element, here, there)
        if found is None:
            return self._missing(element, path)
        return _differing(node, found, path) or found

    def of_flow(
        self, flow_id: str | None, here: ScopeSpec, there: ScopeSpec
    ) -> str | None:
        """Return the flow that leads from and to the counterparts of its ends."""
        flow = here.flows.get(flow_id or "")
        if flow is None:
            return None
        ends = [self._name(here, there, name) for name in (flow.source, flow.target)]
        between = [f for f in there.flows.values() if [f.source, f.target] == ends]
        same = [found for found in between if found.id == flow.id]
        if same and not is_made_up(flow.id):
            return flow.id
        own = [f for f in here.flows.values() if _ends(f) == _ends(flow)]
        index = own.index(flow)
        return between[index].id if index < len(between) else None

    def pairs(self) -> list[Pair]:
        """Return every element of the source that has an id, with its counterpart."""
        return [
            self._pair(spec, node)
            for spec in self.source.scopes.values()
            for node in spec.nodes()
            if node.element.id
        ]

    def unknown(self) -> list[Remark]:
        """Return what the mapping names and neither model has."""
        old, new = _ids(self.source), _ids(self.target)
        found = [_unknown(name, "source", "原") for name in self.mapping.keys() - old]
        return found + [
            _unknown(name, "target", "新")
            for name in sorted(set(self.mapping.values()) - new)
        ]

    def added(self, spec: ScopeSpec) -> list[Element]:
        """Return the activities of a target scope that no old element stands for."""
        known = {self.wanted(element_id) for element_id in _ids(self.source)}
        return [
            node.element
            for node in spec.nodes()
            if node.element.type in TASKS and node.element.id not in known
        ]

    def _pair(self, spec: ScopeSpec, node: NodeSpec) -> Pair:
        element = node.element
        explicit = element.id in self.mapping
        target = next(
            (
                found
                for there in self.target.scopes.values()
                if (found := _by_id(there, self.wanted(element.id))) is not None
                and _same_process(self, spec, there)
            ),
            None,
        )
        if target is None:
            return Pair(element, None, explicit, self._missing(element, ()))
        return Pair(element, target.element, explicit, _differing(node, target, ()))

    def _missing(self, element: Element, path: tuple[str, ...]) -> Remark:
        wanted = self.wanted(element.id)
        scopes = self.target.scopes.values()
        if element.id and any(_by_id(spec, wanted) is not None for spec in scopes):
            return Remark(
                code="scope-changed",
                element_id=element.id,
                path=path,
                text=Text(
                    f"{wanted} stands in another sub-process or process.",
                    f"“{wanted}”已移到其他子流程或流程。",
                ),
            )
        return _gone(element, path)

    def _name(self, here: ScopeSpec, there: ScopeSpec, name: str) -> str | None:
        found = self._of_element(here.node(name).element, here, there)
        return None if found is None else found.name

    def _of_element(
        self, element: Element, here: ScopeSpec, there: ScopeSpec
    ) -> NodeSpec | None:
        """Return the node; one without an id only where the scope is the same."""
        if element.id:
            return _by_id(there, self.wanted(element.id))
        if here.task_specs.keys() != there.task_specs.keys():
            return None
        return there.node(element.name_in_model)


def compare(
    source: Model, target: Model, mapping: Mapping[str, str]
) -> tuple[list[Pair], list[Remark]]:
    """Return every element with its counterpart, and what is wrong with the mapping."""
    way = Counterparts(source, target, mapping)
    return way.pairs(), way.unknown()


def _by_id(spec: ScopeSpec, wanted: str) -> NodeSpec | None:
    found = spec.task_specs.get(wanted)
    if type(found) is NodeSpec and found.element.id == wanted:
        return found
    return next((node for node in spec.nodes() if node.element.id == wanted), None)


def _same_process(way: Counterparts, here: ScopeSpec, there: ScopeSpec) -> bool:
    both = {here.process_id, there.process_id}
    roots = {way.source.process_id, way.target.process_id}
    return len(both) == 1 or both == roots


def _ends(flow: Flow) -> tuple[str, str]:
    return flow.source, flow.target


def _ids(model: Model) -> set[str]:
    return {element.id for element in model.elements() if element.id}


def _differing(old: NodeSpec, new: NodeSpec, path: tuple[str, ...]) -> Remark | None:
    """Return why a token cannot go from one node to the other."""
    one, other = old.element, new.element
    if one.type != other.type or type(old.does) is not type(new.does):
        return Remark(
            code="type-changed",
            element_id=one.id,
            path=path,
            text=Text(
                f"{one.id} is a {one.type}, {other.id} a {other.type}.",
                f"“{one.id}”的类型是 {one.type}，“{other.id}”的类型是 {other.type}。",
            ),
        )
    if _looping(one) != _looping(other):
        return Remark(
            code="loop-changed",
            element_id=one.id,
            path=path,
            text=Text(
                f"{other.id} repeats in another way than {one.id} does.",
                f"“{other.id}”的循环方式与“{one.id}”不同。",
            ),
        )
    return None


def _looping(element: Element) -> tuple[bool, bool] | None:
    loop = element.loop
    return None if loop is None else (loop.standard, loop.sequential)


def _gone(element: Element, path: tuple[str, ...]) -> Remark:
    return Remark(
        code="element-removed",
        element_id=element.id,
        path=path,
        weight=Weight.NEEDS_MAPPING,
        text=Text(
            f"{element.id or element.type} is not in the new version; "
            "say what takes its place.",
            f"新版本中没有“{element.id or element.type}”，请指定对应的元素。",
        ),
    )


def _unknown(element_id: str, en: str, zh: str) -> Remark:
    return Remark(
        code="mapping-unknown",
        element_id=element_id,
        weight=Weight.NEEDS_MAPPING,
        text=Text(
            f"The mapping names {element_id}, which the {en} version does not have.",
            f"映射中的“{element_id}”在{zh}版本中不存在。",
        ),
    )
