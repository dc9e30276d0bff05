"""What an element says in its extension elements, whoever's editor wrote them.

Our own vocabulary is SpiffWorkflow's (``spiffworkflow:properties`` and so on).
Elements are recognised by their local name, so any prefix will do; where Camunda
7 or 8 say the same thing in their way, that is read too, after ours.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.runtime import xml
from engine.runtime.xml import Element

CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"


@dataclass(frozen=True, slots=True)
class Operator:
    """The operation that a service task calls.

    ``parameters`` holds FEEL texts by parameter name; ``result`` names the
    variable that takes the answer, empty when it is not kept. Work for somebody's
    own worker (``for_workers``) has more: ``outputs`` are FEEL texts by the name of
    the variable that takes them, ``headers`` constants for the worker, ``retries``
    how often it may try (a number as text, or empty).
    """

    operation: str
    parameters: dict[str, str] = field(default_factory=dict)
    result: str = ""
    for_workers: bool = False
    outputs: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    retries: str = ""


def properties(element: Element) -> dict[str, str]:
    """Return the properties of ``element``; the first of one name wins.

    Camunda's ``candidateGroups``, ``formKey`` and ``dueDate`` fill ``duty``,
    ``form`` and ``due`` where the element has no property of that name.
    """
    found: dict[str, str] = {}
    for holder in _extensions(element, "properties"):
        for item in holder.iterchildren():
            if xml.local_name(item) == "property" and item.get("name"):
                found.setdefault(str(item.get("name")), item.get("value") or "")
    for name, value in _borrowed_properties(element):
        if value:
            found.setdefault(name, value)
    return found


def text(element: Element, name: str) -> str:
    """Return the text of the extension element ``name``, or an empty string."""
    return next((xml.text_of(found) for found in _extensions(element, name)), "")


def operator(element: Element) -> Operator | None:
    """Return what the service task ``element`` calls, or None.

    A standard ``operationRef`` counts where nothing else is said; its id is the
    name of the operation.
    """
    for found in _extensions(element, "serviceTaskOperator"):
        return Operator(
            found.get("id") or "",
            {
                str(item.get("id")): item.get("value") or ""
                for item in found.iterdescendants()
                if xml.local_name(item) == "parameter"
            },
            found.get("resultVariable") or "",
        )
    for found in _extensions(element, "taskDefinition"):
        return _worked(element, found.get("type") or "", found.get("retries") or "")
    if topic := element.get(f"{{{CAMUNDA}}}topic"):
        return _worked(element, topic, "")
    if xml.local_name(element) == "serviceTask" and element.get("operationRef"):
        return Operator(xml.reference(element, element.get("operationRef")))
    return None


def _worked(element: Element, job_type: str, retries: str) -> Operator:
    """Return what somebody's own worker is to do, as Camunda's words say it."""
    return Operator(
        job_type,
        for_workers=True,
        parameters=_mapped(element, "ioMapping", "input", "target", "source"),
        outputs=_mapped(element, "ioMapping", "output", "target", "source"),
        headers=_mapped(element, "taskHeaders", "header", "key", "value"),
        retries=retries,
    )


def _mapped(
    element: Element, holder: str, kind: str, name: str, value: str
) -> dict[str, str]:
    return {
        str(item.get(name)): item.get(value) or ""
        for found in _extensions(element, holder)
        for item in found.iterchildren()
        if xml.local_name(item) == kind and item.get(name)
    }


def decision(element: Element) -> str:
    """Return the id of the decision that a business rule task calls."""
    ours = text(element, "calledDecisionId")
    theirs = _extension_attribute(element, "calledDecision", "decisionId")
    return ours or theirs or element.get(f"{{{CAMUNDA}}}decisionRef") or ""


def called_element(element: Element) -> str:
    """Return the id of the process or global task that a call activity calls."""
    standard = xml.reference(element, element.get("calledElement"))
    return standard or _extension_attribute(element, "calledElement", "processId")


def version_tag(process: Element) -> str:
    """Return the version that the author gave the process, or an empty string."""
    named = properties(process)
    return (
        process.get(f"{{{CAMUNDA}}}versionTag")
        or _extension_attribute(process, "versionTag", "value")
        or named.get("version_tag", named.get("versionTag", ""))
    )


def form_name(named: Mapping[str, str]) -> str:
    """Return the name of the form without a file's suffix."""
    name = named.get("form") or named.get("formJsonSchemaFilename") or ""
    return name.removesuffix(".json").removesuffix(".schema")


def _extensions(element: Element, name: str) -> Iterator[Element]:
    holder = xml.child(element, "extensionElements")
    if holder is not None:
        for found in holder.iterchildren():
            if not xml.is_bpmn(found) and xml.local_name(found) == name:
                yield found


def _extension_attribute(element: Element, name: str, attribute: str) -> str:
    return next(
        (found.get(attribute) or "" for found in _extensions(element, name)), ""
    )


def _borrowed_properties(element: Element) -> Iterator[tuple[str, str]]:
    yield "duty", element.get(f"{{{CAMUNDA}}}candidateGroups") or ""
    yield "form", element.get(f"{{{CAMUNDA}}}formKey") or ""
    yield "due", element.get(f"{{{CAMUNDA}}}dueDate") or ""
    yield (
        "duty",
        _extension_attribute(element, "assignmentDefinition", "candidateGroups"),
    )
    yield "form", _extension_attribute(element, "formDefinition", "formId")
    yield "form", _extension_attribute(element, "formDefinition", "formKey")
    yield "due", _extension_attribute(element, "taskSchedule", "dueDate")
