"""Processes and sub-processes: their nodes, flows and what each is connected to."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.errors import Text
from engine.runtime import extensions, xml
from engine.runtime.compiling import triggers
from engine.runtime.compiling.nodes import Around, behaviour, compile_node, shown_id
from engine.runtime.compiling.problems import Place, Problems
from engine.runtime.describe import FLOW_NODES, SUB_PROCESSES
from engine.runtime.elements import Contract, Element, Flow
from engine.runtime.normalise import MADE_UP, is_made_up
from engine.runtime.specs import NodeSpec, ScopeSpec
from engine.runtime.xml import Element as Node

_TRUE = frozenset({"true", "1"})
_DUPLICATE = (
    Text("Two elements have the same id.", "两个元素的 id 相同。"),
    Text("Give one of them another id.", "请为其中一个改用其他 id。"),
)


@dataclass(slots=True)
class Builder:
    """Builds the scopes of one process; ``scopes`` collects them by key.

    ``calls`` collects where processes are called, which others build.
    """

    around: Around
    problems: Problems
    file: str
    process_id: str
    scopes: dict[str, ScopeSpec]
    calls: dict[str, list[Place]] = field(default_factory=dict)

    def build(self, process: Node) -> ScopeSpec:
        """Return the process as a scope, after everything inside it."""
        spec = self._scope(process, self.process_id, None)
        spec.contract = _contract(process)
        return spec

    def _scope(self, node: Node, key: str, element: Element | None) -> ScopeSpec:
        spec = ScopeSpec(key, self.process_id, element)
        self.scopes[key] = spec
        drawn = _Drawn(node, self, {*spec.task_specs, "Root"})
        for found in drawn.nodes:
            self._node(spec, drawn, found, key)
        spec.flows = {flow.id: flow for flow in drawn.flows}
        spec.sources = drawn.sources()
        spec.hosts = drawn.hosts()
        spec.starts, spec.entrances = drawn.starts(spec)
        spec.triggered = tuple(
            found.element.name_in_model
            for found in spec.nodes()
            if found.element.scope and _is_event_scope(drawn.by_name[found.name])
        )
        return spec

    def _node(self, spec: ScopeSpec, drawn: "_Drawn", node: Node, key: str) -> None:
        name = drawn.names[node.get("id") or ""]
        place = self.place(node)
        scope = self._inside(place, name, key)
        element = compile_node(
            place,
            self.around,
            name,
            scope=scope,
            outgoing=drawn.outgoing(name),
            incoming=drawn.incoming(name),
            default=node.get("default"),
            attached_to=drawn.names.get(_attached(node), ""),
            boundaries=drawn.boundaries(name),
            compensated_by=drawn.compensated_by(name),
        )
        NodeSpec(spec, element, behaviour(place, element))
        if xml.local_name(node) in SUB_PROCESSES:
            self._scope(node, scope, element)

    def _inside(self, place: Place, name: str, key: str) -> str:
        kind = xml.local_name(place.node)
        if kind in SUB_PROCESSES:
            return f"{key}/{name}"
        if kind != "callActivity":
            return ""
        called = extensions.called_element(place.node)
        if not called:
            place.refuse(
                "called-process-missing",
                Text("The call activity calls nothing.", "调用活动没有指定流程。"),
                Text("Name the process to call.", "请指定要调用的流程。"),
            )
        else:
            self.calls.setdefault(called, []).append(place)
        return called

    def place(self, node: Node) -> Place:
        """Return where ``node`` is, for findings."""
        return Place(self.problems, self.file, node, shown_id(node))


class _Drawn:
    """What is drawn in one scope, with names for the model."""

    def __init__(self, scope: Node, builder: Builder, reserved: set[str]) -> None:
        self._builder = builder
        self._scope = scope
        self.nodes: list[Node] = []
        self.names: dict[str, str] = {}
        for node in xml.children(scope, *FLOW_NODES):
            node_id = node.get("id") or ""
            if node_id in self.names:
                self._builder.place(node).refuse("id-duplicate", *_DUPLICATE)
                continue
            self.nodes.append(node)
            is_reserved = node_id in reserved
            self.names[node_id] = f"{MADE_UP}{node_id}" if is_reserved else node_id
        self.by_name = {self.names[node.get("id") or ""]: node for node in self.nodes}
        self.flows = [*self._sequence_flows(), *self._links()]
        self._out: dict[str, list[Flow]] = {}
        self._into: dict[str, list[str]] = {}
        for flow in self.flows:
            self._out.setdefault(flow.source, []).append(flow)
            self._into.setdefault(flow.target, []).append(flow.id)
        self._attached: dict[str, list[str]] = {}
        for boundary, host in self.hosts().items():
            self._attached.setdefault(host, []).append(boundary)

    def outgoing(self, name: str) -> tuple[Flow, ...]:
        """Return the flows that leave the node, in the order of the file."""
        return tuple(self._out.get(name, ()))

    def incoming(self, name: str) -> tuple[str, ...]:
        """Return the ids of the flows that lead to the node."""
        return tuple(self._into.get(name, ()))

    def boundaries(self, name: str) -> tuple[str, ...]:
        """Return the boundary events attached to the node."""
        return tuple(self._attached.get(name, ()))

    def compensated_by(self, name: str) -> str:
        """Return the handler that undoes the activity, or an empty string."""
        for boundary in self.boundaries(name):
            node = self.by_name[boundary]
            if xml.child(node, "compensateEventDefinition") is not None:
                return self._associated(node)
        return ""

    def sources(self) -> dict[str, tuple[str, ...]]:
        """Return the nodes before each node."""
        before: dict[str, list[str]] = {}
        for flow in self.flows:
            before.setdefault(flow.target, []).append(flow.source)
        return {name: tuple(found) for name, found in before.items()}

    def hosts(self) -> dict[str, str]:
        """Return the activity of each boundary event."""
        return {
            self.names[node.get("id") or ""]: self.names[_attached(node)]
            for node in xml.children(self._scope, "boundaryEvent")
            if _attached(node) in self.names and (node.get("id") or "") in self.names
        }

    def starts(self, spec: ScopeSpec) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return where tokens begin, and where they do so without an event.

        That is at start events, else at what nothing leads to. Receive tasks and
        event-based gateways that instantiate count as start events; of such a
        gateway, each event behind it begins.
        """
        elements = [found.element for found in spec.nodes()]
        events = [found for found in elements if found.type == "startEvent"]
        instantiating = [found for found in elements if self._instantiates(found)]
        if not events and not instantiating:
            names = tuple(
                found.name_in_model for found in elements if self._begins(found)
            )
            return names, names
        entrances = tuple(found.name_in_model for found in events if not found.triggers)
        triggered = [found.name_in_model for found in events if found.triggers]
        for found in instantiating:
            if found.type == "eventBasedGateway":
                triggered += [flow.target for flow in found.outgoing]
            else:
                triggered.append(found.name_in_model)
        return (*entrances, *triggered), entrances

    def _instantiates(self, element: Element) -> bool:
        node = self.by_name[element.name_in_model]
        return node.get("instantiate") in _TRUE and not element.incoming

    def _begins(self, element: Element) -> bool:
        node = self.by_name[element.name_in_model]
        return not (
            element.incoming
            or element.attached_to
            or element.for_compensation
            or _is_event_scope(node)
        )

    def _sequence_flows(self) -> Iterator[Flow]:
        for node in xml.children(self._scope, "sequenceFlow"):
            source = self.names.get(xml.reference(node, node.get("sourceRef")))
            target = self.names.get(xml.reference(node, node.get("targetRef")))
            place = self._builder.place(node)
            if source is None or target is None:
                place.refuse(
                    "flow-dangling",
                    Text(
                        "The flow does not connect two elements of its process.",
                        "该流向没有连接同一流程内的两个元素。",
                    ),
                    Text("Draw it anew.", "请重新绘制。"),
                )
                continue
            yield _flow(place, node, source, target)

    def _links(self) -> Iterator[Flow]:
        """Yield a flow from each link that throws to the one that catches it."""
        catching = [
            node
            for node in xml.children(self._scope, "intermediateCatchEvent")
            if triggers.link_name(node) is not None
        ]
        for node in xml.children(self._scope, "intermediateThrowEvent"):
            name = triggers.link_name(node)
            if name is None:
                continue
            target = triggers.link_target(node, catching)
            if target is None:
                self._builder.place(node).refuse(
                    "link-target-missing",
                    Text(
                        f"No link catches {name!r}.", f"没有与“{name}”对应的连接事件。"
                    ),
                    Text("Add the catching link.", "请补上接收的连接事件。"),
                )
                continue
            source = self.names[node.get("id") or ""]
            yield Flow(
                id=f"{MADE_UP}{source}",
                shown=None,
                source=source,
                target=self.names[target.get("id") or ""],
            )

    def _associated(self, boundary: Node) -> str:
        for found in xml.children(self._scope, "association"):
            ends = {
                xml.reference(found, found.get("sourceRef")),
                xml.reference(found, found.get("targetRef")),
            }
            if boundary.get("id") in ends:
                other = ends - {boundary.get("id")}
                return self.names.get(next(iter(other), ""), "")
        return ""


def _flow(place: Place, node: Node, source: str, target: str) -> Flow:
    flow_id = node.get("id") or ""
    return Flow(
        id=flow_id,
        shown=None if is_made_up(flow_id) else flow_id,
        source=source,
        target=target,
        condition=place.expression(xml.text_of(xml.child(node, "conditionExpression"))),
    )


def _attached(node: Node) -> str:
    return xml.reference(node, node.get("attachedToRef"))


def _is_event_scope(node: Node) -> bool:
    return node.get("triggeredByEvent") in _TRUE


def _contract(process: Node) -> Contract | None:
    specification = xml.child(process, "ioSpecification")
    if specification is None:
        return None
    return Contract(
        inputs=_names(specification, "dataInput"),
        outputs=_names(specification, "dataOutput"),
    )


def _names(specification: Node, kind: str) -> tuple[str, ...]:
    return tuple(
        found.get("name") or found.get("id") or ""
        for found in xml.children(specification, kind)
    )
