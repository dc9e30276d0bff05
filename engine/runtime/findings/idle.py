"""What looks like work in a diagram and would be passed over without doing it."""

from typing import Final

from engine.errors import Text
from engine.runtime import extensions, xml
from engine.runtime.findings.diagram import Diagram
from engine.runtime.findings.rules import Hits, RuleBook, hit

book = RuleBook()
_ASSOCIATIONS: Final = frozenset({"dataInputAssociation", "dataOutputAssociation"})
_NAMED: Final = ("message", "signal")


@book.warning(
    "script-missing",
    Text(
        "A script task has a script; this one does nothing.",
        "脚本任务应有脚本；该任务不做任何事。",
    ),
    Text("Write name = FEEL, one line for each value.", "请每行写一个 名称 = FEEL。"),
)
def _script_missing(diagram: Diagram) -> Hits:
    for task in diagram.nodes_of("scriptTask"):
        if not xml.text_of(xml.child(task.element, "script")):
            yield task


@book.warning(
    "send-nothing",
    Text(
        "A send task says which message or operation; this one sends nothing.",
        "发送任务应指明消息或操作；该任务不发送任何内容。",
    ),
    Text("Choose a message.", "请选择消息。"),
)
def _send_nothing(diagram: Diagram) -> Hits:
    for task in diagram.nodes_of("sendTask"):
        element = task.element
        if not element.get("messageRef") and extensions.operator(element) is None:
            yield task


@book.error(
    "data-assignment",
    Text(
        "{name} of a data association is not executed.",
        "不会执行数据关联中的 {name}。",
    ),
    Text(
        "Set the value in a script: preScript, postScript or a script task.",
        "请在脚本（preScript、postScript 或脚本任务）中赋值。",
    ),
)
def _data_assignment(diagram: Diagram) -> Hits:
    for element in diagram.executable("assignment", "transformation"):
        parent = element.getparent()
        if parent is not None and xml.local_name(parent) in _ASSOCIATIONS:
            yield hit(element, name=xml.local_name(element))


@book.error(
    "name-expression",
    Text(
        "A {kind} is known by its name; “{name}” would not be evaluated.",
        "{kind} 按名称识别；“{name}”不会被当作表达式计算。",
    ),
    Text(
        "Give it a fixed name, and say in correlation which one is meant.",
        "请使用固定名称，并用 correlation 说明所指的是哪一个。",
    ),
)
def _name_expression(diagram: Diagram) -> Hits:
    for kind in _NAMED:
        for element in diagram.all_of(kind):
            name = (element.get("name") or "").strip()
            if name.startswith(("=", "${", "#{")):
                yield hit(element, kind=kind, name=name)
