"""Writing small diagrams as text: one function an element."""

from html import escape
from itertools import pairwise
from typing import Any

_NAMESPACES = (
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"'
)


def definitions(*parts: str) -> bytes:
    """A whole file."""
    text = "".join(parts)
    return (
        f'<bpmn:definitions {_NAMESPACES} id="d" targetNamespace="t">{text}'
        "</bpmn:definitions>"
    ).encode()


def process(*parts: str, name: str = "p") -> str:
    """A process that can be run."""
    text = "".join(parts)
    return f'<bpmn:process id="{name}" isExecutable="true">{text}</bpmn:process>'


def node(tag: str, name: str, *inner: str, **attributes: Any) -> str:
    """Any flow node; underscores stand for nothing, so ``default_`` is ``default``."""
    known = {key.strip("_"): value for key, value in attributes.items()}
    text = "".join(f' {key}="{escape(str(value))}"' for key, value in known.items())
    return f'<bpmn:{tag} id="{name}"{text}>{"".join(inner)}</bpmn:{tag}>'


def flow(source: str, target: str, when: str = "", name: str = "") -> str:
    """A sequence flow, with an id only if one is given."""
    own = f'id="{name}" ' if name else ""
    condition = (
        f"<bpmn:conditionExpression>{escape(when)}</bpmn:conditionExpression>"
        if when
        else ""
    )
    return (
        f'<bpmn:sequenceFlow {own}sourceRef="{source}" targetRef="{target}">'
        f"{condition}</bpmn:sequenceFlow>"
    )


def chain(*names: str) -> str:
    """Flows from each to the next."""
    return "".join(flow(source, target) for source, target in pairwise(names))


def start(name: str = "start", *inner: str, **attributes: Any) -> str:
    return node("startEvent", name, *inner, **attributes)


def end(name: str = "end", *inner: str) -> str:
    return node("endEvent", name, *inner)


def user(name: str, *inner: str, **properties: str) -> str:
    """A user task with our properties."""
    return node("userTask", name, extensions(properties_of(**properties)), *inner)


def script(name: str, text: str, *inner: str, **attributes: Any) -> str:
    body = f"<bpmn:script>{escape(text)}</bpmn:script>"
    return node("scriptTask", name, *inner, body, **attributes)


def service(name: str, operation: str, result: str = "", **parameters: str) -> str:
    """A service task; parameters are FEEL."""
    inner = "".join(
        f'<spiffworkflow:parameter id="{key}" type="any" value="{escape(text)}"/>'
        for key, text in parameters.items()
    )
    variable = f' resultVariable="{result}"' if result else ""
    called = (
        f'<spiffworkflow:serviceTaskOperator id="{operation}"{variable}>'
        f"<spiffworkflow:parameters>{inner}</spiffworkflow:parameters>"
        "</spiffworkflow:serviceTaskOperator>"
    )
    return node("serviceTask", name, extensions(called))


def rule(name: str, decision: str) -> str:
    called = (
        f"<spiffworkflow:calledDecisionId>{decision}</spiffworkflow:calledDecisionId>"
    )
    return node("businessRuleTask", name, extensions(called))


def call(name: str, called: str, *inner: str) -> str:
    return node("callActivity", name, *inner, calledElement=called)


def sub(name: str, *parts: str, **attributes: Any) -> str:
    return node("subProcess", name, *parts, **attributes)


def event_sub(name: str, *parts: str) -> str:
    """An event sub-process."""
    return sub(name, *parts, triggeredByEvent="true")


def boundary(name: str, host: str, *inner: str, stays: bool = False) -> str:
    """A boundary event; the host stays when it does not interrupt."""
    cancel = "false" if stays else "true"
    return node(
        "boundaryEvent", name, *inner, attachedToRef=host, cancelActivity=cancel
    )


def catch(name: str, *inner: str, **attributes: Any) -> str:
    return node("intermediateCatchEvent", name, *inner, **attributes)


def throw(name: str, *inner: str) -> str:
    return node("intermediateThrowEvent", name, *inner)


def xor(name: str, default: str = "") -> str:
    known = {"default_": default} if default else {}
    return node("exclusiveGateway", name, **known)


def fork(name: str) -> str:
    return node("parallelGateway", name)


def extensions(*inner: str) -> str:
    text = "".join(inner)
    return f"<bpmn:extensionElements>{text}</bpmn:extensionElements>" if text else ""


def properties_of(**known: str) -> str:
    """Our properties."""
    inner = "".join(
        f'<spiffworkflow:property name="{key}" value="{escape(value)}"/>'
        for key, value in known.items()
    )
    return (
        f"<spiffworkflow:properties>{inner}</spiffworkflow:properties>" if inner else ""
    )


