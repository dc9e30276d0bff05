"""What a form asks for: kinds of fields, their titles, records and branches; pure.

A `Shape` is an object schema compiled once: its fields, and the branches (``if``,
``then``, ``else``) that add fields or demand more, depending on the answers.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from engine.errors import Text
from engine.feel import Expression, compile_expression
from engine.forms.schemas import CompiledSchema

Schema = Mapping[str, Any]


class Kind(StrEnum):
    """How a field is typed, drawn and checked."""

    TEXT = "text"
    LONG_TEXT = "long-text"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    DATE_TIME = "date-time"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    DOCUMENT = "document"
    USER = "user"
    PASSWORD = "password"  # noqa: S105 - the name of a kind
    LIST = "list"
    RECORD = "record"
    JSON = "json"


_KINDS = {
    "money": Kind.MONEY,
    "number": Kind.NUMBER,
    "file": Kind.DOCUMENT,
    "user": Kind.USER,
    "json": Kind.JSON,
    "password": Kind.PASSWORD,
}
_FORMATS = {
    "date": Kind.DATE,
    "date-time": Kind.DATE_TIME,
    "password": Kind.PASSWORD,
}
_TYPES = {
    "integer": Kind.INTEGER,
    "number": Kind.NUMBER,
    "boolean": Kind.BOOLEAN,
    "array": Kind.LIST,
    "string": Kind.TEXT,
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values that a field can have."""

    value: Any
    title: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field; ``item`` is what a list holds, ``shape`` what a record holds.

    ``readers`` are the duties that alone get the value. ``fixed`` fields take the
    value of ``default``, whatever a client sends, ``fill`` fields where he sends
    nothing. ``options`` gives the values to
    choose from, depending on the case. The keywords of ``x-kind: file``
    (``accept``, ``max_bytes``, ``document``, ``access``) are read from ``schema``.
    """

    name: str
    kind: Kind
    title: Text
    help: Text
    schema: Schema
    ui: Mapping[str, Any]
    choices: tuple[Choice, ...] = ()
    item: "Field | None" = None
    shape: "Shape | None" = None
    readers: frozenset[str] = frozenset()
    fixed: bool = False
    fill: bool = False
    default: Expression | None = None
    options: Expression | None = None

    @property
    def accept(self) -> tuple[str, ...]:
        """Media types that a file may have; empty: any."""
        return tuple(self.schema.get("x-accept", ()))

    @property
    def max_bytes(self) -> int | None:
        """How large a file may be."""
        return self.schema.get("x-max-bytes")

    @property
    def document(self) -> str:
        """The kind of document that a file becomes."""
        return str(self.schema.get("x-document", ""))

    @property
    def access(self) -> tuple[str, ...] | None:
        """The duties that may read the file; None: whoever may see the project."""
        duties = self.schema.get("x-access")
        return None if duties is None else tuple(duties)


@dataclass(frozen=True, slots=True)
class Branch:
    """What more a form asks for when its answers satisfy a condition."""

    condition: CompiledSchema | None
    then: "Shape"
    otherwise: "Shape"


@dataclass(frozen=True)
class Shape:
    """The fields of a form or of a record."""

    fields: Mapping[str, Field] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    branches: tuple[Branch, ...] = ()
    order: tuple[str, ...] = ()

    def at(self, values: Mapping[str, Any]) -> "Shape":
        """Return the fields that these values ask for, branches settled."""
        if not self.branches:
            return self._settled
        fields, required = dict(self.fields), set(self.required)
        for branch in self.branches:
            holds = branch.condition is None or branch.condition.is_valid(values)
            more = (branch.then if holds else branch.otherwise).at(values)
            fields |= more.fields
            required |= more.required
        return Shape(_ordered(fields, self.order), frozenset(required))

    def every(self) -> Mapping[str, Field]:
        """Return all fields, also those of branches that may never be asked for."""
        return self._every

    @cached_property
    def _settled(self) -> "Shape":
        return Shape(_ordered(dict(self.fields), self.order), self.required)

    @cached_property
    def _every(self) -> Mapping[str, Field]:
        fields: dict[str, Field] = {}
        for branch in self.branches:
            fields |= branch.otherwise.every()
            fields |= branch.then.every()
        return _ordered(fields | dict(self.fields), self.order)

    @cached_property
    def refers(self) -> bool:
        """Whether answers may refer to documents or people, at any depth."""
        return any(field.kind in {Kind.DOCUMENT, Kind.USER} for field in walk(self))

    def watched(self) -> frozenset[str]:
        """Return the fields on which branches depend."""
        found: set[str] = set()
        for branch in self.branches:
            if branch.condition is not None:
                found |= _mentioned(branch.condition.schema)
            found |= branch.then.watched() | branch.otherwise.watched()
        return frozenset(found)


def shape_of(schema: Schema, ui: Mapping[str, Any], known: Schema) -> Shape:
    """Compile an object schema.

    Args:
        schema: ``properties``, ``required``, ``if``/``then``/``else``, ``allOf``.
        ui: The uiSchema of the same object.
        known: Properties defined around a branch: it may add to them.
    """
    own = {
        name: {**known.get(name, {}), **given}
        for name, given in schema.get("properties", {}).items()
        if isinstance(given, Mapping)
    }
    around = {**known, **own}
    parts: Sequence[Schema] = schema.get("allOf", ())
    branches = [_branch(part, ui, around) for part in parts]
    if "if" in schema:
        branches.append(_condition(schema, ui, around))
    return Shape(
        {name: field_of(name, each, ui.get(name, {})) for name, each in own.items()},
        frozenset(schema.get("required", ())),
        tuple(branches),
        tuple(ui.get("ui:order", ())),
    )


def _branch(part: Schema, ui: Mapping[str, Any], around: Schema) -> Branch:
    if "if" in part and "properties" not in part:
        return _condition(part, ui, around)
    return Branch(None, shape_of(part, ui, around), Shape())


def _condition(schema: Schema, ui: Mapping[str, Any], around: Schema) -> Branch:
    return Branch(
        CompiledSchema(dict(schema["if"])),
        shape_of(schema.get("then", {}), ui, around),
        shape_of(schema.get("else", {}), ui, around),
    )


def field_of(name: str, schema: Schema, ui: Mapping[str, Any]) -> Field:
    """Compile one property.

    Raises:
        FeelSyntaxError: ``x-default`` or ``x-options`` is no expression.
    """
    kind = kind_of(schema, ui)
    inner = schema.get("items") if kind is Kind.LIST else None
    return Field(
        name=name,
        kind=kind,
        title=text_of(schema, "title", "x-title-en", name),
        help=text_of(schema, "description", "x-description-en", ""),
        schema=schema,
        ui=ui,
        choices=_choices(schema),
        item=field_of(name, inner, ui.get("items", {})) if inner else None,
        shape=shape_of(schema, ui, {}) if kind is Kind.RECORD else None,
        readers=frozenset(schema.get("x-readers", ())),
        fixed=bool(schema.get("x-server") or schema.get("x-readonly")),
        fill=bool(schema.get("x-fill")),
        default=_expression(schema.get("x-default")),
        options=_expression(schema.get("x-options")),
    )


def kind_of(schema: Schema, ui: Mapping[str, Any]) -> Kind:
    """Return how a property is to be treated."""
    if "oneOf" in schema or "enum" in schema:
        return Kind.CHOICE
    if found := _KINDS.get(schema.get("x-kind", "")):
        return found
    if found := _FORMATS.get(schema.get("format", "")):
        return found
    if "properties" in schema:
        return Kind.RECORD
    kind = _TYPES.get(str(schema.get("type", "")), Kind.JSON)
    if kind is Kind.TEXT and ui.get("ui:widget") == "textarea":
        return Kind.LONG_TEXT
    return kind


def text_of(schema: Schema, zh: str, en: str, fallback: str) -> Text:
    """Return a text that a schema gives in one or both languages."""
    chinese = schema.get(zh)
    if isinstance(chinese, Mapping):
        return Text(chinese.get("en") or fallback, chinese.get("zh") or fallback)
    english = schema.get(en)
    shown = str(chinese or english or fallback)
    return Text(str(english or fallback or shown), shown)


def walk(shape: Shape) -> Iterator[Field]:
    """Yield every field of a shape, those of records and lists too."""
    for each in shape.every().values():
        current: Field | None = each
        while current is not None:
            yield current
            if current.shape is not None:
                yield from walk(current.shape)
            current = current.item


def _expression(text: Any) -> Expression | None:
    return None if text is None else compile_expression(str(text))


def _choices(schema: Schema) -> tuple[Choice, ...]:
    listed = [
        Choice(
            each.get("const"), text_of(each, "title", "x-title-en", str(each["const"]))
        )
        for each in schema.get("oneOf", ())
        if "const" in each
    ]
    listed += [
        Choice(value, Text(str(value), str(value))) for value in schema.get("enum", ())
    ]
    return tuple(listed)


def _mentioned(condition: Any) -> set[str]:
    if not isinstance(condition, Mapping):
        return set()
    found = {*condition.get("properties", {}), *condition.get("required", ())}
    for key in ("allOf", "anyOf", "oneOf"):
        for part in condition.get(key, ()):
            found |= _mentioned(part)
    return found | _mentioned(condition.get("not"))


def _ordered(fields: dict[str, Field], order: Sequence[str]) -> Mapping[str, Field]:
    listed = [name for name in order if name in fields]
    return {name: fields[name] for name in (*listed, *fields)}
