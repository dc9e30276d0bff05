"""Boxed expressions: from XML to the nodes that FEEL compiles.

Most boxes are an expression of the language with another look, so they become the
same nodes; only tables, contexts with a result and typed boxes are nodes of their
own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from engine.dmn.document import Document, Xml, name_of
from engine.dmn.errors import DmnError
from engine.dmn.item_types import TypeBook
from engine.dmn.run import DecisionRun
from engine.errors import Text
from engine.feel import tree
from engine.feel.callables import Closure
from engine.feel.compiler.dispatch import compile_node, compiles
from engine.feel.compiler.names import Scope
from engine.feel.cursor import normal_name
from engine.feel.errors import FeelError
from engine.feel.names import KnownNames
from engine.feel.parser import parse_expression, parse_tests
from engine.feel.scope import Evaluate, Frame
from engine.feel.types import FeelType

NULL: Final = tree.Constant(None)
_CORRECT: Final = Text("Correct the expression", "请更正表达式")


@dataclass(frozen=True, slots=True)
class Typed(tree.Node):
    """A box whose result must be of a type."""

    node: tree.Node
    kind: FeelType
    label: str


@dataclass(frozen=True, slots=True)
class ContextWithResult(tree.Node):
    """A boxed context whose last entry has no name and is the result."""

    entries: tuple[tuple[str, tree.Node], ...]
    result: tree.Node


@dataclass(frozen=True, slots=True)
class FunctionWithTypes(tree.Node):
    """A function whose parameters and result may be of types of the file."""

    parameters: tuple[tuple[str, FeelType | None], ...]
    body: tree.Node
    result: FeelType | None


@compiles(Typed)
def compile_typed(node: Typed, scope: Scope) -> Evaluate:
    """Compile a typed box; what does not fit becomes null and is noted."""
    inner, kind = compile_node(node.node, scope), node.kind
    note = Text(
        f"the value of {node.label} is not of its type",
        f"{node.label} 的值不符合其类型",
    )

    def value(frame: Frame) -> Any:
        found = inner(frame)
        result = kind.coerce(found, frame.run)
        if result is None and found is not None and isinstance(frame.run, DecisionRun):
            frame.run.note(note)
        return result

    return value


@compiles(ContextWithResult)
def compile_context(node: ContextWithResult, scope: Scope) -> Evaluate:
    """Compile a context that only serves to compute its result."""
    inner = scope.inside()
    entries: list[tuple[str, Evaluate]] = []
    for key, part in node.entries:
        entries.append((key, compile_node(part, inner)))
        inner.names.add(key)
    result = compile_node(node.result, inner)

    def value(frame: Frame) -> Any:
        values: dict[str, Any] = {}
        own = Frame(values, frame, frame.run)
        for key, entry in entries:
            values[key] = entry(own)
        return result(own)

    return value


@compiles(FunctionWithTypes)
def compile_function(node: FunctionWithTypes, scope: Scope) -> Evaluate:
    """Compile a boxed function or the logic of a knowledge model."""
    names = tuple(name for name, _ in node.parameters)
    types = tuple(kind for _, kind in node.parameters)
    body = compile_node(node.body, scope.inside(names))
    result = node.result
    return lambda frame: Closure(names, types, body, frame, result)


class BoxReader:
    """Reads the boxes of one element of the diagram."""

    def __init__(
        self,
        document: Document,
        types: TypeBook,
        names: KnownNames,
        problems: list[DmnError],
    ) -> None:
        self.document, self.types = document, types
        self.names, self.problems = names, problems
        self.owner = ""
        self._kinds: dict[str, Callable[[Xml], tree.Node]] = {
            "literalExpression": self._literal,
            "context": self._context,
            "invocation": self._invocation,
            "functionDefinition": self.function,
            "relation": self._relation,
            "list": self._list,
            "conditional": self._conditional,
            "filter": self._filter,
            "for": self._for,
            "some": self._quantified,
            "every": self._quantified,
        }

    def learn(self, kind: str, read: Callable[[Xml], tree.Node]) -> None:
        """Add a kind of box."""
        self._kinds[kind] = read

    def problem(self, element: Xml, rule: Text, remedy: Text) -> None:
        """Note what is wrong with an element."""
        self.problems.append(self.document.error(element, rule, remedy))

    def box_in(self, parent: Xml | None) -> tree.Node:
        """Return the node of the only box in an element, null without one."""
        for child in [] if parent is None else self.document.dmn_children(parent):
            if self.document.kind(child) in self._kinds:
                return self.box(child)
        return NULL

    def box(self, element: Xml) -> tree.Node:
        """Return the node of a box."""
        node = self._kinds[self.document.kind(element)](element)
        return self.typed(node, element, element.get("label") or name_of(element))

    def typed(self, node: tree.Node, element: Xml | None, label: str) -> tree.Node:
        """Return a node that also checks the type of an element."""
        kind = self.types.of(element)
        return node if kind is None else Typed(node, kind, label or self.owner)

    def expression(self, text: str, element: Xml) -> tree.Node:
        """Return the node of a FEEL text; "" is null."""
        if not text:
            return NULL
        try:
            return parse_expression(text, self.names)
        except FeelError as error:
            self.problem(element, error.text, _CORRECT)
            return NULL

    def tests(self, text: str, element: Xml) -> tree.Tests:
        """Return the node of a cell's text; "" accepts everything."""
        try:
            return parse_tests(text, self.names)
        except FeelError as error:
            self.problem(element, error.text, _CORRECT)
            return tree.Tests(())

    def _literal(self, element: Xml) -> tree.Node:
        return self.expression(self.document.text(element), element)

    def _context(self, element: Xml) -> tree.Node:
        entries: list[tuple[str, tree.Node]] = []
        result: tree.Node | None = None
        for entry in self.document.children(element, "contextEntry"):
            variable = self.document.child(entry, "variable")
            name = name_of(variable)
            node = self.typed(self.box_in(entry), variable, name)
            if name:
                entries.append((name, node))
            else:
                result = node
        if result is None:
            return tree.ContextOf(tuple(entries))
        return ContextWithResult(tuple(entries), result)

    def _invocation(self, element: Xml) -> tree.Node:
        names: list[str] = []
        arguments: list[tree.Node] = []
        for binding in self.document.children(element, "binding"):
            names.append(name_of(self.document.child(binding, "parameter")))
            arguments.append(self.box_in(binding))
        function = self.box_in(element)
        return tree.Call(function, tuple(arguments), tuple(names) if names else None)

    def function(self, element: Xml) -> tree.Node:
        """Return the node of a function definition; only FEEL bodies are allowed."""
        if element.get("kind", "FEEL") != "FEEL":
            self.problem(
                element,
                Text("external functions are not allowed", "不允许使用外部函数"),
                Text("Write the function in FEEL", "请用 FEEL 编写函数"),
            )
            return NULL
        parameters = self.document.children(element, "formalParameter")
        return FunctionWithTypes(
            tuple((name_of(p), self.types.of(p)) for p in parameters),
            self.box_in(element),
            self.types.of(element),
        )

    def _relation(self, element: Xml) -> tree.Node:
        columns = [name_of(c) for c in self.document.children(element, "column")]
        rows: list[tree.Node] = []
        for row in self.document.children(element, "row"):
            cells = [self.box(cell) for cell in self.document.dmn_children(row)]
            if len(cells) != len(columns):
                self.problem(
                    row,
                    Text("a row must have a cell in every column", "每行须填满每一列"),
                    Text("Complete the row", "请补全该行"),
                )
                continue
            rows.append(tree.ContextOf(tuple(zip(columns, cells, strict=True))))
        return tree.ListOf(tuple(rows))

    def _list(self, element: Xml) -> tree.Node:
        boxes = self.document.dmn_children(element)
        known = [box for box in boxes if self.document.kind(box) in self._kinds]
        return tree.ListOf(tuple(self.box(box) for box in known))

    def _part(self, element: Xml, kind: str) -> tree.Node:
        part = self.document.child(element, kind)
        return self.typed(self.box_in(part), part, kind)

    def _conditional(self, element: Xml) -> tree.Node:
        parts = (self._part(element, kind) for kind in ("if", "then", "else"))
        return tree.If(*parts)

    def _filter(self, element: Xml) -> tree.Node:
        return tree.Filter(self._part(element, "in"), self._part(element, "match"))

    def _iterators(self, element: Xml) -> tuple[tree.Iterator, ...]:
        name = normal_name(element.get("iteratorVariable", ""))
        source = self._part(element, "in")
        if isinstance(source, tree.RangeOf) and source.low and source.high:
            return (tree.Iterator(name, source.low, source.high),)
        return (tree.Iterator(name, source),)

    def _for(self, element: Xml) -> tree.Node:
        return tree.For(self._iterators(element), self._part(element, "return"))

    def _quantified(self, element: Xml) -> tree.Node:
        every = self.document.kind(element) == "every"
        return tree.Quantified(
            "every" if every else "some",
            self._iterators(element),
            self._part(element, "satisfies"),
        )
