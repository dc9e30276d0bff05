"""From the XML of decision files to a graph that can be evaluated."""

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Final

from engine.dmn.boxes import BoxReader
from engine.dmn.document import Document, Xml, name_of
from engine.dmn.errors import DmnError
from engine.dmn.graph import Graph, InputData, Key, Logic, Requirement, Service
from engine.dmn.item_types import TypeBook
from engine.dmn.tables import Table, TableReader
from engine.errors import Text
from engine.feel import tree
from engine.feel.compiler.dispatch import compile_node
from engine.feel.compiler.names import root
from engine.feel.expression import known_names

_NAMED: Final = ("variable", "formalParameter", "column", "output", "parameter")
_HREF: Final = {
    "informationRequirement": ("requiredDecision", "requiredInput"),
    "knowledgeRequirement": ("requiredKnowledge",),
}
_DRAW_AGAIN: Final = Text("Draw the requirement again", "请重新绘制依赖关系")


class FileReader:
    """Reads one file into a graph; problems are collected, not raised."""

    def __init__(
        self, document: Document, imports: Mapping[str, "FileReader"], graph: Graph
    ) -> None:
        self.document, self.graph = document, graph
        self.imports = imports
        self.problems: list[DmnError] = []
        self.prefixes = self._prefixes()
        books = {
            self.prefixes.get(namespace, ""): reader.types
            for namespace, reader in imports.items()
        }
        self.types: TypeBook = TypeBook(document, books)
        self.raw = {self._key(element): element for element in self._drawn()}
        self.all_raw: dict[Key, Xml] = dict(self.raw)
        for reader in imports.values():
            self.all_raw.update(reader.all_raw)

    def read(self) -> None:
        """Put every element of the file into the graph."""
        for key, element in self.raw.items():
            match self.document.kind(element):
                case "inputData":
                    self._input(key, element)
                case "decisionService":
                    self._service(key, element)
                case _:
                    self._logic(key, element)
        self.problems = [*self.types.problems, *self.problems]
        self._refuse_twins()
        self._refuse_circles()

    def _prefixes(self) -> dict[str, str]:
        found = self.document.children(self.document.root, "import")
        return {element.get("namespace", ""): name_of(element) for element in found}

    def _drawn(self) -> Iterator[Xml]:
        kinds = {"inputData", "decision", "businessKnowledgeModel", "decisionService"}
        for element in self.document.dmn_children(self.document.root):
            if self.document.kind(element) in kinds:
                yield element

    def _key(self, element: Xml) -> Key:
        return self.document.namespace, element.get("id") or name_of(element)

    def _variable(self, element: Xml) -> Xml | None:
        return self.document.child(element, "variable")

    def _name(self, element: Xml) -> str:
        return name_of(self._variable(element)) or name_of(element)

    def _input(self, key: Key, element: Xml) -> None:
        kind = self.types.of(self._variable(element))
        self.graph.elements[key] = InputData(key, self._name(element), kind)

    def _target(self, reference: Xml) -> Key | None:
        namespace, _, element_id = reference.get("href", "").rpartition("#")
        key = (namespace or self.document.namespace, element_id)
        if key in self.all_raw:
            return key
        self.problems.append(
            self.document.error(
                reference,
                Text(
                    f"the required element {element_id!r} does not exist",
                    f"所依赖的元素 {element_id!r} 不存在",
                ),
                _DRAW_AGAIN,
            )
        )
        return None

    def _requirements(self, element: Xml) -> Iterator[Requirement]:
        for kind, references in _HREF.items():
            for requirement in self.document.children(element, kind):
                for name in references:
                    reference = self.document.child(requirement, name)
                    key = None if reference is None else self._target(reference)
                    if key is not None and key != self._key(element):
                        yield Requirement(key, self.prefixes.get(key[0], ""))

    def _service(self, key: Key, element: Xml) -> None:
        def keys(*kinds: str) -> tuple[Key, ...]:
            references = (r for k in kinds for r in self.document.children(element, k))
            return tuple(key for r in references if (key := self._target(r)))

        self.graph.elements[key] = Service(
            key,
            self._name(element),
            keys("inputData", "inputDecision"),
            keys("outputDecision"),
        )

    def _logic(self, key: Key, element: Xml) -> None:
        requires = tuple(self._requirements(element))
        visible = {need.imported_as or self._seen_name(need.key) for need in requires}
        node = self._node(element, requires)
        scope = root(self.types.types)
        evaluate = compile_node(node, scope.inside({*visible, self._name(element)}))
        decision = self.document.kind(element) == "decision"
        self.graph.elements[key] = Logic(
            key,
            self._name(element),
            requires,
            evaluate,
            scope.reads,
            self.types.of(self._variable(element)) if decision else None,
            _output_names(node),
            not decision,
        )

    def _node(self, element: Xml, requires: tuple[Requirement, ...]) -> tree.Node:
        names = known_names(
            [
                *(self._seen_name(need.key) for need in requires),
                *(need.imported_as for need in requires),
                *self.types.component_names,
                *self._names_within(element),
            ]
        )
        boxes = BoxReader(self.document, self.types, names, self.problems)
        boxes.owner = name_of(element)
        TableReader(boxes, element)
        if self.document.kind(element) == "decision":
            return boxes.box_in(element)
        logic = self.document.child(element, "encapsulatedLogic")
        return tree.Constant(None) if logic is None else boxes.function(logic)

    def _seen_name(self, key: Key) -> str:
        element = self.all_raw[key]
        variable = element.find(element.tag[: element.tag.index("}") + 1] + "variable")
        return name_of(variable) or name_of(element)

    def _names_within(self, element: Xml) -> Iterator[str]:
        yield self._name(element)
        for inner in element.iter():
            if self.document.kind(inner) in _NAMED:
                yield name_of(inner)
            elif inner.get("iteratorVariable"):
                yield " ".join(inner.get("iteratorVariable", "").split())

    def _refuse_circles(self) -> None:
        needs = {
            key: [need.key for need in getattr(element, "requires", ())]
            for key, element in self.graph.elements.items()
        }
        try:
            TopologicalSorter(needs).prepare()
        except CycleError as error:
            circle: list[Key] = error.args[1]
            names = " → ".join(self._seen_name(key) for key in reversed(circle))
            rule = Text(f"{names} require each other", f"{names} 互相依赖")
            remedy = Text("Remove one arrow of the circle", "请删除循环中的一条连线")
            self.problems.append(
                self.document.error(self.all_raw[circle[0]], rule, remedy)
            )

    def _refuse_twins(self) -> None:
        seen: set[Key] = set()
        for element in self._drawn():
            key = self._key(element)
            if key in seen:
                rule = Text(f"the id {key[1]!r} occurs twice", f"id {key[1]!r} 重复")
                remedy = Text(
                    "Give every element its own id", "请为每个元素设置唯一 id"
                )
                self.problems.append(self.document.error(element, rule, remedy))
            seen.add(key)


def _output_names(node: tree.Node) -> tuple[str, ...]:
    if isinstance(node, Table):
        return tuple(output.name for output in node.outputs)
    return ()
