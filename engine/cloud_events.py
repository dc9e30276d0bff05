"""Entries of the journal as CloudEvents 1.0, for programs outside.

An event says what happened to what, never what was written: no answers, no amounts,
no words of people. Who may read more asks the API for it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

TYPE = "fuwu."
SOURCE = "urn:fuwu"
_TOLD = frozenset(
    {
        "code",
        "incident",
        "job",
        "kind",
        "message",
        "name",
        "operation",
        "outcome",
        "package",
        "process",
        "request_no",
        "requirement_no",
        "stage",
        "status",
        "version",
        "visit_no",
    }
)
"""Details that are names and numbers of things, in whichever entry they stand."""


def of_entry(
    entry: Mapping[str, Any], *, project_no: str | None, source: str = ""
) -> dict[str, Any]:
    """Return the event of a journal entry, as it is sent in structured mode."""
    instance, task = entry["instance_key"], entry["task_key"]
    at: datetime = entry["at"]
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(entry["key"]),
        "source": source or SOURCE,
        "type": f"{TYPE}{entry['event']}",
        "time": at.isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": {
            "event": entry["event"],
            "actor": entry["actor"],
            "projectNo": project_no,
            "processInstanceKey": None if instance is None else str(instance),
            "userTaskKey": None if task is None else str(task),
            "elementId": entry["element_id"] or None,
            "details": _told(entry["details"]),
        },
    }
    if subject := _subject(instance, task, project_no):
        event["subject"] = subject
    return event


def _subject(instance: Any, task: Any, project_no: str | None) -> str:
    if task is not None:
        return f"user-tasks/{task}"
    if instance is not None:
        return f"process-instances/{instance}"
    return f"projects/{project_no}" if project_no else ""


def _told(details: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in details.items()
        if name in _TOLD and isinstance(value, str | int)
    }
