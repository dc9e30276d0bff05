"""Functions that place a date in its year and week."""

from datetime import date
from decimal import Decimal
from typing import Final

from engine.feel.functions.registry import builtin
from engine.feel.scope import Run

_DAYS: Final = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DATE: Final = "date: date|datetime"


@builtin("day of year", _DATE)
def day_of_year(run: Run, day: date) -> Decimal:
    """Return the number of the day in its year."""
    del run
    return Decimal(day.timetuple().tm_yday)


@builtin("day of week", _DATE)
def day_of_week(run: Run, day: date) -> str:
    """Return the English name of the weekday, as the standard has it."""
    del run
    return _DAYS[day.weekday()]


@builtin("month of year", _DATE)
def month_of_year(run: Run, day: date) -> str:
    """Return the English name of the month."""
    del run
    return _MONTHS[day.month - 1]


@builtin("week of year", _DATE)
def week_of_year(run: Run, day: date) -> Decimal:
    """Return the ISO week."""
    del run
    return Decimal(day.isocalendar().week)
