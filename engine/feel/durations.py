"""Durations: days and seconds are a ``timedelta``, years and months are ours."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from typing_extensions import override

_YEAR: Final = 12


@dataclass(frozen=True, slots=True, order=True)
class YearMonthDuration:
    """A number of months; its length in days depends on where it is added."""

    months: int

    @property
    def parts(self) -> tuple[int, int]:
        """Years and months, both with the sign of the whole."""
        years, months = divmod(abs(self.months), _YEAR)
        return (years, months) if self.months >= 0 else (-years, -months)

    def __neg__(self) -> "YearMonthDuration":
        return YearMonthDuration(-self.months)

    @override
    def __str__(self) -> str:
        years, months = divmod(abs(self.months), _YEAR)
        text = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
        return f"{'-' if self.months < 0 else ''}P{text or '0M'}"


def spell_duration(value: timedelta) -> str:
    """Return a duration of days and time in its canonical form: ``P1DT2H``."""
    whole = abs(value)
    minutes, seconds = divmod(whole.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{whole.microseconds:06}".rstrip("0") if whole.microseconds else ""
    days = f"{whole.days}D" if whole.days else ""
    time = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    if seconds or fraction:
        time += f"{seconds}{fraction}S"
    if not days and not time:
        return "PT0S"
    return f"{'-' if value < timedelta(0) else ''}P{days}{'T' if time else ''}{time}"
