"""What a project has gathered: requests, requirements, visits, site records."""

from datetime import date, datetime
from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Reading
from api.routers.service_requests import RequestAnswer
from api.routers.service_requests import answers as request_answers
from api.shapes import Answer, Key, Listed
from company import (
    data_imports,
    import_report,
    issues,
    projects,
    requirements,
    service_requests,
    site,
    visits,
)
from engine import cache
from engine.authorization import Permission
from engine.documents import XLSX

router = APIRouter(
    prefix="/v2/projects/{project_no}", tags=["projects"], route_class=CommandRoute
)

_ONE = "GET /v2/projects/{project_no}"
grant(
    Permission.READ_PROJECTS,
    f"{_ONE}/requests",
    f"{_ONE}/requirements",
    f"{_ONE}/visits",
)
# How the work goes on site is the company's own.
grant(
    Permission.READ_REPORTS,
    f"{_ONE}/emergencies",
    f"{_ONE}/site-records",
    f"{_ONE}/data-imports",
    f"{_ONE}/data-imports/{{data_import_key}}/report",
    f"{_ONE}/issues",
)


class RequirementAnswer(Answer):
    """A requirement; ``result`` is null while it is open."""

    requirement_no: str
    title: str
    description: str
    origin: str
    raised_at: datetime
    raised_by: str
    process_instance_key: Key | None
    issue_key: str | None
    issue_status: str | None
    result: str | None
    charge: int
    closed_at: datetime | None
    reopened: int


class VisitAnswer(Answer):
    """A visit: planned, open, closed or canceled; done once somebody was reached."""

    visit_no: str
    period_no: int
    due_on: date
    opens_at: datetime
    state: str
    process_instance_key: Key | None
    opened_at: datetime | None
    reached_at: datetime | None
    closed_at: datetime | None
    result: str | None
    score: int | None
    onsite: bool


class EmergencyAnswer(Answer):
    """An emergency with its answer and its resolution, once there are any."""

    emergency_key: Key
    severity: str
    text: str
    raised_at: datetime
    raised_by: str
    response: dict[str, Any]
    resolution: dict[str, Any]
    respond_by: datetime | None
    responded_at: datetime | None
    response_in_time: bool | None
    closed_at: datetime | None


class SiteRecordAnswer(Answer):
    """A line of the project management record."""

    date: date
    progress_pct: int
    done: str
    issues: list[str]
    help_needed: str
    reason: str
    recorded_at: datetime
    recorded_by: str


class IssueAnswer(Answer):
    """An issue of the built-in tracker, which stands in where there is no JIRA."""

    issue_key: str
    requirement_no: str
    title: str
    description: str
    business_reason: str
    urgency: str
    module: str
    blocks_operation: bool
    status: str
    comments: list[Any]
    created_at: datetime
    created_by: str


class DataImportAnswer(Answer):
    """An attempt to import data, with what was wrong row by row.

    ``summary`` tells for each table its rows, its problems and its control totals.
    """

    data_import_key: Key
    tables: list[str]
    files: list[str]
    ok: bool
    rows: int
    error: str
    problems: list[Any]
    summary: list[Any]
    ran_at: datetime


@router.get("/requests", operation_id="get_project_requests")
def get_project_requests(
    project_no: str, actor: CurrentActor, session: Reading
) -> Listed[RequestAnswer]:
    """Return the service requests of a project, the newest first."""
    project = projects.visible(session, actor, project_no)
    rows = service_requests.of_project(session, project.key)
    return Listed(items=request_answers(session, rows))


@router.get("/requirements", operation_id="get_project_requirements")
def get_project_requirements(
    project_no: str, actor: CurrentActor, session: Reading
) -> Listed[RequirementAnswer]:
    """Return the requirements of a project, the newest first."""
    rows = requirements.of_project(session, _key(session, actor, project_no))
    return Listed(
        items=[
            RequirementAnswer.model_validate(
                {
                    **_columns(row),
                    "process_instance_key": row.instance_key,
                    "charge": row.charge_fen,
                }
            )
            for row in rows
        ]
    )


@router.get("/visits", operation_id="get_project_visits")
def get_project_visits(
    project_no: str, actor: CurrentActor, session: Reading
) -> Listed[VisitAnswer]:
    """Return the visits of a project, the first due first."""
    rows = visits.of_project(session, _key(session, actor, project_no))
    return Listed(
        items=[
            VisitAnswer.model_validate(
                {**_columns(row), "process_instance_key": row.instance_key}
            )
            for row in rows
        ]
    )


@router.get("/emergencies", operation_id="get_project_emergencies")
def get_project_emergencies(
    project_no: str, actor: CurrentActor, session: Reading
) -> Listed[EmergencyAnswer]:
    """Return the emergencies of a project, the newest first."""
    now = cache.now(session)
    rows = site.emergencies(session, _key(session, actor, project_no))
    return Listed(
        items=[
            EmergencyAnswer.model_validate(
                {
                    **_columns(row),
                    "emergency_key": row.key,
                    "response_in_time": site.in_time(row, now),
                }
            )
            for row in rows
        ]
    )


@router.get("/site-records", operation_id="get_project_site_records")
def get_project_site_records(
    project_no: str, actor: CurrentActor, session: Reading
) -> Listed[SiteRecordAnswer]:
    """Return the project management record, the newest line first."""
    rows = site.records(session, _key(session, actor, project_no))
    return Listed(
        items=[
            SiteRecordAnswer.model_validate({**_columns(row), "date": row.day})
            for row in rows
        ]
    )


@router.get("/issues", operation_id="get_project_issues")
def get_project_issues(
    project_no: str, actor: CurrentActor, session: Reading
) -> Listed[IssueAnswer]:
    """Return the issues of a project that the built-in tracker has."""
    rows = issues.of_project(session, _key(session, actor, project_no))
    return Listed(items=[IssueAnswer.model_validate(row) for row in rows])


@router.get("/data-imports", operation_id="get_project_data_imports")
def get_project_data_imports(
    project_no: str, actor: CurrentActor, session: Reading
) -> Listed[DataImportAnswer]:
    """Return what was imported into the ERP, the newest attempt first."""
    rows = data_imports.of_project(session, _key(session, actor, project_no))
    items = [{**_columns(row), "data_import_key": row.key} for row in rows]
    return Listed(items=[DataImportAnswer.model_validate(item) for item in items])


@router.get(
    "/data-imports/{data_import_key}/report",
    operation_id="get_data_import_report",
    response_class=Response,
    responses={200: {"content": {XLSX: {}}, "description": "The report."}},
)
def get_data_import_report(
    project_no: str, data_import_key: Key, actor: CurrentActor, session: Reading
) -> Response:
    """Return what an attempt found, as a spreadsheet: by table, then row by row."""
    key = _key(session, actor, project_no)
    content = import_report.workbook(data_imports.one(session, key, data_import_key))
    disposition = f'attachment; filename="data-import-{data_import_key}.xlsx"'
    headers = {"Content-Disposition": disposition}
    return Response(content, media_type=XLSX, headers=headers)


def _key(session: Session, actor: CurrentActor, project_no: str) -> int:
    return projects.visible(session, actor, project_no).key


def _columns(row: Any) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}
