"""Reports: rows and figures with their definitions, as JSON or CSV."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Reading
from api.shapes import Answer, Listed
from company import reports
from company.reports import Figure, Report, Window
from engine import cache
from engine.authorization import Permission

router = APIRouter(prefix="/v2/reports", tags=["reports"], route_class=CommandRoute)

grant(Permission.READ_REPORTS, "GET /v2/reports", "GET /v2/reports/{name}")

_BYTE_ORDER_MARK = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class ColumnAnswer(Answer):
    """A column; ``kind`` says how to read its values (money is fen, share 0 to 1)."""

    name: str
    title: str
    kind: str


class FigureAnswer(Answer):
    """A figure; ``value`` is null where there is nothing to count."""

    name: str
    title: str
    definition: str
    value: Any
    kind: str


class ReportAnswer(Answer):
    """A report as of ``madeAt``."""

    name: str
    title: str
    definition: str
    made_at: datetime
    since: date | None
    until: date | None
    figures: list[FigureAnswer]
    columns: list[ColumnAnswer]
    rows: list[dict[str, Any]]


@router.get("", operation_id="get_reports")
def get_reports(_: CurrentActor, __: Reading) -> Listed[str]:
    """Return the names of all reports."""
    return Listed(items=list(reports.NAMES))


@router.get(
    "/{name}",
    operation_id="get_report",
    response_model=ReportAnswer,
    responses={200: {"content": {"text/csv": {}}}},
)
def get_report(
    name: str,
    actor: CurrentActor,
    session: Reading,
    since: Annotated[date | None, Query(alias="from")] = None,
    until: Annotated[date | None, Query(alias="to")] = None,
    wanted: Annotated[Literal["json", "csv"] | None, Query(alias="format")] = None,
    accept: Annotated[str, Header()] = "",
) -> ReportAnswer | Response:
    """Return a report; ``from`` and ``to`` are days, both included.

    CSV comes with ``format=csv`` or ``Accept: text/csv``.
    """
    window = Window(since, until)
    report = reports.make(session, name, window)
    if wanted == "csv" or (wanted is None and accept.startswith("text/csv")):
        return _as_csv(report, actor.language)
    return _as_json(report, window, cache.now(session), actor.language)


def _as_json(
    report: Report, window: Window, made_at: datetime, language: str
) -> ReportAnswer:
    return ReportAnswer(
        name=report.name,
        title=report.title.to(language),
        definition=report.definition.to(language),
        made_at=made_at,
        since=window.since,
        until=window.until,
        figures=[_figure(figure, language) for figure in report.figures],
        columns=[
            ColumnAnswer(
                name=column.name, title=column.title.to(language), kind=column.kind
            )
            for column in report.columns
        ],
        rows=list(report.rows),
    )


def _figure(figure: Figure, language: str) -> FigureAnswer:
    return FigureAnswer(
        name=figure.name,
        title=figure.title.to(language),
        definition=figure.definition.to(language),
        value=figure.value,
        kind=figure.kind,
    )


def _as_csv(report: Report, language: str) -> Response:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(column.title.to(language) for column in report.columns)
    writer.writerows(_cells(report))
    # Spreadsheets take a file for UTF-8 only with the mark in front.
    content = (_BYTE_ORDER_MARK + text.getvalue()).encode()
    disposition = f'attachment; filename="{report.name}.csv"'
    headers = {"Content-Disposition": disposition}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


def _cells(report: Report) -> Iterator[list[str]]:
    for row in report.rows:
        yield [_cell(row.get(column.name)) for column in report.columns]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "、".join(str(item) for item in value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, bool):
        return "1" if value else "0"
    text = str(value)
    # A spreadsheet would run it; what customers write must stay text.
    harmful = isinstance(value, str) and text.startswith(_FORMULA)
    return f"'{text}" if harmful else text
