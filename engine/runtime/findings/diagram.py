"""A parsed file as the rules look at it: scopes, nodes, flows and who meets whom.

It is built once a file, in one walk over the tree, so that a rule only looks at
what it is about. Nothing here judges; what does not fit together is simply absent
(a flow whose target is missing has ``target`` None).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar, cast

from engine.runtime import extensions, xml
from engine.runtime.describe import FLOW_NODES, GLOBAL_TASKS, SUB_PROCESSES
from engine.runtime.step import Known
from engine.runtime.xml import Element

T = TypeVar("T")

TRUE = frozenset({"true", "1"})
_DRAWN = FLOW_NODES | {
    "association",
    "callChoreography",
    "choreographyTask",
    "dataInputAssociation",
    "dataOutputAssociation",
    "dataObjectReference",
    "dataStoreReference",
    "group",
    "lane",
    "messageFlow",
    "participant",
    "sequenceFlow",
    "subChoreography",
    "textAnnotation",
}
_PREFIX = f"{{{xml.BPMN}}}"


@dataclass(slots=True, eq=False)
class Trigger:
    """An event definition of an event; ``kind`` is message, timer, link and so on.

    ``element`` is the definition itself, inline or at the top of the file.
    """

    kind: str
    element: Element


@dataclass(slots=True, eq=False)
class Node:
    """A flow node; ``kind`` is its BPMN name, ``host`` what it is attached to."""

    element: Element
    id: str
    kind: str
    scope: "Scope"
    incoming: list["Flow"] = field(default_factory=list)
    outgoing: list["Flow"] = field(default_factory=list)
    triggers: tuple[Trigger, ...] = ()
    inner: "Scope | None" = None
    boundaries: list["Node"] = field(default_factory=list)
    host: "Node | None" = None

    def flag(self, attribute: str, *, default: bool = False) -> bool:
        """Return the Boolean ``attribute``."""
        value = self.element.get(attribute)
        return default if value is None else value in TRUE

    def has(self, *kinds: str) -> bool:
        """Tell whether one of the event's definitions is of one of the ``kinds``."""
        return any(trigger.kind in kinds for trigger in self.triggers)

    @property
    def is_event_sub_process(self) -> bool:
        """Whether an event starts it, and no flow."""
        return self.kind == "subProcess" and self.flag("triggeredByEvent")

    @property
    def is_handler(self) -> bool:
        """Whether it runs for compensation only, outside the normal flow."""
        return self.flag("isForCompensation")

    @property
    def instantiates(self) -> bool:
        """Whether it starts a process without being a start event."""
        kinds = {"receiveTask", "eventBasedGateway"}
        return self.kind in kinds and self.flag("instantiate")


@dataclass(slots=True, eq=False)
class Flow:
    """A sequence flow; its ends are None where nothing has the id it names."""

    element: Element
    id: str
    scope: "Scope"
    source: Node | None = None
    target: Node | None = None

    @property
    def condition(self) -> Element | None:
        """The condition, if it has one."""
        return xml.child(self.element, "conditionExpression")


@dataclass(slots=True, eq=False)
class Scope:
    """A process or a sub-process with what lies directly in it."""

    element: Element
    kind: str
    process: Element
    executable: bool
    owner: Node | None = None
    nodes: list[Node] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)

    def having(self, *kinds: str) -> Iterator[Node]:
        """Yield the nodes of one of the ``kinds``."""
        return (node for node in self.nodes if node.kind in kinds)


@dataclass(slots=True, eq=False)
class Around:
    """What a file may refer to outside itself.

    ``processes`` holds the processes and global tasks of all files that are
    checked together with the files they are in, ``decisions`` and ``forms`` the
    names that the files bring along.
    """

    known: Known
    processes: dict[str, list["Diagram"]] = field(default_factory=dict)
    decisions: set[str] = field(default_factory=set)
    forms: set[str] = field(default_factory=set)


