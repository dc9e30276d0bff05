"""Writing dates and times as the standard's ``string()`` does."""

from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from engine.feel.durations import YearMonthDuration, spell_duration

_MINUTE: Final = 60


def spell_time(value: time) -> str:
    """Return ``10:30:00``, with fraction and zone where it has them."""
    text = f"{value.hour:02}:{value.minute:02}:{value.second:02}"
    if value.microsecond:
        text += f".{value.microsecond:06}".rstrip("0")
    return text + _spell_zone(value.tzinfo, value.utcoffset())


def spell_date_time(value: datetime) -> str:
    """Return ``2026-01-31T10:30:00``, with fraction and zone."""
    clock = spell_time(value.time())
    return f"{spell_date(value)}T{clock}{_spell_zone(value.tzinfo, value.utcoffset())}"


def spell_date(value: date) -> str:
    """Return ``2026-01-31``."""
    return f"{value.year:04}-{value.month:02}-{value.day:02}"


def _spell_zone(zone: tzinfo | None, offset: timedelta | None) -> str:
    if isinstance(zone, ZoneInfo):
        return f"@{zone.key}"
    if offset is None:
        return ""
    if not offset:
        return "Z"
    minutes, seconds = divmod(int(abs(offset).total_seconds()), _MINUTE)
    hours, minutes = divmod(minutes, _MINUTE)
    sign = "-" if offset < timedelta(0) else "+"
    return f"{sign}{hours:02}:{minutes:02}" + (f":{seconds:02}" if seconds else "")


def spell_temporal(value: object) -> str | None:
    """Return the text of any date, time or duration, None for other values."""
    match value:
        case datetime():
            return spell_date_time(value)
        case date():
            return spell_date(value)
        case time():
            return spell_time(value)
        case timedelta():
            return spell_duration(value)
        case YearMonthDuration():
            return str(value)
        case _:
            return None
