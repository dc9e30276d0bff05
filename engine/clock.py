"""The only place that asks what time it is.

Two clocks: the *business* clock, which processes, due dates and calendars read and
which can be frozen and set in tests, and the *system* clock for sessions, tokens,
back-off and heartbeats, which nobody can set.
"""

from datetime import UTC, datetime


def system_now() -> datetime:
    """Return the real time, aware and in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is the place that may ask
