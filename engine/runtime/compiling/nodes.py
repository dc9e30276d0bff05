"""One flow node: its element with everything compiled, and how it behaves."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.dmn import Decisions
from engine.errors import Text
from engine.runtime import extensions, xml
from engine.runtime.behaviours import events, gateways, inner, tasks
from engine.runtime.behaviours.nodes import FlowNode
from engine.runtime.compiling import events_at, loops, triggers
from engine.runtime.compiling.problems import Place
from engine.runtime.compiling.reader import Definitions
from engine.runtime.describe import ACTIVITIES
from engine.runtime.elements import Decision, Element, Operation, UserWork
from engine.runtime.normalise import SHOWN, is_made_up
from engine.runtime.specs import Behaviour
from engine.runtime.xml import Element as Node

_TRUE = frozenset({"true", "1"})
_USER_PREFIX = "UT_"
_MESSAGE_TASKS = frozenset({"sendTask", "receiveTask"})
_EVENTS = frozenset(
    {
        "startEvent",
        "endEvent",
        "intermediateCatchEvent",
        "intermediateThrowEvent",
        "boundaryEvent",
    }
)

BEHAVIOURS: Mapping[str, Behaviour] = {
    "task": tasks.PassingTask(),
    "manualTask": tasks.PassingTask(),
    "userTask": tasks.UserTask(),
    "serviceTask": tasks.ServiceTask(),
    "scriptTask": tasks.ScriptTask(),
    "businessRuleTask": tasks.BusinessRuleTask(),
    "receiveTask": tasks.ReceiveTask(),
    "sendTask": tasks.SendTask(),
    "subProcess": inner.SubProcess(),
    "transaction": inner.SubProcess(),
    "adHocSubProcess": inner.AdHocSubProcess(),
    "callActivity": inner.CallActivity(),
    "exclusiveGateway": gateways.ExclusiveGateway(),
    "parallelGateway": gateways.ParallelGateway(),
    "inclusiveGateway": gateways.InclusiveGateway(),
    "complexGateway": gateways.ComplexGateway(),
    "eventBasedGateway": gateways.EventBasedGateway(),
    "startEvent": FlowNode(),
    "endEvent": events.EndEvent(),
    "intermediateCatchEvent": events.CatchEvent(),
    "intermediateThrowEvent": events.ThrowEvent(),
    "boundaryEvent": events.BoundaryEvent(),
}


@dataclass(frozen=True, slots=True)
class Around:
    """What nodes of all processes refer to."""

    definitions: Definitions
    decisions: Mapping[str, Decisions]


def shown_id(node: Node) -> str:
    """Return the id under which people know the node; empty where it has none."""
    node_id = node.get(SHOWN) or node.get("id") or ""
    return "" if is_made_up(node_id) else node_id


def compile_node(
    place: Place, around: Around, name_in_model: str, **known: object
) -> Element:
    """Return the element for the node at ``place``; ``known`` are further fields."""
    node = place.node
    kind = xml.local_name(node)
    fields: dict[str, object] = {
        "interrupting": _interrupts(node),
        "all_triggers": node.get("parallelMultiple") in _TRUE,
        **known,
    }
    if kind in _EVENTS:
        fields["triggers"] = events_at.checked(
            place, triggers.of_event(place, around.definitions)
        )
    if kind == "complexGateway":
        condition = xml.child(node, "activationCondition")
        fields["activation"] = place.expression(xml.text_of(condition))
    if kind in ACTIVITIES:
        fields |= _activity(place, around, kind)
    return Element(
        name_in_model=name_in_model,
        id=shown_id(node),
        type=kind,
        name=node.get("name") or "",
        **fields,  # type: ignore[arg-type]  # each is made by its own function
    )


def behaviour(place: Place, element: Element) -> Behaviour:
    """Return how tokens behave at the element."""
    if element.type == "receiveTask" and place.node.get("instantiate") in _TRUE:
        return BEHAVIOURS["startEvent"]
    if element.type == "manualTask" and (element.work and element.work.duty):
        return BEHAVIOURS["userTask"]
    if element.type == "sendTask" and element.operation is not None:
        return BEHAVIOURS["serviceTask"]
    found = BEHAVIOURS.get(element.type)
    if found is not None:
        return found
    place.refuse(
        "element-unsupported",
        Text(f"A {element.type} cannot be executed.", f"无法执行 {element.type}。"),
        Text("Use another element.", "请改用其他元素。"),
    )
    return FlowNode()


def _interrupts(node: Node) -> bool:
    attribute = (
        "isInterrupting" if xml.local_name(node) == "startEvent" else "cancelActivity"
    )
    return node.get(attribute, "true") in _TRUE


def _activity(place: Place, around: Around, kind: str) -> dict[str, object]:
    node = place.node
    fields: dict[str, object] = {
        "before": place.script(extensions.text(node, "preScript")),
        "after": place.script(extensions.text(node, "postScript")),
        "loop": loops.of_activity(place, around.definitions),
        "for_compensation": node.get("isForCompensation") in _TRUE,
        "start_quantity": _quantity(place, "startQuantity"),
        "completion_quantity": _quantity(place, "completionQuantity"),
    }
    if kind == "adHocSubProcess":
        condition = xml.child(node, "completionCondition")
        fields["completion"] = place.expression(xml.text_of(condition))
        fields["ordered"] = (node.get("ordering") or "").lower() == "sequential"
        fields["cancel_rest"] = node.get("cancelRemainingInstances", "true") in _TRUE
    if kind in {"userTask", "manualTask"}:
        fields["work"] = _work(place)
    if kind in _MESSAGE_TASKS:
        fields["triggers"] = triggers.of_message_task(place, around.definitions)
    if kind in {"serviceTask", "sendTask"}:
        fields["operation"] = _operation(place, kind)
    if kind == "scriptTask":
        fields["script"] = place.script(xml.text_of(xml.child(node, "script")))
    if kind == "businessRuleTask":
        fields["decision"] = _decision(place, around)
    return fields


def _quantity(place: Place, attribute: str) -> int:
    text = (place.node.get(attribute) or "1").strip()
    if text.isdigit() and int(text) > 0:
        return int(text)
    place.refuse(
        "quantity-invalid",
        Text(
            f"{attribute} is a whole number from 1; {text!r} is none.",
            f"{attribute} 必须是正整数，“{text}”不是。",
        ),
        Text("Correct it or leave it out.", "请更正或删除。"),
    )
    return 1


def _work(place: Place) -> UserWork:
    named = extensions.properties(place.node)
    duty, due = named.get("duty", "").strip(), named.get("due", "").strip()
    form = extensions.form_name(named)
    priority = named.get("priority", "").strip()
    return UserWork(
        duty=duty if duty and not duty.startswith("=") else None,
        duty_rule=place.expression(duty) if duty.startswith("=") else None,
        mode=named.get("mode") or None,
        form=form or None,
        result=_result(place, named, form),
        due="" if due.startswith("=") else due,
        due_rule=place.expression(due) if due.startswith("=") else None,
        priority=place.expression(priority),
    )


def _result(place: Place, named: Mapping[str, str], form: str) -> str | None:
    """Return the name for the answers; without a form they are stored flat."""
    if named.get("result"):
        return named["result"]
    variable = extensions.text(place.node, "variableName")
    if variable or not form:
        return variable or None
    return place.element_id.removeprefix(_USER_PREFIX).lower()


def _operation(place: Place, kind: str) -> Operation | None:
    operator = extensions.operator(place.node)
    if operator is not None and operator.operation:
        return Operation(
            name=operator.operation,
            parameters=place.expressions(operator.parameters),
            result=operator.result,
            for_workers=operator.for_workers,
            outputs=place.expressions(operator.outputs),
            headers=operator.headers,
            retries=_number(operator.retries),
        )
    if kind == "serviceTask":
        place.refuse(
            "operation-missing",
            Text("The service task calls nothing.", "服务任务没有调用任何操作。"),
            Text("Name an operation.", "请指定操作。"),
        )
    return None


def _number(text: str) -> int | None:
    return int(text) if text.strip().isdecimal() else None


def _decision(place: Place, around: Around) -> Decision | None:
    decision_id = extensions.decision(place.node)
    decisions = around.decisions.get(decision_id)
    if decisions is not None:
        return Decision(id=decision_id, decisions=decisions)
    place.refuse(
        "decision-unknown",
        Text(
            f"The decision {decision_id!r} is not known.",
            f"决策“{decision_id}”不存在。",
        ),
        Text("Name a decision that is deployed.", "请指定已部署的决策。"),
    )
    return None
