"""What other editors write for their own engines, and this one would pass over.

Camunda's elements are read where they say what we say too (`extensions`). All others
change how a process runs there, so that it would run differently here without a word.
"""

from collections.abc import Iterator
from typing import Final

from engine.errors import Text
from engine.runtime import xml
from engine.runtime.extensions import CAMUNDA, ZEEBE
from engine.runtime.findings.diagram import Diagram
from engine.runtime.findings.rules import Hits, RuleBook, hit
from engine.runtime.xml import Element

book = RuleBook()

_PREFIXES: Final = {"zeebe": ZEEBE, "camunda": CAMUNDA}
_OF_WORKERS: Final = frozenset({"taskDefinition", "ioMapping", "taskHeaders"})
_WORKED: Final = frozenset({"serviceTask", "sendTask"})
# Read by us, or without effect on how the process runs.
_FINE: Final = frozenset(
    {
        (ZEEBE, "assignmentDefinition"),
        (ZEEBE, "calledDecision"),
        (ZEEBE, "calledElement"),
        (ZEEBE, "formDefinition"),
        (ZEEBE, "properties"),
        (ZEEBE, "taskHeaders"),
        (ZEEBE, "taskSchedule"),
        (ZEEBE, "userTask"),
        (ZEEBE, "versionTag"),
        (CAMUNDA, "failedJobRetryTimeCycle"),
        (CAMUNDA, "potentialStarter"),
        (CAMUNDA, "properties"),
    }
)
_ATTRIBUTES: Final = frozenset(
    {
        "class",
        "collection",
        "delegateExpression",
        "elementVariable",
        "errorCodeVariable",
        "errorMessageVariable",
        "escalationCodeVariable",
        "expression",
        "resource",
        "resultVariable",
        "variableMappingClass",
        "variableMappingDelegateExpression",
        "variableName",
    }
)


@book.error(
    "extension-unsupported",
    Text(
        "{name} is for another engine and would have no effect here.",
        "{name} 只对其他引擎有效，在此不起作用。",
    ),
    Text(
        "Say it in the words of this engine (properties, preScript, postScript, "
        "parameters, multi-instance as in the standard), or remove it.",
        "请改用本引擎的写法（properties、preScript、postScript、parameter、标准的"
        "多实例），或将其删除。",
    ),
)
def _unsupported(diagram: Diagram) -> Hits:
    for element in diagram.running():
        for name in (*_passed_over(element), *_attributes(element)):
            yield hit(element, name=name)
    for message in diagram.all_of("message"):
        if _has(message, "subscription"):
            yield hit(message, name="zeebe:subscription")


@book.warning(
    "extension-partly",
    Text(
        "{name} is not looked at: {instead}.",
        "不会采用 {name}：{instead}。",
    ),
    Text("See that the process does not depend on it.", "请确认流程不依赖此设置。"),
)
def _partly(diagram: Diagram) -> Hits:
    for element in diagram.executable("extensionElements"):
        for child in element.iterchildren(f"{{{ZEEBE}}}*"):
            name = xml.local_name(child)
            if name == "calledDecision" and child.get("resultVariable"):
                instead = Text(
                    "the outputs become variables of their own names",
                    "决策的输出按各自名称成为变量",
                )
                yield hit(element, name="resultVariable", instead=instead)
            if child.get("propagateAllChildVariables") == "false":
                instead = Text(
                    "a called process gives back what its contract names, or all",
                    "被调用流程按其输出声明返回数据，无声明则全部返回",
                )
                yield hit(element, name="propagateAllChildVariables", instead=instead)


def _passed_over(holder: Element) -> Iterator[str]:
    works = xml.local_name(holder) in _WORKED and _has(holder, "taskDefinition")
    for prefix, space in _PREFIXES.items():
        for child in _said(holder, space):
            name = xml.local_name(child)
            if (space, name) in _FINE or (works and name in _OF_WORKERS):
                continue
            yield f"{prefix}:{name}"


def _attributes(holder: Element) -> Iterator[str]:
    for name in sorted(_ATTRIBUTES):
        if holder.get(f"{{{CAMUNDA}}}{name}") is not None:
            yield f"camunda:{name}"


def _has(holder: Element, name: str) -> bool:
    return any(xml.local_name(child) == name for child in _said(holder, ZEEBE))


def _said(holder: Element, space: str) -> Iterator[Element]:
    inside = xml.child(holder, "extensionElements")
    return iter(()) if inside is None else inside.iterchildren(f"{{{space}}}*")
