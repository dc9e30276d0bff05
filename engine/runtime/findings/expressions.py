"""Every expression of a diagram is FEEL; a diagram in another language is told which.

``scriptFormat`` and ``expressionLanguage`` are not looked at: what parses as FEEL is
FEEL.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from engine.errors import Text
from engine.feel import Expression, FeelError
from engine.runtime import extensions, xml
from engine.runtime.findings.diagram import Diagram
from engine.runtime.findings.feel import compiled, compiled_script, constant
from engine.runtime.findings.rules import Hits, RuleBook, hit
from engine.runtime.xml import Element

book = RuleBook()

# An index with a string is how other languages look into an object; in FEEL it is
# a filter that never lets anything through.
_INDEX = re.compile(r"""[\w\)\]]\s*\[\s*(?:"[^"\\]*"|'[^'\\]*')\s*\]""")

_CONDITIONS = (
    "conditionExpression",
    "loopCondition",
    "completionCondition",
    "activationCondition",
    "condition",
)
_VALUES = ("loopCardinality", "from", "to", "transformation", "messagePath", "dataPath")
_SCRIPTS = ("preScript", "postScript")
_PAYLOADS = ("messagePayload", "payloadExpression")
_FEEL_PROPERTIES = frozenset({"correlation"})
_MAY_BE_FEEL = frozenset({"duty", "due", "priority"})
# These are natural language unless they say otherwise. A sequence flow's condition
# may leave the type out, as tools do, where it is more than words in a row.
_FORMAL = (
    "loopCondition",
    "loopCardinality",
    "completionCondition",
    "activationCondition",
    "from",
    "to",
    "timeDate",
    "timeDuration",
    "timeCycle",
)
_COMPLEX = "complexBehaviorDefinition"
_FORMAL_BY_NATURE = ("messagePath", "dataPath", "transformation", "formalExpression")


@dataclass(frozen=True, slots=True)
class Use:
    """An expression where it is used; ``kind`` is condition, value or script."""

    element: Element
    text: str
    kind: str
    what: str

    def expressions(self) -> tuple[Expression, ...]:
        """Return the compiled expressions in it; none where it is no FEEL."""
        if self.kind == "script":
            script = compiled_script(self.text)
            if isinstance(script, FeelError):
                return ()
            return tuple(expression for _, expression in script.assignments)
        expression = compiled(self.text)
        return () if isinstance(expression, FeelError) else (expression,)


@book.error(
    "expression-not-feel",
    Text(
        "{what} is FEEL, but “{text}” is not: {why}.",
        "{what} 必须用 FEEL 书写，但“{text}”不是：{why}。",
    ),
    Text(
        "Rewrite it in FEEL: = for equal, and/or/not, x.y to look into x, "
        "if … then … else ….",
        "请用 FEEL 改写：相等用 =，逻辑用 and/or/not，取成员用 x.y，条件用 "
        "if … then … else …。",
    ),
)
def _not_feel(diagram: Diagram) -> Hits:
    for use in diagram.once(uses):
        if use.kind != "script" and isinstance(found := compiled(use.text), FeelError):
            yield hit(use.element, what=use.what, text=use.text, why=found.text)


@book.error(
    "script-not-feel",
    Text(
        "A script is one assignment a line, name = FEEL; {what} is not: {why}.",
        "脚本每行一个赋值：名称 = FEEL；{what} 不符：{why}。",
    ),
    Text(
        "Rewrite the script, or use a service task or a decision table.",
        "请改写脚本，或改用服务任务或决策表。",
    ),
)
def _script_not_feel(diagram: Diagram) -> Hits:
    for use in diagram.once(uses):
        if use.kind == "script" and isinstance(
            found := compiled_script(use.text), FeelError
        ):
            yield hit(use.element, what=use.what, why=found.text)


@book.error(
    "expression-string-index",
    Text(
        'In FEEL x["y"] filters the list x and finds nothing; it stands in “{text}”.',
        'FEEL 中 x["y"] 表示过滤列表，不会得到任何结果；它出现在“{text}”中。',
    ),
    Text('Write x.y, or get value(x, "y").', '请写 x.y，或 get value(x, "y")。'),
)
def _string_index(diagram: Diagram) -> Hits:
    for use in diagram.once(uses):
        if _INDEX.search(use.text):
            yield hit(use.element, text=use.text)


