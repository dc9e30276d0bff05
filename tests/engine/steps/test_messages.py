"""Messages and signals between instances, and from outside."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import instances, messages
from engine.schema import Message, MessageSubscription
from engine.search import Query
from tests import builders
from tests.builders import (
    ADMIN,
    boundary,
    catch,
    diagram,
    end,
    flow,
    gateway,
    line,
    message,
    person,
    start,
    task,
    throw,
)

WAITER = diagram(
    "waiter",
    line(
        start(),
        catch("CE", message("goods", variable="goods"), correlation="no"),
        task("UT_unpack", duty="clerk"),
        end(),
    ),
    extra=builders.messages("goods"),
)
SENDER = diagram(
    "sender",
    line(
        start(),
        task("UT_pack", duty="clerk"),
        throw("TE", message("goods", payload="{crates: 3}"), correlation="no"),
        end(),
    ),
    extra=builders.messages("goods"),
)
STARTED = diagram(
    "started",
    line(
        start("SE", message("order", variable="order"), correlation="no"),
        task("UT_sell", duty="manager"),
        end(),
    ),
    extra=builders.messages("order"),
)


def publish(world, name, key, payload, **given):
    with world.transaction() as session:
        row = messages.publish(session, ADMIN, name, key, payload, **given)
        return row.key, row.state, row.delivered_to


def test_a_message_reaches_the_instance_with_its_key_only(world):
    world.deploy(WAITER)
    one, other = world.start("waiter", no="A-1"), world.start("waiter", no="A-2")

    _, state, receiver = publish(world, "goods", "A-2", {"crates": 7})

    assert (state, receiver) == ("DELIVERED", other)
    assert world.variables(other)["goods"] == {"crates": 7}
    assert "goods" not in world.variables(one)
    assert [row.instance_key for row in world.tasks()] == [other]


def test_one_message_has_one_receiver_the_one_waiting_longest(world):
    world.deploy(WAITER)
    first, _ = world.start("waiter", no="A-1"), world.start("waiter", no="A-1")

    publish(world, "goods", "A-1", {})

    assert [row.instance_key for row in world.tasks()] == [first]


def test_a_thrown_message_is_delivered_within_the_same_completion(world):
    world.deploy(WAITER, package="w")
    world.deploy(SENDER, package="s")
    waiting, sending = world.start("waiter", no="A-1"), world.start("sender", no="A-1")

    world.complete("zhao", "UT_pack")

    assert world.instance(sending).state == "COMPLETED"
    assert len(world.holds("zhao", "UT_unpack")) == 1
    assert world.variables(waiting)["goods"] == {"crates": 3}
    events = [event for event, _, _ in world.events(waiting)]
    assert "MessageReceived" in events


def test_a_message_for_nobody_is_kept_until_somebody_waits(world):
    world.deploy(WAITER)

    _, state, receiver = publish(world, "goods", "A-1", {"crates": 1})
    key = world.start("waiter", no="A-1")

    assert (state, receiver) == ("BUFFERED", None)
    assert world.variables(key)["goods"] == {"crates": 1}


def test_kept_messages_come_in_their_order(world):
    looping = diagram(
        "looping",
        line(
            start(),
            gateway("GW"),
            catch("CE", message("goods", variable="goods"), correlation="no"),
            builders.script("SC", "seen = append(seen, goods.n)"),
            gateway("GW_end", default="GW"),
        ),
        flow("GW_end", "GW"),
        flow("GW_end", "EE", "count(seen) = 3"),
        end()[1],
        extra=builders.messages("goods"),
    )
    world.deploy(looping)
    for number in (1, 2, 3):
        publish(world, "goods", "A-1", {"n": number})

    key = world.start("looping", no="A-1", seen=[])

    assert world.variables(key)["seen"] == [1, 2, 3]
    assert world.instance(key).state == "COMPLETED"


def test_a_kept_message_carries_dates_as_dates(world):
    dated = diagram(
        "dated",
        line(
            start(),
            throw(
                "TE",
                message("goods", payload='{day: date("2026-03-02")}'),
                correlation="no",
            ),
            end(),
        ),
        extra=builders.messages("goods"),
    )
    world.deploy(WAITER, package="w")
    world.deploy(dated, package="d")
    world.start("dated", no="A-1")

    key = world.start("waiter", no="A-1")

    assert world.variables(key)["goods"]["day"].isoformat() == "2026-03-02"


def test_the_same_message_id_is_delivered_once(world):
    world.deploy(WAITER)
    one, two = world.start("waiter", no="A-1"), world.start("waiter", no="A-1")

    first = publish(world, "goods", "A-1", {}, message_id="m-1")
    second = publish(world, "goods", "A-1", {}, message_id="m-1")

    assert first == second
    assert [row.instance_key for row in world.tasks()] == [one]
    assert world.instance(two).state == "ACTIVE"


def test_a_message_whose_time_is_over_reaches_nobody(world):
    world.deploy(WAITER)

    _, state, _ = publish(world, "goods", "A-1", {}, time_to_live=timedelta())
    key = world.start("waiter", no="A-1")

    assert state == "EXPIRED"
    assert "goods" not in world.variables(key)


def test_expired_messages_are_swept(world):
    world.deploy(WAITER)
    key, state, _ = publish(world, "goods", "A-1", {}, time_to_live=timedelta(hours=1))
    with world.transaction() as session:
        row = session.get(Message, key)
        world_now = row.published_at
    world.set_clock(world_now + timedelta(hours=2))

    with world.transaction() as session:
        assert messages.expire(session) == 1

    with world.transaction() as session:
        assert session.get(Message, key).state == "EXPIRED"
    assert state == "BUFFERED"


def test_finished_instances_never_receive(world):
    world.deploy(WAITER)
    key = world.start("waiter", no="A-1")
    with world.transaction() as session:
        instances.cancel(session, ADMIN, key, "over")

    _, state, receiver = publish(world, "goods", "A-1", {})

    assert (state, receiver) == ("BUFFERED", None)


def test_correlation_without_a_receiver_is_a_conflict_and_keeps_nothing(world):
    world.deploy(WAITER)

    with pytest.raises(messages.NoReceiverError), world.transaction() as session:
        messages.correlate(session, ADMIN, "goods", "A-1", {})

    with world.transaction() as session:
        assert session.scalars(select(Message)).all() == []


def test_a_start_message_begins_the_newest_version_in_its_project(world):
    chen = world.project(manager="chen")
    world.deploy(STARTED)
    world.deploy(STARTED.replace('name="UT_sell"', 'name="Sell"'))

    _, state, key = publish(world, "order", "R-1", {"sum": 5}, scope_key=chen)

    row = world.instance(key)
    assert state == "DELIVERED"
    assert (row.business_id, row.scope_key) == ("R-1", chen)
    assert world.variables(key)["order"] == {"sum": 5}
    assert [task.name for task in world.tasks()] == ["Sell"]
    assert len(world.holds("chen", "UT_sell")) == 1


def test_an_instance_started_by_another_is_its_child_in_the_same_project(world):
    chen = world.project(manager="chen")
    world.deploy(STARTED, package="child")
    parent = diagram(
        "parent",
        line(
            start(),
            throw("TE", message("order", payload="{sum: 1}"), correlation='"R-9"'),
            task("UT_wait", duty="clerk"),
            end(),
        ),
        extra=builders.messages("order"),
    )
    world.deploy(parent, package="parent")

    key = world.start("parent", scope=chen)

    (child,) = world.instances(processDefinitionId="started")
    assert (child.parent_key, child.root_key, child.scope_key) == (key, key, chen)
    with world.transaction() as session:
        chain = instances.hierarchy(session, ADMIN, child.key)
    assert [row.process_id for row in chain] == ["parent", "started"]


def test_a_waiting_instance_comes_before_a_start(world):
    both = diagram(
        "both",
        line(
            start("SE", message("order", variable="first"), correlation="no"),
            catch("CE", message("order", variable="second"), correlation="first.no"),
            end(),
        ),
        extra=builders.messages("order"),
    )
    world.deploy(both)
    _, _, one = publish(world, "order", "R-1", {"no": "R-1"})

    _, _, two = publish(world, "order", "R-1", {"no": "R-1"})

    assert one == two
    assert world.instance(one).state == "COMPLETED"


def test_publish_only_messages_go_to_the_journal_alone(world):
    loud = diagram(
        "loud",
        line(
            start(),
            throw(
                "TE",
                message("goods", payload="{n: 1}"),
                correlation="no",
                publish="true",
            ),
            end(),
        ),
        extra=builders.messages("goods"),
    )
    world.deploy(WAITER, package="w")
    world.deploy(loud, package="l")
    waiting = world.start("waiter", no="A-1")

    key = world.start("loud", no="A-1")

    assert "goods" not in world.variables(waiting)
    with world.transaction() as session:
        assert session.scalars(select(Message)).all() == []
    said = [details for event, _, details in world.events(key) if "Publ" in event]
    assert said == [{"name": "goods", "key": "A-1", "payload": {"n": 1}}]


def test_an_interrupting_message_withdraws_the_task_it_interrupts(world):
    cut = diagram(
        "cut",
        line(start(), task("UT_work", duty="pool"), end()),
        boundary("BE", "UT_work", message("stop"), correlation="no")[1],
        flow("BE", "EE_cut"),
        end("EE_cut")[1],
        extra=builders.messages("stop"),
    )
    world.deploy(cut)
    key = world.start("cut", no="A-1")

    publish(world, "stop", "A-1", {})

    (row,) = world.tasks()
    assert (row.state, row.cancellation_reason) == ("CANCELED", "BE")
    assert world.holds("jin") == []
    assert world.instance(key).outcome == "EE_cut"


def test_subscriptions_go_when_they_are_over(world):
    world.deploy(WAITER)
    key = world.start("waiter", no="A-1")
    with world.transaction() as session:
        before = session.scalars(select(MessageSubscription.instance_key)).all()

    publish(world, "goods", "A-1", {})

    with world.transaction() as session:
        after = session.scalars(select(MessageSubscription.instance_key)).all()
    assert (before, after) == ([key], [])


def ping_pong(name, other):
    return diagram(
        name,
        line(
            start("SE", message(name, variable="ball")),
            throw("TE", message(other, payload="ball")),
            end(),
        ),
        extra=builders.messages(name, other),
    )


def test_messages_without_end_stop_after_fifty_hops_with_an_incident(world):
    world.deploy(ping_pong("ping", "pong"), package="a")
    world.deploy(ping_pong("pong", "ping"), package="b")

    publish(world, "ping", "", {"n": 1})

    rows = world.instances()
    assert 50 <= len(rows) <= 52
    assert sum(row.incidents for row in rows) == 1


def test_messages_are_searched_by_what_became_of_them(world):
    world.deploy(WAITER)
    publish(world, "goods", "A-1", {})

    with world.transaction() as session:
        query = Query(filter={"state": "BUFFERED", "messageName": "goods"})
        (row,) = messages.search(session, ADMIN, query).items

    assert row.correlation_key == "A-1"


def test_messages_without_a_person_keep_who_sent_them(world):
    world.deploy(WAITER)
    world.start("waiter", no="A-1")

    with world.transaction() as session:
        row = messages.publish(session, person("chen"), "goods", "A-1", {})

    assert row.published_by == "chen"
