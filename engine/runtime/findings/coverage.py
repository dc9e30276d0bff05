"""What of BPMN 2.0 is executed, what is a drawing for people, and what is refused.

The table is what the rule ``element-unsupported`` goes by and what
``render_coverage`` prints, so page and behaviour cannot differ.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from engine.errors import Text
from engine.runtime import xml
from engine.runtime.describe import (
    EVENTS,
    GATEWAYS,
    GLOBAL_TASKS,
    SUB_PROCESSES,
    TASKS,
)
from engine.runtime.findings.diagram import Diagram
from engine.runtime.findings.rules import Hits, RuleBook, hit

book = RuleBook()


class Support(StrEnum):
    """What happens to an element."""

    EXECUTED = "executed"
    DRAWN = "drawn"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Entry:
    """What happens to the BPMN element called ``name``."""

    name: str
    support: Support
    note: Text


_EXECUTED_BESIDES_NODES = (
    "process",
    "sequenceFlow",
    "standardLoopCharacteristics",
    "multiInstanceLoopCharacteristics",
    "dataObject",
    "dataObjectReference",
    "message",
    "signal",
    "error",
    "escalation",
    "correlationProperty",
)
_DRAWN = (
    "dataStoreReference",
    "dataStore",
    "itemDefinition",
    "interface",
    "endPoint",
    "resource",
    "performer",
    "humanPerformer",
    "potentialOwner",
    "partnerEntity",
    "partnerRole",
    "collaboration",
    "laneSet",
    "conversation",
    "subConversation",
    "callConversation",
    "category",
    "association",
    "group",
    "textAnnotation",
)
REFUSED = (
    "choreography",
    "globalChoreographyTask",
    "globalConversation",
    "choreographyTask",
    "subChoreography",
    "callChoreography",
    "implicitThrowEvent",
)
_NOTES = {
    "task": Text("Done at once.", "立即完成。"),
    "manualTask": Text(
        "Work of a duty if it has one, else done at once.",
        "有职责时由该职责办理，否则立即完成。",
    ),
    "userTask": Text(
        "Work of a duty, with form, mode, due date and priority.",
        "由某职责办理，可设表单、方式、期限和优先级。",
    ),
    "serviceTask": Text("Calls an operation of the server.", "调用服务器的操作。"),
    "sendTask": Text("Sends a message.", "发送消息。"),
    "receiveTask": Text(
        "Waits for a message; may start a process.", "等待消息；可启动流程。"
    ),
    "scriptTask": Text(
        "One assignment a line: name = FEEL.", "每行一个赋值：名称 = FEEL。"
    ),
    "businessRuleTask": Text("Takes a DMN decision.", "执行 DMN 决策。"),
    "globalChoreographyTask": Text(
        "An agreement between partners.", "伙伴之间的约定。"
    ),
    "globalConversation": Text("A picture of who talks to whom.", "只表示谁与谁交谈。"),
    "callActivity": Text(
        "Runs a process or a global task inside the instance.",
        "在实例内运行流程或全局任务。",
    ),
    "subProcess": Text(
        "Embedded, or started by an event (triggeredByEvent).",
        "嵌入式，或由事件启动（triggeredByEvent）。",
    ),
    "transaction": Text(
        "With cancel and compensation; the method is not looked at.",
        "支持取消和补偿；不看 method。",
    ),
    "adHocSubProcess": Text(
        "Parallel or sequential, until the completionCondition holds.",
        "并行或顺序执行，直到 completionCondition 成立。",
    ),
    "implicitThrowEvent": Text(
        "It belongs to the behavior Complex.", "它属于 Complex 行为。"
    ),
    "complexGateway": Text(
        "Splits like an inclusive one; joins by its activationCondition.",
        "分支同包容网关；汇聚由 activationCondition 决定。",
    ),
    "eventBasedGateway": Text(
        "Waits for the first event; may start a process.",
        "等待最先发生的事件；可启动流程。",
    ),
    "process": Text("Private ones that are executable.", "可执行的私有流程。"),
    "sequenceFlow": Text("With conditions and defaults.", "支持条件和默认。"),
    "standardLoopCharacteristics": Text(
        "loopCondition, loopMaximum, testBefore.",
        "loopCondition、loopMaximum、testBefore。",
    ),
    "multiInstanceLoopCharacteristics": Text(
        "Parallel or one after the other; behavior All, None or One.",
        "并行或顺序；behavior 可为 All、None 或 One。",
    ),
    "dataObject": Text("A variable of that id.", "以其 id 为变量名。"),
    "dataObjectReference": Text("The same variable.", "同一变量。"),
    "dataStoreReference": Text(
        "Data outside the process; use an operation.", "流程之外的数据；请使用操作。"
    ),
    "message": Text("Matched by name and correlation key.", "按名称和关联键匹配。"),
    "signal": Text(
        "Reaches everybody, or the own instance only.", "通知所有实例，或仅本实例。"
    ),
    "error": Text("By its errorCode.", "按 errorCode 匹配。"),
    "escalation": Text("By its escalationCode.", "按 escalationCode 匹配。"),
    "correlationProperty": Text(
        "Parts of a key are joined by /.", "关联键的各部分用 / 连接。"
    ),
    "itemDefinition": Text(
        "Types are compared, values are not.", "只比较类型，不检查值。"
    ),
    "interface": Text(
        "Operations may be named; nothing is called over it.",
        "可命名操作，但不通过它调用。",
    ),
    "resource": Text("Who does it is the duty's.", "办理人由职责决定。"),
    "performer": Text("Who does it is the duty's.", "办理人由职责决定。"),
    "collaboration": Text("Pools and message flows.", "泳池和消息流。"),
    "laneSet": Text("Lanes; the duty decides who does it.", "泳道；办理人由职责决定。"),
    "association": Text(
        "Executed only where it joins a compensation handler.",
        "仅在连接补偿活动时起作用。",
    ),
    "choreography": Text("An agreement between partners.", "伙伴之间的约定。"),
}


def _entries(support: Support, *groups: Iterable[str]) -> tuple[Entry, ...]:
    return tuple(
        Entry(name, support, _NOTES.get(name, Text("", "")))
        for names in groups
        for name in names
    )


ELEMENTS: tuple[Entry, ...] = (
    *_entries(
        Support.EXECUTED,
        _EXECUTED_BESIDES_NODES,
        sorted(TASKS),
        ("callActivity",),
        sorted(SUB_PROCESSES),
        sorted(GLOBAL_TASKS),
        sorted(EVENTS),
        sorted(GATEWAYS),
    ),
    *_entries(Support.DRAWN, _DRAWN),
    *_entries(Support.REFUSED, REFUSED),
)


@book.error(
    "element-unsupported",
    Text("{name} is not executed. {note}", "不支持执行 {name}。{note}"),
    Text(
        "Draw what this organisation does as a process; docs/bpmn-coverage.md lists "
        "what is executed.",
        "请把本单位要做的事画成流程；受支持的元素见 docs/bpmn-coverage.md。",
    ),
)
def _unsupported(diagram: Diagram) -> Hits:
    for element in diagram.all_of(*REFUSED):
        around = (xml.local_name(outer) for outer in element.iterancestors())
        if not any(name in REFUSED for name in around):
            name = xml.local_name(element)
            note = _NOTES.get(
                name, Text("It belongs in a choreography.", "它属于编排。")
            )
            yield hit(element, name=name, note=note)
