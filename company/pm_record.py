"""Passing the project management record on to another system, where there is one.

The product itself is the project management system (A3); who keeps another one gets
every line of it there too.
"""

from collections.abc import Mapping
from typing import Any

from company.schema import Project
from engine import jobs
from engine.operations import OperationContext, Operations, RemoteContext, RemoteResult

OPERATION = "pm.record"
SYSTEM_NAME = "pm"


def register(operations: Operations) -> None:
    """Let jobs pass lines on."""
    operations.register(
        OPERATION, send, remote=True, parameters=("project_no", "kind", "line")
    )


def forward(
    context: OperationContext, project: Project, kind: str, line: Mapping[str, Any]
) -> None:
    """Pass a line on once this transaction is committed; nothing without a system.

    ``kind`` is site_record or emergency. The process goes on meanwhile; where the
    other system does not take the line, its incident says so.
    """
    session = context.session
    if SYSTEM_NAME not in session.info.get("connectors", {}):
        return
    parameters = {
        "project_no": project.project_no,
        "pm_record_no": project.pm_record_no,
        "kind": kind,
        "line": dict(line),
    }
    jobs.enqueue(
        session,
        kind="operation",
        operation=OPERATION,
        payload={
            "parameters": parameters,
            "result": "",
            "caused_by": str(context.instance.key),
        },
        scope_key=project.key,
    )


def send(context: RemoteContext, given: Mapping[str, Any]) -> RemoteResult:
    """Hand a line over.

    Raises:
        ConnectorUnavailableError: The system does not answer; it is tried again.
    """
    connector = context.connectors.get(SYSTEM_NAME)
    if connector is not None:
        connector.call("records", given, key=str(context.key))
    return RemoteResult()
