"""Our own words: duties, modes, due dates, forms, decisions and operations."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from engine.errors import Text
from engine.runtime import extensions, xml
from engine.runtime.extensions import Operator
from engine.runtime.findings.diagram import Diagram, Node
from engine.runtime.findings.rules import Hits, RuleBook, hit
from engine.runtime.xml import Element

book = RuleBook()

_USER_TASKS = ("userTask", "globalUserTask")
# A manual task with a duty is work for people too.
_PEOPLES_TASKS = (*_USER_TASKS, "manualTask", "globalManualTask")
_RULE_TASKS = ("businessRuleTask", "globalBusinessRuleTask")
MOST_RETRIES = 1000
MODES = frozenset({"one", "any", "all", "notify"})


@book.warning(
    "duty-missing",
    Text(
        "A user task names the duty that does it; nobody finds this one in an inbox.",
        "用户任务应指明负责的职责，否则不会出现在任何人的待办中。",
    ),
    Text("Set the property duty.", "请设置属性 duty。"),
)
def _duty_missing(diagram: Diagram) -> Hits:
    for task in diagram.executable(*_USER_TASKS):
        if not diagram.properties(task).get("duty"):
            yield task


@book.error(
    "duty-unknown",
    Text(
        "Duty {duty} is not configured.",
        "职责 {duty} 未在配置中定义。",
    ),
    Text("Correct the duty, or configure it.", "请改正职责，或在配置中添加。"),
)
def _duty_unknown(diagram: Diagram) -> Hits:
    known = diagram.around.known.duties
    for task, named in _user_tasks(diagram):
        duty = named.get("duty", "")
        if known is None or not duty or duty.startswith("="):
            continue
        if duty not in known:
            yield hit(task, duty=duty)


@book.error(
    "mode-unknown",
    Text(
        "A task is done by one, any or all of a duty, or only notifies; {mode} is "
        "none of these.",
        "任务的办理方式只能是 one、any、all 或 notify；{mode} 不是。",
    ),
    Text("Write one, any, all or notify.", "请写 one、any、all 或 notify。"),
)
def _mode_unknown(diagram: Diagram) -> Hits:
    for task, named in _user_tasks(diagram):
        if (mode := named.get("mode", "one")) not in MODES:
            yield hit(task, mode=mode)


@book.error(
    "priority-invalid",
    Text(
        "A priority is a whole number, but it is {priority}.",
        "优先级必须是整数，此处为 {priority}。",
    ),
    Text("Write a number such as 50.", "请写数字，例如 50。"),
)
def _priority_invalid(diagram: Diagram) -> Hits:
    for task, named in _user_tasks(diagram):
        priority = named.get("priority", "")
        is_number = priority.removeprefix("-").isdecimal()
        if priority and not priority.startswith("=") and not is_number:
            yield hit(task, priority=priority)


@book.error(
    "form-unknown",
    Text("Form {form} is not there.", "表单 {form} 不存在。"),
    Text(
        "Correct the name, or deploy the form along.", "请改正名称，或一并部署该表单。"
    ),
)
def _form_unknown(diagram: Diagram) -> Hits:
    known = diagram.around.known.forms
    for element in diagram.executable("startEvent", *_PEOPLES_TASKS):
        form = extensions.form_name(diagram.properties(element))
        if known is None or not form or form in diagram.around.forms:
            continue
        if form not in known:
            yield hit(element, form=form)


@book.error(
    "decision-missing",
    Text(
        "A business rule task names the decision that it takes.",
        "业务规则任务必须指明所用的决策。",
    ),
    Text("Set calledDecisionId.", "请设置 calledDecisionId。"),
)
def _decision_missing(diagram: Diagram) -> Hits:
    for element in diagram.executable(*_RULE_TASKS):
        if not extensions.decision(element) and extensions.operator(element) is None:
            yield element


@book.error(
    "decision-unknown",
    Text("Decision {decision} is not there.", "决策 {decision} 不存在。"),
    Text(
        "Correct the id, or deploy the decision table along.",
        "请改正 id，或一并部署该决策表。",
    ),
)
def _decision_unknown(diagram: Diagram) -> Hits:
    known = diagram.around.known.decisions
    for element in diagram.executable(*_RULE_TASKS):
        wanted = extensions.decision(element)
        if not wanted or wanted in diagram.around.decisions or known is None:
            continue
        if wanted not in known:
            yield hit(element, decision=wanted)


@book.error(
    "operation-missing",
    Text(
        "A service task names the operation that it calls.",
        "服务任务必须指明所调用的操作。",
    ),
    Text("Set the serviceTaskOperator.", "请设置 serviceTaskOperator。"),
)
def _operation_missing(diagram: Diagram) -> Hits:
    for node in diagram.nodes_of("serviceTask"):
        operator = extensions.operator(node.element)
        if operator is None or not operator.operation:
            yield node


@book.error(
    "operation-unknown",
    Text("Operation {operation} is not there.", "操作 {operation} 不存在。"),
    Text("Choose an operation that the server offers.", "请选择服务器提供的操作。"),
)
def _operation_unknown(diagram: Diagram) -> Hits:
    known = diagram.around.known.operations
    for node in diagram.nodes:
        operator = extensions.operator(node.element)
        if operator is None or not operator.operation or known is None:
            continue
        if not operator.for_workers and operator.operation not in known:
            yield hit(node, operation=operator.operation)


@book.error(
    "job-type-computed",
    Text(
        "The type of a worker's job is a fixed name, not an expression: {operation}.",
        "外部作业的类型必须是固定名称，不能是表达式：{operation}。",
    ),
    Text("Write the name without a leading =.", "请去掉开头的“=”，直接写名称。"),
)
def _job_type_computed(diagram: Diagram) -> Hits:
    for node, operator in _worked(diagram):
        if operator.operation.startswith("="):
            yield hit(node, operation=operator.operation)


@book.error(
    "job-retries-invalid",
    Text(
        "How often a worker may try is a whole number from 1; {retries} is none.",
        "重试次数必须是正整数，{retries} 不是。",
    ),
    Text("Write a number such as 3.", "请写数字，例如 3。"),
)
def _job_retries_invalid(diagram: Diagram) -> Hits:
    for node, operator in _worked(diagram):
        number = operator.retries.strip()
        if number and not (number.isdecimal() and 0 < int(number) <= MOST_RETRIES):
            yield hit(node, retries=operator.retries)


@book.warning(
    "lane-duty-differs",
    Text(
        "Duty {duty} lies in lane {lane}; this task lies in {other}.",
        "职责 {duty} 位于泳道 {lane}，而该任务在 {other} 中。",
    ),
    Text(
        "Move the task, or correct its duty; the duty decides who does it.",
        "请移动该任务或改正其职责；实际办理人以职责为准。",
    ),
)
def _lane_duty(diagram: Diagram) -> Hits:
    for process in diagram.executable("process"):
        for duty, placed in _by_duty(diagram, process).items():
            used = [lane for _, lane in placed]
            usual = max(used, key=used.count)
            for task, lane in placed:
                if lane is not usual:
                    yield hit(task, duty=duty, lane=_label(usual), other=_label(lane))


def _worked(diagram: Diagram) -> Iterator[tuple[Node, Operator]]:
    for node in diagram.nodes:
        operator = extensions.operator(node.element)
        if operator is not None and operator.for_workers:
            yield node, operator


def _user_tasks(diagram: Diagram) -> Iterator[tuple[Element, Mapping[str, str]]]:
    for task in diagram.executable(*_PEOPLES_TASKS):
        yield task, diagram.properties(task)


def _by_duty(
    diagram: Diagram, process: Element
) -> dict[str, list[tuple[Element, Element]]]:
    """Return the user tasks of a process with their lanes, by duty."""
    lanes = {
        xml.reference(pointer, pointer.text): lane
        for lane in process.iterdescendants(f"{{{xml.BPMN}}}lane")
        for pointer in xml.children(lane, "flowNodeRef")
    }
    found: defaultdict[str, list[tuple[Element, Element]]] = defaultdict(list)
    for task, named in _user_tasks(diagram):
        duty, lane = named.get("duty", ""), lanes.get(task.get("id") or "")
        if duty and lane is not None:
            found[duty].append((task, lane))
    return found


def _label(lane: Element) -> str:
    return lane.get("name") or lane.get("id") or ""
