"""Timers and due dates: ISO 8601, cron, working time, or a FEEL expression."""

import re
from collections.abc import Callable, Iterator

from engine.errors import Text
from engine.feel import FeelError
from engine.runtime import times, xml
from engine.runtime.findings.diagram import Diagram, Node
from engine.runtime.findings.feel import compiled, constant
from engine.runtime.findings.rules import Hits, RuleBook, hit
from engine.runtime.xml import Element

book = RuleBook()

_LIKE_A_LITERAL = re.compile(r"R-?\d*/|P[\dT]|\d{4}-\d")

_READERS: dict[str, Callable[[str], object]] = {
    "timeDate": times.read_moment,
    "timeDuration": times.read_length,
    "timeCycle": times.read_cycle,
}
_EXAMPLES = {
    "timeDate": "2026-05-01T09:00:00",
    "timeDuration": "P5D, PT30M, P2WD",
    "timeCycle": "R3/PT1H, R/P1D, 0 9 * * MON-FRI",
}


@book.error(
    "timer-several",
    Text(
        "A timer has one of timeDate, timeDuration and timeCycle.",
        "定时事件只能有 timeDate、timeDuration、timeCycle 之一。",
    ),
    Text("Keep the one that is meant.", "请只保留所需的一个。"),
)
def _several(diagram: Diagram) -> Hits:
    return (node for node, timer in _timers(diagram) if len(_parts(timer)) > 1)


@book.error(
    "timer-missing",
    Text(
        "A timer says when: a date, a duration or a cycle.",
        "定时事件必须写明日期、时长或周期。",
    ),
    Text(
        "Add timeDate, timeDuration or timeCycle.",
        "请补上 timeDate、timeDuration 或 timeCycle。",
    ),
)
def _missing(diagram: Diagram) -> Hits:
    return (node for node, timer in _timers(diagram) if not _parts(timer))


@book.error(
    "timer-invalid",
    Text(
        "{part} is an ISO 8601 text, working time or a FEEL expression; “{text}” is "
        "none of these.",
        "{part} 必须是 ISO 8601 文本、工作时长或 FEEL 表达式；“{text}” 都不是。",
    ),
    Text(
        "Write for instance {examples}; put = before the name of a variable.",
        "请写例如 {examples}；若是变量名，请在前面加 =。",
    ),
)
def _invalid(diagram: Diagram) -> Hits:
    for node, timer in _timers(diagram):
        for part in _parts(timer):
            name, text = xml.local_name(part), xml.text_of(part)
            if text and not _is_time(text, _READERS[name]):
                yield hit(node, part=name, text=text, examples=_EXAMPLES[name])


@book.error(
    "due-invalid",
    Text(
        "A due date is a duration, working time, a date or =FEEL; “{text}” is none of "
        "these.",
        "办理期限必须是时长、工作时长、日期或 =FEEL；“{text}” 都不是。",
    ),
    Text(
        "Write for instance P2WD, PT4WH or =plan.finish.",
        "请写例如 P2WD、PT4WH 或 =plan.finish。",
    ),
)
def _due(diagram: Diagram) -> Hits:
    for node in diagram.nodes_of("userTask", "manualTask"):
        due = diagram.properties(node.element).get("due", "").strip()
        if due and not due.startswith("=") and not _reads(due, _read_due):
            yield hit(node, text=due)


def _timers(diagram: Diagram) -> Iterator[tuple[Node, Element]]:
    for node in diagram.nodes:
        for trigger in node.triggers:
            if trigger.kind == "timer":
                yield node, trigger.element


def _parts(timer: Element) -> list[Element]:
    return list(xml.children(timer, *_READERS))


def _is_time(text: str, reader: Callable[[str], object]) -> bool:
    """Tell whether a timer's text can mean a time.

    A bare word, or what begins like a literal, is taken for a mistyped literal and
    not for a variable or a sum: nothing else would tell them apart before the timer
    is due.
    """
    if _reads(text, reader):
        return True
    if text.isidentifier() or _LIKE_A_LITERAL.match(text):
        return False
    expression = compiled(text)
    if isinstance(expression, FeelError):
        return False
    value = constant(expression)
    if isinstance(value, str):
        return _reads(value, reader)
    return not isinstance(value, bool | int | list | dict)


def _reads(text: str, reader: Callable[[str], object]) -> bool:
    try:
        reader(text)
    except (ValueError, OverflowError):
        return False
    return True


def _read_due(text: str) -> object:
    return times.read_length(text) if text.startswith("P") else times.read_moment(text)