class Diagram:
    """One file; see the module.

    ``nodes``, ``flows`` and ``scopes`` are those of executable processes: what is
    drawn for people only may be sketchy. ``elements`` holds every BPMN element.
    """

    def __init__(self, name: str, root: Element, around: Around) -> None:
        self.name = name
        self.root = root
        self.around = around
        self.elements: list[Element] = []
        self.by_id: dict[str, Element] = {}
        self.scopes: list[Scope] = []
        self.nodes: list[Node] = []
        self.flows: list[Flow] = []
        self._by_name: dict[str, list[Element]] = {}
        self._running: dict[str, list[Element]] = {}
        self._once: dict[object, object] = {}
        self._properties: dict[Element, dict[str, str]] = {}
        self._node_by_id: dict[str, Node] = {}
        self._every_flow: list[Flow] = []
        self._every_node: list[Node] = []
        self._index()
        for process in self.all_of("process"):
            executable = process.get("isExecutable", "true") in TRUE
            self._add_scope(Scope(process, "process", process, executable))
        self._connect()

    def all_of(self, *names: str) -> Iterator[Element]:
        """Yield every BPMN element with one of the ``names``."""
        for name in names:
            yield from self._by_name.get(name, ())

    def nodes_of(self, *kinds: str) -> Iterator[Node]:
        """Yield the executable flow nodes of one of the ``kinds``."""
        return (node for node in self.nodes if node.kind in kinds)

    def node(self, node_id: str) -> Node | None:
        """Return the flow node with that id, executable or not."""
        return self._node_by_id.get(node_id)

    def target(self, holder: Element, attribute: str) -> Element | None:
        """Return the element that an attribute refers to, or None."""
        return self.by_id.get(xml.reference(holder, holder.get(attribute)))

    def pointed(self, pointer: Element | None) -> Element | None:
        """Return the element whose id is the text of ``pointer``, or None."""
        if pointer is None:
            return None
        return self.by_id.get(xml.reference(pointer, pointer.text))

    def executable(self, *names: str) -> Iterator[Element]:
        """Yield the elements with one of the ``names`` in processes that run."""
        for name in names:
            yield from self._running.get(name, ())

    def running(self) -> Iterator[Element]:
        """Yield every BPMN element in processes that run."""
        for elements in self._running.values():
            yield from elements

    def once(self, compute: Callable[["Diagram"], T]) -> T:
        """Return what ``compute`` makes of this diagram, reckoned only once."""
        if compute not in self._once:
            self._once[compute] = compute(self)
        return cast("T", self._once[compute])

    def properties(self, element: Element) -> Mapping[str, str]:
        """Return the extension properties of ``element``; see ``extensions``."""
        if element not in self._properties:
            self._properties[element] = extensions.properties(element)
        return self._properties[element]

    def _index(self) -> None:
        for element in self.root.iter(f"{_PREFIX}*"):
            self.elements.append(element)
            self._by_name.setdefault(_name(element), []).append(element)
            if (element_id := element.get("id")) is not None:
                self.by_id.setdefault(element_id, element)
        for part in self.all_of("process", *GLOBAL_TASKS):
            if part.get("isExecutable", "true") in TRUE:
                for element in part.iter(f"{_PREFIX}*"):
                    self._running.setdefault(_name(element), []).append(element)

    def _add_scope(self, scope: Scope) -> None:
        if scope.executable:
            self.scopes.append(scope)
        for element in scope.element.iterchildren(f"{_PREFIX}*"):
            name = _name(element)
            if name == "sequenceFlow":
                self._add_flow(element, scope)
            elif name in FLOW_NODES:
                self._add_node(element, name, scope)

    def _add_flow(self, element: Element, scope: Scope) -> None:
        flow = Flow(element, element.get("id") or "", scope)
        scope.flows.append(flow)
        self._every_flow.append(flow)
        if scope.executable:
            self.flows.append(flow)

    def _add_node(self, element: Element, kind: str, scope: Scope) -> None:
        node = Node(element, element.get("id") or "", kind, scope)
        node.triggers = tuple(self._triggers(element)) if "Event" in kind else ()
        scope.nodes.append(node)
        self._every_node.append(node)
        if scope.executable:
            self.nodes.append(node)
        if node.id:
            self._node_by_id.setdefault(node.id, node)
        if kind in SUB_PROCESSES:
            node.inner = Scope(element, kind, scope.process, scope.executable, node)
            self._add_scope(node.inner)

    def _triggers(self, event: Element) -> Iterator[Trigger]:
        for found in event.iterchildren(f"{_PREFIX}*"):
            name = xml.local_name(found)
            definition: Element | None = found
            if name == "eventDefinitionRef":
                definition = self.pointed(found)
                name = "" if definition is None else xml.local_name(definition)
            if definition is not None and name.endswith("EventDefinition"):
                yield Trigger(name.removesuffix("EventDefinition"), definition)

    def _connect(self) -> None:
        for flow in self._every_flow:
            element = flow.element
            flow.source = self.node(xml.reference(element, element.get("sourceRef")))
            flow.target = self.node(xml.reference(element, element.get("targetRef")))
            if flow.source is not None:
                flow.source.outgoing.append(flow)
            if flow.target is not None:
                flow.target.incoming.append(flow)
        for node in self._every_node:
            if node.kind == "boundaryEvent":
                self._attach(node)

    def _attach(self, boundary: Node) -> None:
        element = boundary.element
        host = self.node(xml.reference(element, element.get("attachedToRef")))
        if host is not None:
            boundary.host = host
            host.boundaries.append(boundary)


def owner_id(element: Element) -> str | None:
    """Return the id of what people see of ``element`` in the drawing.

    That is the flow node, flow or pool that it belongs to; what is nowhere drawn
    is named by its own id, or by the nearest one around it.
    """
    around = [outer for outer in (element, *element.iterancestors()) if outer.get("id")]
    drawn = (outer for outer in around if xml.local_name(outer) in _DRAWN)
    found = next(drawn, around[0] if around else None)
    return None if found is None else found.get("id")


def _name(element: Element) -> str:
    return str(element.tag)[len(_PREFIX) :]
