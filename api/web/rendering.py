"""Rendering pages: templates, texts, dates as Chinese users write them, assets."""

import json
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from api.language import language_of
from api.web.navigation import entries_for
from api.web.reader import Reader
from api.web.texts import translator
from engine.wording import chinese_date, chinese_time

_FOLDER = Path(__file__).parent
_ZONE = ZoneInfo("Asia/Shanghai")
_MANIFEST = _FOLDER / "static" / "dist" / "manifest.json"
_FEN = 100


def render(
    request: Request,
    template: str,
    *,
    status: int = 200,
    reader: Reader | None = None,
    **values: Any,
) -> HTMLResponse:
    """Return a page in the reader's language.

    Without ``reader`` nobody is signed in; with one, every form of the page sends
    his session's token back.
    """
    language = language_of(request)
    settings = request.app.state.settings
    content = environment().get_template(template).render(
        lang=language,
        t=translator(language),
        actor=reader.actor if reader else None,
        csrf=reader.csrf if reader else "",
        counts=reader.counts if reader else {},
        study=reader.study if reader else "",
        here=_here(request),
        active=request.url.path,
        navigation=entries_for(reader.actor if reader else None),
        test_clock=settings.test_clock,
        **{"business_now": None, **values},
    )
    return HTMLResponse(content, status_code=status)


@cache
def environment() -> Environment:
    """Return the template environment; undefined names are errors."""
    made = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "static": static,
        "moment": _moment,
        "day": _day,
        "money": money,
        "size": size,
        "asset": asset,
    }
    return made


def static(path: str) -> str:
    """Return the address of a file that is served as it is."""
    file = _FOLDER / "static" / path
    return f"/static/{path}?v={int(file.stat().st_mtime)}"


def asset(name: str) -> str:
    """Return the address of a built file such as ``viewer.js``.

    Empty where nothing is built: a page then leaves the tag out.
    """
    file = _manifest().get(name)
    return f"/static/dist/{file}" if file else ""


@cache
def _manifest() -> dict[str, str]:
    if not _MANIFEST.exists():
        return {}
    loaded: dict[str, str] = json.loads(_MANIFEST.read_text(encoding="utf-8"))
    return loaded


def moment(value: datetime | None, language: str) -> str:
    """Return a time as it is read in China: ``2026年3月2日 09:00``.

    In English it is ``2026-03-02 09:00``, which nobody reads the wrong way round.
    """
    if value is None:
        return ""
    if language == "zh":
        return chinese_time(value)
    return value.astimezone(_ZONE).strftime("%Y-%m-%d %H:%M")


def day(value: date | datetime | str | None, language: str) -> str:
    """Return a date: ``2026年3月2日``, in English ``2026-03-02``.

    What is a text and no date stays as it is.
    """
    if value is None or value == "":
        return ""
    try:
        found = date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return str(value)
    if isinstance(found, datetime):
        found = found.astimezone(_ZONE).date()
    return chinese_date(found) if language == "zh" else found.isoformat()


@pass_context
def _moment(context: Context, value: datetime | None) -> str:
    return moment(value, context["lang"])


@pass_context
def _day(context: Context, value: date | datetime | str | None) -> str:
    return day(value, context["lang"])


def money(fen: int | None) -> str:
    """Return an amount of fen in yuan: ``¥168,000.00``."""
    if fen is None:
        return ""
    sign = "-" if fen < 0 else ""
    yuan, rest = divmod(abs(fen), _FEN)
    return f"{sign}¥{yuan:,}.{rest:02d}"


def size(count: int) -> str:
    """Return a number of bytes for people: ``1.4 MB``."""
    number = float(count)
    for unit in ("B", "KB", "MB"):
        if number < 1024:  # noqa: PLR2004 - the step from unit to unit
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1024
    return f"{number:.1f} GB"


def _here(request: Request) -> str:
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path
