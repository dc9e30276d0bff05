"""Rewriting a parsed diagram so that what follows meets every case in one form only.

The file itself stays as it is: the rewritten tree lives in the model alone. Ids
made up here begin with ``~``, which no id in a file can.
"""

import copy
import itertools
from collections.abc import Iterator

from engine.runtime import xml
from engine.runtime.describe import FLOW_NODES, GLOBAL_TASKS
from engine.runtime.xml import Element

MADE_UP = "~"
SHOWN = "shown"  # on a node moved into a process of its own: the id to show


def normalise(root: Element) -> Element:
    """Return ``root`` rewritten in place.

    Nodes and flows without an id get one (an id is optional in BPMN); global tasks
    become processes with one task; event definitions that are referred to are put
    where they are used.
    """
    numbers = itertools.count(1)
    _inline_definitions(root)
    _spread_global_tasks(root)
    for element in root.iter(*(f"{{{xml.BPMN}}}{name}" for name in _NEED_IDS)):
        if not element.get("id"):
            element.set("id", f"{MADE_UP}{next(numbers)}")
    return root


def is_made_up(name: str) -> bool:
    """Tell whether an id was made up here."""
    return name.startswith(MADE_UP)


_NEED_IDS = sorted({*FLOW_NODES, "sequenceFlow", "process"})

_TASKS = {
    "globalTask": "task",
    "globalUserTask": "userTask",
    "globalManualTask": "manualTask",
    "globalScriptTask": "scriptTask",
    "globalBusinessRuleTask": "businessRuleTask",
}


def _spread_global_tasks(root: Element) -> None:
    for found in list(xml.children(root, *GLOBAL_TASKS)):
        task_id = found.get("id") or ""
        process = root.makeelement(
            f"{{{xml.BPMN}}}process", {"id": task_id, "isExecutable": "true"}
        )
        root.replace(found, process)
        found.tag = f"{{{xml.BPMN}}}{_TASKS[xml.local_name(found)]}"
        found.set("id", f"{MADE_UP}{task_id}")
        found.set(SHOWN, task_id)
        process.append(found)


def _inline_definitions(root: Element) -> None:
    shared = {found.get("id"): found for found in _definitions(root)}
    for pointer in list(root.iter(f"{{{xml.BPMN}}}eventDefinitionRef")):
        definition = shared.get(xml.reference(pointer, pointer.text))
        parent = pointer.getparent()
        if definition is not None and parent is not None:
            own = copy.deepcopy(definition)
            own.attrib.pop("id", "")
            parent.replace(pointer, own)


def _definitions(root: Element) -> Iterator[Element]:
    return (
        found
        for found in root.iterchildren()
        if xml.local_name(found).endswith("EventDefinition")
    )
