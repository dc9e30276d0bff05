"""Writing decision tables (DMN) from rows that people maintain."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, indent, tostring

_MODEL = "https://www.omg.org/spec/DMN/20191111/MODEL/"
_NAMESPACE = "urn:fuwu:decisions"
ANY = "-"


@dataclass(frozen=True, slots=True)
class Input:
    """An input column: a name in the decision's context, and its type."""

    name: str
    label: str
    type: str


@dataclass(frozen=True, slots=True)
class Output:
    """An output column."""

    name: str
    label: str
    type: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: unary tests for the inputs, expressions for the outputs."""

    tests: Sequence[str]
    values: Sequence[str]
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A decision table whose first fitting row counts."""

    id: str
    name: str
    inputs: Sequence[Input]
    outputs: Sequence[Output]
    rules: Sequence[Rule]


def quoted(text: str) -> str:
    """Return a text as FEEL writes it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'


def to_dmn(table: Table) -> bytes:
    """Return the DMN file of a table."""
    root = Element("definitions", _attributes(table))
    decision = SubElement(root, "decision", {"id": table.id, "name": table.name})
    SubElement(decision, "variable", {"id": f"Variable_{table.id}", "name": table.id})
    body = SubElement(
        decision, "decisionTable", {"id": f"Table_{table.id}", "hitPolicy": "FIRST"}
    )
    for column in table.inputs:
        _write_input(body, column)
    for output in table.outputs:
        attributes = {"id": f"Output_{output.name}", "label": output.label}
        SubElement(
            body, "output", {**attributes, "name": output.name, "typeRef": output.type}
        )
    for number, rule in enumerate(table.rules, 1):
        _write_rule(body, table, f"Row_{number}", rule)
    indent(root)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _attributes(table: Table) -> dict[str, str]:
    return {
        "xmlns": _MODEL,
        "id": f"Definitions_{table.id}",
        "name": table.name,
        "namespace": _NAMESPACE,
    }


def _write_input(body: Element, column: Input) -> None:
    attributes = {"id": f"Input_{column.name}", "label": column.label}
    place = SubElement(body, "input", attributes)
    expression = SubElement(
        place,
        "inputExpression",
        {"id": f"InputExpression_{column.name}", "typeRef": column.type},
    )
    SubElement(expression, "text").text = column.name


def _write_rule(body: Element, table: Table, rule_id: str, rule: Rule) -> None:
    row = SubElement(body, "rule", {"id": rule_id})
    if rule.remark:
        SubElement(row, "description").text = rule.remark
    for kind, name, text in _entries(table, rule):
        entry = SubElement(row, kind, {"id": f"{rule_id}_{name}"})
        SubElement(entry, "text").text = text


def _entries(table: Table, rule: Rule) -> Iterator[tuple[str, str, str]]:
    columns: Iterable[tuple[str, Sequence[Input | Output], Sequence[str]]] = (
        ("inputEntry", table.inputs, rule.tests),
        ("outputEntry", table.outputs, rule.values),
    )
    for kind, known, texts in columns:
        for column, text in zip(known, texts, strict=True):
            yield kind, column.name, text
