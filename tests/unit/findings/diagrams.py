"""Small diagrams, written as the elements that matter."""

import re
from itertools import pairwise

from engine.errors import Finding
from engine.runtime.findings import check
from engine.runtime.step import Known, SourceFile

_ROOT = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"
  xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"
  id="definitions" targetNamespace="urn:test">{content}</bpmn:definitions>"""
FORMAL = 'xsi:type="bpmn:tFormalExpression"'


def file(content: str, name: str = "test.bpmn") -> SourceFile:
    """Return a file with ``content`` inside its definitions."""
    return SourceFile(name, _ROOT.replace("{content}", content).encode())


def process(body: str, *, before: str = "", after: str = "", key: str = "p") -> str:
    """Return a process, with root elements before and after it."""
    opening = f'<bpmn:process id="{key}" isExecutable="true">'
    return f"{before}{opening}{body}</bpmn:process>{after}"


def chain(*nodes: str) -> str:
    """Return the nodes with sequence flows from each to the next."""
    ids = [re.search(r'\bid="([^"]*)"', node) for node in nodes]
    names = [found[1] for found in ids if found]
    flows = (flow(one, two) for one, two in pairwise(names))
    return "".join((*nodes, *flows))


def start(key: str = "start", inside: str = "") -> str:
    """Return a start event."""
    return f'<bpmn:startEvent id="{key}">{inside}</bpmn:startEvent>'


def end(key: str = "end") -> str:
    """Return an end event."""
    return f'<bpmn:endEvent id="{key}"/>'


def line(*nodes: str, suffix: str = "") -> str:
    """Return the nodes between a start and an end event with that suffix."""
    return chain(start(f"start{suffix}"), *nodes, end(f"end{suffix}"))


def flow(source: str, target: str, condition: str = "", **more: str) -> str:
    """Return a sequence flow called ``source_target``."""
    given = {
        "id": f"{source}_{target}",
        "sourceRef": source,
        "targetRef": target,
    } | more
    attributes = " ".join(f'{name}="{value}"' for name, value in given.items())
    inside = (
        f"<bpmn:conditionExpression {FORMAL}>{condition}</bpmn:conditionExpression>"
        if condition
        else ""
    )
    return f"<bpmn:sequenceFlow {attributes}>{inside}</bpmn:sequenceFlow>"


def task(key: str = "task", kind: str = "task", inside: str = "", **more: str) -> str:
    """Return an activity; ``more`` are attributes."""
    attributes = "".join(f' {name}="{value}"' for name, value in more.items())
    return f'<bpmn:{kind} id="{key}"{attributes}>{inside}</bpmn:{kind}>'


def extension(inside: str) -> str:
    """Return extension elements."""
    return f"<bpmn:extensionElements>{inside}</bpmn:extensionElements>"


def properties(**named: str) -> str:
    """Return extension elements with properties."""
    items = "".join(
        f'<spiffworkflow:property name="{name}" value="{value}"/>'
        for name, value in named.items()
    )
    return extension(f"<spiffworkflow:properties>{items}</spiffworkflow:properties>")


def check_process(body: str, known: Known | None = None, **more: str) -> list[Finding]:
    """Return the findings for one process with ``body``."""
    return check([file(process(body, **more))], known or Known())


def found(
    findings: list[Finding], severity: str = "error"
) -> set[tuple[str, str | None]]:
    """Return (code, element) of the findings of that severity."""
    return {(one.code, one.element_id) for one in findings if one.severity == severity}