def scripts(before: str = "", after: str = "") -> str:
    """A pre- and a post-script."""
    pre = f"<spiffworkflow:preScript>{escape(before)}</spiffworkflow:preScript>"
    post = f"<spiffworkflow:postScript>{escape(after)}</spiffworkflow:postScript>"
    return extensions(pre if before else "", post if after else "")


def timer(duration: str = "", cycle: str = "", date: str = "") -> str:
    """A timer definition with one of the three."""
    kinds = {"timeDuration": duration, "timeCycle": cycle, "timeDate": date}
    inner = "".join(
        f"<bpmn:{tag}>{escape(text)}</bpmn:{tag}>"
        for tag, text in kinds.items()
        if text
    )
    return f"<bpmn:timerEventDefinition>{inner}</bpmn:timerEventDefinition>"


def message(reference: str, **known: str) -> str:
    """A message definition; ``payload``, ``variable`` and properties."""
    parts = ""
    for key, tag in (("payload", "messagePayload"), ("variable", "messageVariable")):
        if text := known.pop(key, ""):
            parts += f"<spiffworkflow:{tag}>{escape(text)}</spiffworkflow:{tag}>"
    inner = extensions(parts + properties_of(**known))
    return (
        f'<bpmn:messageEventDefinition messageRef="{reference}">{inner}'
        "</bpmn:messageEventDefinition>"
    )


def signal(reference: str, **known: str) -> str:
    inner = extensions(properties_of(**known))
    return (
        f'<bpmn:signalEventDefinition signalRef="{reference}">{inner}'
        "</bpmn:signalEventDefinition>"
    )


def error(reference: str = "") -> str:
    own = f' errorRef="{reference}"' if reference else ""
    return f"<bpmn:errorEventDefinition{own}/>"


def escalation(reference: str = "") -> str:
    own = f' escalationRef="{reference}"' if reference else ""
    return f"<bpmn:escalationEventDefinition{own}/>"


def condition(text: str) -> str:
    return (
        "<bpmn:conditionalEventDefinition>"
        f"<bpmn:condition>{escape(text)}</bpmn:condition>"
        "</bpmn:conditionalEventDefinition>"
    )


def compensation(activity: str = "") -> str:
    own = f' activityRef="{activity}"' if activity else ""
    return f"<bpmn:compensateEventDefinition{own}/>"


def undo(boundary_event: str, handler: str) -> str:
    """The association from a compensation boundary event to its handler."""
    return f'<bpmn:association sourceRef="{boundary_event}" targetRef="{handler}"/>'


def declare(kind: str, name: str, **attributes: str) -> str:
    """A message, signal, error or escalation that events refer to."""
    known = {"name": name, **attributes}
    text = "".join(f' {key}="{value}"' for key, value in known.items())
    return f'<bpmn:{kind} id="{name}"{text}/>'


def several(
    items: str = "",
    item: str = "",
    *,
    number: str = "",
    output: str = "",
    output_item: str = "",
    until: str = "",
    one_by_one: bool = False,
) -> str:
    """Multi-instance characteristics."""
    inner = f"<bpmn:loopCardinality>{number}</bpmn:loopCardinality>" if number else ""
    if items:
        inner += f"<bpmn:loopDataInputRef>{items}</bpmn:loopDataInputRef>"
    if output:
        inner += f"<bpmn:loopDataOutputRef>{output}</bpmn:loopDataOutputRef>"
    if item:
        inner += f'<bpmn:inputDataItem id="x_{item}" name="{item}"/>'
    if output_item:
        inner += f'<bpmn:outputDataItem id="y_{output_item}" name="{output_item}"/>'
    if until:
        inner += f"<bpmn:completionCondition>{escape(until)}</bpmn:completionCondition>"
    sequential = "true" if one_by_one else "false"
    return (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{sequential}">{inner}'
        "</bpmn:multiInstanceLoopCharacteristics>"
    )


def loop(while_: str = "", maximum: str = "", *, first_test: bool = False) -> str:
    """Standard loop characteristics."""
    limit = f' loopMaximum="{maximum}"' if maximum else ""
    test = ' testBefore="true"' if first_test else ""
    inner = (
        f"<bpmn:loopCondition>{escape(while_)}</bpmn:loopCondition>" if while_ else ""
    )
    return (
        f"<bpmn:standardLoopCharacteristics{limit}{test}>{inner}"
        "</bpmn:standardLoopCharacteristics>"
    )
