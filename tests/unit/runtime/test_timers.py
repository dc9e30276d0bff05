"""Timers: what they say and when they are due."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.runtime import ModelError, WaitKind
from tests.unit.runtime.diagrams import (
    boundary,
    catch,
    chain,
    end,
    flow,
    node,
    script,
    start,
    timer,
    user,
)
from tests.unit.runtime.driving import MONDAY, Run, compiled


def until(definition: str, **data: object) -> Run:
    model = compiled(
        start(), catch("wait", definition), end(), chain("start", "wait", "end")
    )
    return Run(model, data)


def due(definition: str, **data: object) -> datetime | None:
    return until(definition, **data).wait("wait").due_at


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("PT30M", timedelta(minutes=30)),
        ("P2DT3H", timedelta(days=2, hours=3)),
        ("P1W", timedelta(days=7)),
        ("P2WD", timedelta(days=2)),
        ("PT4WH", timedelta(hours=12)),
        ('"PT30M"', timedelta(minutes=30)),
        ('duration("PT" + string(n) + "M")', timedelta(minutes=30)),
        ("= wait_for", timedelta(hours=1)),
    ],
)
def test_a_duration_counts_from_now(text: str, after: timedelta) -> None:
    known = {"n": 30, "wait_for": "PT1H"}

    assert due(timer(duration=text), **known) == MONDAY + after


def test_months_go_to_the_same_day_or_the_last() -> None:
    assert due(timer(duration="P1M")) == datetime(2026, 4, 2, 1, tzinfo=UTC)
    run = Run(compiled(user("u"), catch("w", timer(duration="P1M")), chain("u", "w")))
    run.now = datetime(2026, 1, 31, 1, tzinfo=UTC)
    run.do("u")

    assert run.wait("w").due_at == datetime(2026, 2, 28, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-05-01T09:00:00Z", "2026-05-01T09:00:00+00:00"),
        ("2026-05-01T09:00:00+02:00", "2026-05-01T07:00:00+00:00"),
        ("2026-05-01T09:00:00", "2026-05-01T01:00:00+00:00"),
        ("2026-05-01", "2026-04-30T16:00:00+00:00"),
        ("day", "2026-06-30T16:00:00+00:00"),
        ('date("2026-07-01")', "2026-06-30T16:00:00+00:00"),
        ('@"2026-05-01T09:00:00Z" + @"P1D"', "2026-05-02T09:00:00+00:00"),
    ],
)
def test_a_date_without_an_offset_is_meant_in_the_calendars_zone(
    text: str, moment: str
) -> None:
    found = due(timer(date=text), day="2026-07-01")

    assert found is not None
    assert found.isoformat() == moment


def test_a_timer_that_fires_lets_its_token_go_on() -> None:
    run = until(timer(duration="PT1H"))
    assert run.wait("wait").kind is WaitKind.TIMER

    assert run.fire("wait").finished


@pytest.mark.parametrize("text", ["soon", "PT", "P"])
def test_a_name_that_gives_no_time_is_an_incident(text: str) -> None:
    assert len(until(timer(duration=text)).incidents) == 1


def test_what_is_neither_a_time_nor_an_expression_is_refused() -> None:
    with pytest.raises(ModelError) as refused:
        until(timer(duration="1 hour"))

    assert [found.code for found in refused.value.findings] == ["expression-invalid"]


def reminded(cycle: str) -> Run:
    model = compiled(
        start(),
        user("u"),
        boundary("again", "u", timer(cycle=cycle), stays=True),
        script("remind", "n = n + 1"),
        end(),
        chain("start", "u", "end"),
        flow("again", "remind"),
    )
    return Run(model, {"n": 0})


def test_a_cycle_fires_as_often_as_it_says() -> None:
    run = reminded("R3/PT1H")
    moments = []
    while "again" in run.waits():
        moments.append(run.wait("again").due_at)
        run.fire("again")

    assert moments == [MONDAY + timedelta(hours=hours) for hours in (1, 2, 3)]
    assert run.trace.count("remind") == 3


def test_a_late_cycle_keeps_its_rhythm() -> None:
    run = reminded("R/PT1H")
    run.now = MONDAY + timedelta(hours=5)
    run.fire("again")

    assert run.wait("again").due_at == MONDAY + timedelta(hours=2)


def test_a_cycle_may_begin_at_a_moment() -> None:
    run = reminded("R2/2026-04-01T09:00:00Z/P1D")
    run.fire("again")

    assert run.wait("again").due_at == datetime(2026, 4, 2, 9, tzinfo=UTC)


def test_a_cycle_may_be_a_cron_expression_in_the_calendars_zone() -> None:
    run = reminded("0 9 * * MON-FRI")
    moments = []
    for _ in range(5):
        moments.append(run.wait("again").due_at)
        run.fire("again")

    days = (3, 4, 5, 6, 9)
    assert moments == [datetime(2026, 3, day, 1, tzinfo=UTC) for day in days]


def test_a_cycle_ends_with_its_host_but_what_it_started_goes_on() -> None:
    model = compiled(
        start(),
        user("u"),
        boundary("again", "u", timer(cycle="R/PT1H"), stays=True),
        user("chase"),
        end(),
        chain("start", "u", "end"),
        flow("again", "chase"),
    )
    run = Run(model)
    run.fire("again")
    run.fire("again")

    step = run.do("u")

    assert not step.finished
    assert run.waits() == ["chase", "chase"]
    run.do("chase")
    assert run.do("chase").finished


def test_a_cycle_without_time_passing_is_an_incident() -> None:
    run = reminded("R/PT0S")

    assert [found.code for found in run.incidents] == ["timer-invalid"]


def test_an_intermediate_cycle_lets_a_token_go_each_time() -> None:
    model = compiled(
        start(),
        catch("wait", timer(cycle="R3/PT1H")),
        script("s", "n = n + 1"),
        end(),
        chain("start", "wait", "s", "end"),
    )
    run = Run(model, {"n": 0})
    run.fire("wait")
    run.fire("wait")

    assert run.fire("wait").finished
    assert run.trace.count("s") == 3


def test_an_event_gateway_has_a_due_time_for_each_timer() -> None:
    model = compiled(
        start(),
        node("eventBasedGateway", "g"),
        catch("soon", timer(duration="PT1H")),
        catch("later", timer(duration="PT2H")),
        user("a"),
        user("b"),
        chain("start", "g", "soon", "a"),
        chain("g", "later", "b"),
    )
    run = Run(model)
    times = [run.wait(name).due_at for name in ("soon", "later")]
    assert times == [MONDAY + timedelta(hours=1), MONDAY + timedelta(hours=2)]

    step = run.fire("soon")

    assert [(c.wait.element_id, c.completed, c.reason) for c in step.closed] == [
        ("soon", True, ""),
        ("later", False, "soon"),
    ]
    assert (run.tasks, run.trace) == (["a"], ["start", "g", "soon"])
