"""Names in expressions that mean nothing: other languages, typing errors.

FEEL takes words in a row for one name and gives null for a name or a function that
is not there, so that `x is None` or `len(x)` would pass in silence.
"""

import re
from collections.abc import Iterator

from engine.errors import Text
from engine.feel import FeelError
from engine.runtime import extensions
from engine.runtime.findings.diagram import Diagram
from engine.runtime.findings.expressions import uses
from engine.runtime.findings.feel import compiled_script, is_always_null
from engine.runtime.findings.rules import Hits, RuleBook, hit

book = RuleBook()

# Operators and constants of Python, JavaScript, XPath and expression languages.
_FOREIGN = frozenset(
    {
        "is",
        "not",
        "None",
        "True",
        "False",
        "lambda",
        "instanceof",
        "typeof",
        "eq",
        "ne",
        "gt",
        "lt",
        "ge",
        "le",
        "div",
        "mod",
    }
)
PYTHON_NAME = re.compile(r"\b__\w+__\b")
_NAMED = ("dataObject", "dataObjectReference", "dataInput", "dataOutput", "property")


@book.error(
    "function-unknown",
    Text(
        "FEEL has no function {function}; the call in “{text}” gives null.",
        "FEEL 没有函数 {function}；“{text}”中的调用结果为空值。",
    ),
    Text(
        "Use a function of FEEL (count, sum, string length …) or a service task.",
        "请改用 FEEL 函数（count、sum、string length 等）或服务任务。",
    ),
)
def _function_unknown(diagram: Diagram) -> Hits:
    for use in diagram.once(uses):
        for expression in use.expressions():
            for function in sorted(expression.functions):
                yield hit(use.element, function=function, text=expression.text)


@book.error(
    "expression-foreign-word",
    Text(
        "FEEL reads “{name}” as one name, for {word} is no operator in it.",
        "FEEL 会把“{name}”当作一个名称，因为 {word} 不是其运算符。",
    ),
    Text(
        "Write for instance x = null, not(x), x > 1.",
        "请写例如 x = null、not(x)、x > 1。",
    ),
)
def _foreign_word(diagram: Diagram) -> Hits:
    for use in diagram.once(uses):
        for expression in use.expressions():
            for name in sorted(expression.names):
                word = next((one for one in name.split() if one in _FOREIGN), None)
                if word is not None and name != word:
                    yield hit(use.element, name=name, word=word)


@book.error(
    "expression-python-name",
    Text(
        "FEEL knows nothing of Python, and nothing is called {name} in it.",
        "FEEL 与 Python 无关，其中没有名为 {name} 的内容。",
    ),
    Text(
        "Take the name out of the expression; work for programs is a service task.",
        "请从表达式中去掉该名称；需要程序完成的工作请使用服务任务。",
    ),
)
def _python_name(diagram: Diagram) -> Hits:
    for use in diagram.once(uses):
        for expression in use.expressions():
            for name in sorted(set(PYTHON_NAME.findall(expression.text))):
                yield hit(use.element, name=name)


@book.error(
    "expression-always-null",
    Text(
        "“{text}” is null whatever the data says.",
        "无论数据如何，“{text}”的结果总是空值。",
    ),
    Text(
        "Correct the expression; write null where that is meant.",
        "请改正表达式；如确需空值，请直接写 null。",
    ),
)
def _always_null(diagram: Diagram) -> Hits:
    for use in diagram.once(uses):
        for expression in use.expressions():
            if is_always_null(expression):
                yield hit(use.element, text=expression.text)


@book.warning(
    "expression-words",
    Text(
        "FEEL reads “{name}” as one name; nothing in the diagram sets it.",
        "FEEL 会把“{name}”当作一个名称，而流程图中没有任何地方给它赋值。",
    ),
    Text(
        "Correct the expression, or see that the data has this name.",
        "请改正表达式，或确认数据中有此名称。",
    ),
)
def _words(diagram: Diagram) -> Hits:
    known = diagram.once(_set_names)
    for use in diagram.once(uses):
        for expression in use.expressions():
            for name in sorted(expression.names):
                if " " in name and name not in known:
                    yield hit(use.element, name=name)


def _set_names(diagram: Diagram) -> frozenset[str]:
    return frozenset(_names(diagram))


def _names(diagram: Diagram) -> Iterator[str]:
    for element in diagram.executable(*_NAMED):
        yield element.get("name") or ""
    for element in diagram.executable("extensionElements"):
        if (holder := element.getparent()) is None:
            continue
        yield extensions.text(holder, "messageVariable")
        yield diagram.properties(holder).get("result", "")
        if operator := extensions.operator(holder):
            yield operator.result
            yield from operator.outputs
    for use in diagram.once(uses):
        if use.kind == "script":
            script = compiled_script(use.text)
            yield from () if isinstance(script, FeelError) else script.targets
