"""Lines of the project management record, as processes write them."""

from datetime import date, datetime
from typing import Any

from company import pm_record, site
from company.operations.calling import Parameters, day_of, project_of
from company.schema import Emergency, Project
from engine.operations import OperationContext, Operations


def register(operations: Operations) -> None:
    """Offer what is in here."""
    operations.register(
        "project.record_site", record_site, parameters=("case", "record")
    )
    operations.register(
        "project.record_emergency",
        record_emergency,
        parameters=("case", "emergency", "response", "closing"),
    )


def record_site(context: OperationContext, given: Parameters) -> None:
    """Add a site record (R2.2.1)."""
    project = project_of(context)
    answers = {**given["record"], "date": day_of(given["record"]["date"])}
    site.record(context.session, context.actor, project, answers)
    pm_record.forward(context, project, "site_record", _plain(answers))


def record_emergency(context: OperationContext, given: Parameters) -> None:
    """Complete an emergency with its answer and resolution (R2.3.1).

    One that came by a message from elsewhere has no row yet and gets it now.
    """
    project, emergency = project_of(context), given["emergency"]
    row = _known(context, project, emergency)
    if row is None:
        row = site.raised(
            context.session,
            context.actor,
            project,
            severity=emergency["severity"],
            text=emergency["text"],
        )
    site.close(
        context.session,
        row,
        _plain(given["response"]),
        _plain(given["closing"]),
        context.now,
    )
    line = {
        "severity": row.severity,
        "text": row.text,
        "response": row.response,
        "resolution": row.resolution,
    }
    pm_record.forward(context, project, "emergency", line)


def _known(
    context: OperationContext, project: Project, emergency: Parameters
) -> Emergency | None:
    key = emergency.get("emergency_key")
    row = None if key is None else context.session.get(Emergency, int(key))
    return row if row is not None and row.project_key == project.key else None


def _plain(answers: Parameters) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date | datetime) else value
        for name, value in answers.items()
    }
