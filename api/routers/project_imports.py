"""Customers that are served already, taken over from a workbook."""

from typing import Annotated

from fastapi import APIRouter, Depends, File, Query, Response, UploadFile

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Platform, Reading, Transaction
from api.shapes import Answer
from company import opening_imports, opening_sheet
from company.opening_imports import RowReport
from company.opening_sheet import SheetRow
from engine import cache, documents
from engine.authorization import Permission
from engine.documents import XLSX
from engine.errors import TooLargeError

router = APIRouter(
    prefix="/v2/project-imports", tags=["projects"], route_class=CommandRoute
)

grant(
    Permission.OPEN_PROJECTS,
    "POST /v2/project-imports",
    "GET /v2/project-imports/template",
)

_NAME = "在服务客户导入模板.xlsx"
_LARGEST = 5 * 1024 * 1024


class WorkbookTooLargeError(TooLargeError):
    """The workbook is larger than any that could be taken over at once."""

    code = "opening-sheet-too-large"

    def __init__(self) -> None:
        super().__init__(
            "The workbook exceeds 5 MiB; split it", "文件超过5 MiB,请拆分后导入"
        )


class RowProblemAnswer(Answer):
    """What is wrong with a row; ``column`` is its heading, empty for the whole row."""

    column: str
    code: str
    message: str


class RowAnswer(Answer):
    """What became of a row: ``opened`` as a project, ``fits`` in a trial, ``refused``.

    ``row`` counts as the spreadsheet does.
    """

    row: int
    outcome: str
    customer_number: str
    project_no: str | None
    problems: list[RowProblemAnswer]


class ImportReport(Answer):
    """The report on a workbook, row by row."""

    dry_run: bool
    opened: int
    refused: int
    rows: list[RowAnswer]


def _sheet(
    file: Annotated[UploadFile, File()], actor: CurrentActor, platform: Platform
) -> list[SheetRow]:
    """Read the workbook before the transaction begins."""
    del actor, platform  # only somebody who may open projects gets this far
    content = file.file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise WorkbookTooLargeError
    return opening_sheet.rows(content)


@router.get("/template", operation_id="get_project_import_template")
def get_project_import_template(_: CurrentActor, session: Reading) -> Response:
    """Return the workbook to fill in: one row for each customer's project."""
    content = opening_sheet.template(cache.now(session))
    disposition = documents.content_disposition(_NAME, media=XLSX)
    return Response(
        content, media_type=XLSX, headers={"Content-Disposition": disposition}
    )


@router.post("", operation_id="import_projects")
def import_projects(
    rows: Annotated[list[SheetRow], Depends(_sheet)],
    actor: CurrentActor,
    session: Transaction,
    dry_run: Annotated[bool, Query(alias="dryRun")] = False,  # noqa: FBT002 - a query
) -> ImportReport:
    """Take over the customers of a workbook; rows that do not fit are reported.

    Each row that fits enters at its stage, whatever becomes of the others. The same
    file may be sent again: a contract that is registered is refused. With ``dryRun``
    the report comes back and nothing is stored.
    """
    reports = opening_imports.take_over(session, actor, rows, trial=dry_run)
    answers = [_answer(each, actor.language, dry_run=dry_run) for each in reports]
    refused = sum(each.outcome == "refused" for each in answers)
    return ImportReport(
        dry_run=dry_run,
        opened=0 if dry_run else len(answers) - refused,
        refused=refused,
        rows=answers,
    )


def _answer(report: RowReport, language: str, *, dry_run: bool) -> RowAnswer:
    fitting = "fits" if dry_run else "opened"
    return RowAnswer(
        row=report.row,
        outcome="refused" if report.problems else fitting,
        customer_number=report.customer_number,
        project_no=report.project_no,
        problems=[
            RowProblemAnswer(
                column=problem.column,
                code=problem.code,
                message=problem.text.to(language),
            )
            for problem in report.problems
        ],
    )
