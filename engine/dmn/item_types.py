"""Item definitions: the types that a decision file defines."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from typing_extensions import override

from engine.dmn.document import Document, Xml, name_of
from engine.dmn.errors import DmnError
from engine.errors import Text
from engine.feel import tree
from engine.feel.compiler import compile_tests
from engine.feel.compiler.names import root
from engine.feel.errors import FeelError
from engine.feel.expression import known_names
from engine.feel.parser import parse_tests
from engine.feel.scope import Evaluate, Frame, Run
from engine.feel.types import (
    ANY,
    SCALARS,
    ContextType,
    FeelType,
    FunctionType,
    ListType,
    UnknownType,
)
from engine.feel.values import lift

_ALIASES: Final = dict.fromkeys(("integer", "long", "double"), "number")
"""Types that other editors write."""
_UNKNOWN_TYPE: Final = Text(
    "Define it under data types, or choose a built-in type",
    "请在数据类型中定义，或选择内置类型",
)


@dataclass(frozen=True)
class NamedType(FeelType):
    """A type of the file, looked up when it is used: types may contain themselves."""

    name: str
    types: Mapping[str, FeelType] = field(compare=False)

    @override
    def holds(self, value: Any, run: Run, *, allowed: bool = True) -> bool:
        return self.types[self.name].holds(value, run, allowed=allowed)

    @override
    def coerce(self, value: Any, run: Run) -> Any:
        return self.types[self.name].coerce(value, run)


@dataclass(frozen=True)
class ConstrainedType(FeelType):
    """A type with a list of allowed values."""

    base: FeelType
    tests: Evaluate

    @override
    def holds(self, value: Any, run: Run, *, allowed: bool = True) -> bool:
        if not self.base.holds(value, run, allowed=allowed):
            return False
        if not allowed:
            return True
        outer = Frame({}, None, run)
        return self.tests(Frame({"?": value}, outer, run)) is True

    @override
    def coerce(self, value: Any, run: Run) -> Any:
        value = self.base.coerce(value, run)
        return value if self.fits(lift(value), run) else None


class TypeBook:
    """All types that one file can name."""

    def __init__(self, document: Document, imported: Mapping[str, "TypeBook"]) -> None:
        self.document = document
        self.imported = imported
        self.types: dict[str, FeelType] = {}
        self.allowed: dict[str, tree.Tests] = {}
        self.component_names: list[str] = []
        self.problems: list[DmnError] = []
        for prefix, book in imported.items():
            dot = f"{prefix}." if prefix else ""
            self.types.update({dot + name: kind for name, kind in book.types.items()})
            self.allowed.update({dot + n: tests for n, tests in book.allowed.items()})
            self.component_names += book.component_names
        items = document.children(document.root, "itemDefinition")
        self._own = {name_of(item) for item in items}
        for item in items:
            self.types[name_of(item)] = self._define(item, name_of(item))
        self._refuse_circles(items)

    def _refuse_circles(self, items: list[Xml]) -> None:
        # Aliases of each other would never come to an end; components may recur.
        bases = {name_of(item): self._reference(item) for item in items}
        for item in items:
            seen: set[str] = set()
            name = name_of(item)
            while name in bases and name not in seen:
                seen.add(name)
                name = bases[name]
            if name in seen:
                rule = Text("the type is defined by itself", "类型以自身定义")
                self._problem(item, rule, _UNKNOWN_TYPE)
                self.types[name_of(item)] = ANY

    def _problem(self, element: Xml, rule: Text, remedy: Text) -> None:
        self.problems.append(self.document.error(element, rule, remedy))

    def _reference(self, item: Xml) -> str:
        return local_type(self.document.text(item, "typeRef"))

    def _define(self, item: Xml, name: str) -> FeelType:
        base = self._base(item)
        collection = item.get("isCollection") == "true"
        allowed = self._constraint(item, "allowedValues", name)
        if allowed is not None:
            base = ConstrainedType(base, allowed)
        whole: FeelType = ListType(base) if collection else base
        constraint = self._constraint(item, "typeConstraint", "")
        return whole if constraint is None else ConstrainedType(whole, constraint)

    def _base(self, item: Xml) -> FeelType:
        components = self.document.children(item, "itemComponent")
        if components:
            return ContextType({name_of(c): self._component(c) for c in components})
        function = self.document.child(item, "functionItem")
        if function is not None:
            parameters = self.document.children(function, "parameters")
            return FunctionType(tuple(ANY for _ in parameters))
        reference = self._reference(item)
        return self.find(reference, item) if reference else ANY

    def _component(self, component: Xml) -> FeelType:
        self.component_names.append(name_of(component))
        return self._define(component, "")

    def _constraint(self, item: Xml, kind: str, name: str) -> Evaluate | None:
        element = self.document.child(item, kind)
        text = self.document.text(element)
        if not text or element is None:
            return None
        names = known_names()
        try:
            tests = parse_tests(text, names)
        except FeelError as error:
            remedy = Text("Correct the allowed values", "请更正允许值")
            self._problem(element, error.text, remedy)
            return None
        if name:
            self.allowed[name] = tests
        return compile_tests(tests, root(self.types).inside(["?"]))

    def find(self, reference: str, element: Xml) -> FeelType:
        """Return the type of a reference; an unknown one is a problem."""
        name = local_type(reference)
        if name in self._own:
            return NamedType(name, self.types)
        known = self.types.get(name) or SCALARS.get(_ALIASES.get(name, name))
        if known is None:
            rule = Text(f"the type {name!r} is unknown", f"未知的类型 {name!r}")
            self._problem(element, rule, _UNKNOWN_TYPE)
            return UnknownType(name)
        return known

    def of(self, element: Xml | None) -> FeelType | None:
        """Return the type of an element's ``typeRef``, None without one or for Any."""
        reference = "" if element is None else element.get("typeRef", "")
        if not reference or element is None:
            return None
        kind = self.find(reference, element)
        return None if kind is ANY else kind

    def allowed_of(self, element: Xml | None) -> tree.Tests | None:
        """Return the allowed values of an element's type, in their order."""
        reference = "" if element is None else element.get("typeRef", "")
        return self.allowed.get(local_type(reference))


def local_type(reference: str) -> str:
    """Return a type's name without the XML prefix that DMN 1.1 wrote."""
    name = " ".join(reference.split())
    return name.rpartition(":")[2] if ":" in name else name
