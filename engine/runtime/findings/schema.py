"""The XML schema of BPMN 2.0, which SpiffWorkflow carries along."""

import re
from functools import cache
from importlib.resources import as_file, files
from threading import Lock
from typing import Any

from lxml import etree

from engine.errors import Finding, Text
from engine.runtime.findings.diagram import Diagram, owner_id
from engine.runtime.xml import Element

_NAMESPACE = re.compile(r"\{[^}]*\}")
_REMEDY = Text(
    "Write the element as BPMN 2.0 has it, or export the diagram again.",
    "请按 BPMN 2.0 的写法改正该元素，或重新导出流程图。",
)
# lxml keeps the errors of the last validation on the validator, which all share.
_one_at_a_time = Lock()


def check_schema(diagram: Diagram) -> list[Finding]:
    """Return what the schema says against ``diagram``, code ``schema``.

    Ids that occur twice are left to the rule ``duplicate-id``, which says it better.
    """
    with _one_at_a_time:
        schema = _schema()
        if schema.validate(diagram.root):
            return []
        log: Any = schema.error_log
        entries = [(str(entry.message), entry.line, entry.path) for entry in log]
    return [
        _finding(diagram, message, line, element)
        for message, line, path in entries
        if not _is_second(diagram, element := _at(diagram.root, path), message)
    ]


@cache
def _schema() -> etree.XMLSchema:
    package = files("SpiffWorkflow") / "bpmn" / "parser" / "schema"
    with as_file(package) as folder:
        return etree.XMLSchema(etree.parse(str(folder / "BPMN20.xsd")))


def _at(root: Element, path: str | None) -> Element | None:
    if not path:
        return None
    prefixes = {prefix: uri for prefix, uri in root.nsmap.items() if prefix}
    found: Any = root.getroottree().xpath(path, namespaces=prefixes)
    return found[0] if isinstance(found, list) and found else None


def _is_second(diagram: Diagram, element: Element | None, message: str) -> bool:
    if element is None or "attribute 'id'" not in message:
        return False
    return diagram.by_id.get(element.get("id") or "") is not element


def _finding(
    diagram: Diagram, message: str, line: int, element: Element | None
) -> Finding:
    said = _NAMESPACE.sub("", message).rstrip(". ")
    return Finding(
        diagram.name,
        None if element is None else owner_id(element),
        "schema",
        Text(
            f"The XML schema of BPMN 2.0 is broken: {said}.",
            f"不符合 BPMN 2.0 的 XML 模式：{said}。",
        ),
        _REMEDY,
        line=line,
    )