@book.error(
    "condition-not-boolean",
    Text(
        "A condition is true or false; “{text}” never is.",
        "条件的结果必须为真或假；“{text}” 不可能是。",
    ),
    Text(
        "Write a comparison, for instance {text} = 1.", "请写比较式，例如 {text} = 1。"
    ),
)
def _not_boolean(diagram: Diagram) -> Hits:
    for use in diagram.once(uses):
        if use.kind == "condition" and use.text:
            expression = compiled(use.text)
            if isinstance(expression, FeelError):
                continue
            value = constant(expression)
            if value is not None and not isinstance(value, bool):
                yield hit(use.element, text=use.text)


@book.error(
    "expression-not-formal",
    Text(
        '{what} without xsi:type="tFormalExpression" is natural language and cannot '
        "be executed.",
        "{what} 未标注 xsi:type=“tFormalExpression”，属于自然语言，无法执行。",
    ),
    Text(
        'Add xsi:type="bpmn:tFormalExpression" to {what}.',
        "请给 {what} 加上 xsi:type=“bpmn:tFormalExpression”。",
    ),
)
def _not_formal(diagram: Diagram) -> Hits:
    for element in diagram.executable(*_FORMAL):
        if not _is_formal(element):
            yield hit(element, what=xml.local_name(element))
    for element in diagram.executable("conditionExpression"):
        if not _is_formal(element) and _is_mere_words(xml.text_of(element)):
            yield hit(element, what="conditionExpression")
    for element in diagram.executable("condition"):
        if _within(element) == "conditionalEventDefinition" and not _is_formal(element):
            yield hit(element, what="condition")


@book.error(
    "expression-empty",
    Text(
        "{what} holds an expression, but it is empty.",
        "{what} 必须写明表达式，此处为空。",
    ),
    Text(
        "Write the expression, or remove the element.", "请写明表达式，或删除该元素。"
    ),
)
def _empty(diagram: Diagram) -> Hits:
    for element in diagram.all_of(*_FORMAL_BY_NATURE, *_FORMAL, "conditionExpression"):
        always = xml.local_name(element) in _FORMAL_BY_NATURE
        if (always or _is_formal(element)) and not xml.text_of(element):
            yield hit(element, what=xml.local_name(element))
    for element in diagram.all_of("condition"):
        formal = _within(element) == _COMPLEX or _is_formal(element)
        if formal and not xml.text_of(element):
            yield hit(element, what="condition")


def uses(diagram: Diagram) -> tuple[Use, ...]:
    """Return every expression of what runs; reckon it ``diagram.once``."""
    return tuple(_found(diagram))


def _found(diagram: Diagram) -> Iterator[Use]:
    for element in diagram.executable(*_CONDITIONS):
        yield Use(element, xml.text_of(element), "condition", xml.local_name(element))
    for element in diagram.executable(*_VALUES):
        if text := xml.text_of(element):
            yield Use(element, text, "value", xml.local_name(element))
    for element in diagram.executable("script"):
        yield Use(element, xml.text_of(element), "script", "script")
    for element in diagram.executable("extensionElements"):
        if (holder := element.getparent()) is not None:
            yield from _extension_uses(diagram, holder)


def _extension_uses(diagram: Diagram, holder: Element) -> Iterator[Use]:
    for names, kind in ((_SCRIPTS, "script"), (_PAYLOADS, "value")):
        for name in names:
            if text := extensions.text(holder, name):
                yield Use(holder, text, kind, name)
    yield from _call_uses(holder)
    for name, text in diagram.properties(holder).items():
        if _is_feel(name, text):
            yield Use(holder, text, "value", f"property {name}")


def _call_uses(holder: Element) -> Iterator[Use]:
    operator = extensions.operator(holder)
    if operator is None:
        return
    called = (("parameter", operator.parameters), ("output", operator.outputs))
    for what, texts in called:
        for name, text in texts.items():
            yield Use(holder, text, "value", f"{what} {name}")


def _is_feel(name: str, text: str) -> bool:
    if name in _FEEL_PROPERTIES:
        return bool(text)
    return name in _MAY_BE_FEEL and text.startswith("=")


def _within(element: Element) -> str:
    parent = element.getparent()
    return "" if parent is None else xml.local_name(parent)


def _is_mere_words(text: str) -> bool:
    expression = compiled(text)
    return not isinstance(expression, FeelError) and any(
        " " in name for name in expression.names
    )


def _is_formal(element: Element) -> bool:
    return (element.get(xml.XSI_TYPE) or "").rpartition(":")[2] == "tFormalExpression"
