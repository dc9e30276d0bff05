"""Signals: whoever listens hears them, nobody hears them later."""

from engine import messages
from tests.builders import (
    ADMIN,
    catch,
    diagram,
    end,
    line,
    signal,
    signals,
    start,
    task,
)

LISTENER = diagram(
    "listener",
    line(start(), catch("CE", signal("alarm")), task("UT_run", duty="clerk"), end()),
    extra=signals("alarm"),
)


def test_a_signal_reaches_everybody_who_listens(world):
    world.deploy(LISTENER)
    heard = {world.start("listener"), world.start("listener")}

    with world.transaction() as session:
        count = messages.broadcast(session, ADMIN, "alarm", {})

    assert count == 2
    assert {row.instance_key for row in world.tasks()} == heard


def test_nobody_hears_a_signal_later(world):
    world.deploy(LISTENER)
    with world.transaction() as session:
        messages.broadcast(session, ADMIN, "alarm", {})

    world.start("listener")

    assert world.tasks() == []


def test_a_thrown_signal_reaches_other_instances(world):
    thrower = diagram(
        "thrower", line(start(), end("EE", signal("alarm"))), extra=signals("alarm")
    )
    world.deploy(LISTENER, package="l")
    world.deploy(thrower, package="t")
    world.start("listener")

    world.start("thrower")

    assert len(world.holds("zhao", "UT_run")) == 1
