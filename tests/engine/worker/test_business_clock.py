"""Setting the business clock visits what is due, in order."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import literal, select

from engine import cache, messages
from engine.actors import SYSTEM
from engine.authorization import PermissionMissingError
from engine.lifecycles import InstanceState, MessageState
from engine.operations import RemoteResult
from engine.schema import BusinessClock, Message, Notification, UserTask
from engine.worker import (
    ClockBackwardError,
    ClockLockedError,
    Source,
    reset_clock,
    set_clock,
)
from tests.engine.rig import NINE, person
from tests.engine.worker.conftest import ADMIN, sequence, service_task, timer

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _test_clock(database):
    given = database.info["settings"]
    database.info["settings"] = given.model_copy(update={"test_clock": True})


def _now(house):
    with house.database.reading() as session:
        return cache.now(session)


def test_clock_stands_where_it_was_set(house):
    set_clock(house.database, NINE + 3 * HOUR, ADMIN)

    assert _now(house) == NINE + 3 * HOUR


def test_each_element_is_reached_at_its_own_time(house):
    steps_ = [timer(f"CE_{n}", "PT2H") for n in (1, 2, 3)]
    house.deploy(sequence(*steps_))
    key, _ = house.begin()

    set_clock(house.database, NINE + DAY)

    assert house.instance(key).state is InstanceState.COMPLETED
    assert house.elements(key) == [
        ("SE", NINE),
        ("CE_1", NINE),
        ("CE_2", NINE + 2 * HOUR),
        ("CE_3", NINE + 4 * HOUR),
        ("EE", NINE + 6 * HOUR),
    ]
    assert _now(house) == NINE + DAY


def test_instances_take_turns_in_the_order_of_their_due_times(house):
    seen = []
    house.database.info["operations"].register(
        "test.see", lambda context, given: seen.append((given["who"], context.now))
    )
    for name, every in (("two", "PT2H"), ("three", "PT3H")):
        tasks = [
            part
            for n in (1, 2)
            for part in (
                timer(f"CE_{n}", every),
                service_task("test.see", f"ST_{n}", who=f"&quot;{name}&quot;"),
            )
        ]
        house.deploy(sequence(*tasks), name)
        house.begin(name)

    set_clock(house.database, NINE + DAY)

    assert seen == [
        ("two", NINE + 2 * HOUR),
        ("three", NINE + 3 * HOUR),
        ("two", NINE + 4 * HOUR),
        ("three", NINE + 6 * HOUR),
    ]


def test_remote_work_of_a_moment_is_done_before_the_next(house):
    house.database.info["operations"].register(
        "test.remote", lambda *_: RemoteResult(value=1), remote=True
    )
    tasks = timer("CE_1", "PT1H"), service_task("test.remote"), timer("CE_2", "PT1H")
    house.deploy(sequence(*tasks))
    key, _ = house.begin()

    set_clock(house.database, NINE + DAY)

    assert house.elements(key)[-1] == ("EE", NINE + 2 * HOUR)


def test_clock_goes_back_only_while_there_is_no_instance(house):
    set_clock(house.database, NINE - DAY)
    house.deploy(sequence(timer("CE_1", "PT1H")))
    house.begin()

    with pytest.raises(ClockBackwardError):
        set_clock(house.database, NINE - 2 * DAY)

    assert _now(house) == NINE - DAY


def test_clock_of_a_server_in_earnest_cannot_be_set(house):
    given = house.database.info["settings"]
    house.database.info["settings"] = given.model_copy(update={"test_clock": False})

    with pytest.raises(ClockLockedError):
        set_clock(house.database, NINE + DAY)
    with pytest.raises(ClockLockedError):
        reset_clock(house.database)


def test_only_administrators_set_the_clock(house):
    with pytest.raises(PermissionMissingError):
        set_clock(house.database, NINE + DAY, person("hou"))


def test_reset_lets_time_run_again_and_catches_up(house):
    house.deploy(sequence(timer("CE_1", "PT1H")))
    key, _ = house.begin()

    with time_machine.travel(NINE + 2 * DAY, tick=False):
        reset_clock(house.database)
        assert _now(house) == NINE + 2 * DAY

    assert house.instance(key).ended_at == NINE + HOUR
    with house.database.reading() as session:
        assert session.scalar(select(BusinessClock.frozen_at)) is None


def test_reset_does_not_go_back_over_what_has_happened(house):
    house.deploy(sequence(timer("CE_1", "P3D")))
    house.begin()

    with (
        time_machine.travel(NINE - DAY, tick=False),
        pytest.raises(ClockBackwardError),
    ):
        reset_clock(house.database)


def test_message_that_nobody_wants_expires_on_the_way(house):
    with house.database.transaction() as session:
        messages.publish(session, SYSTEM, "lost", "1", {}, time_to_live=HOUR)

    set_clock(house.database, NINE + DAY)

    with house.database.reading() as session:
        assert session.scalar(select(Message.state)) is MessageState.EXPIRED


def test_process_with_a_timer_start_begins_on_time_and_again(house):
    body = (
        '<bpmn:startEvent id="SE"><bpmn:timerEventDefinition id="T">'
        '<bpmn:timeCycle xsi:type="bpmn:tFormalExpression">R2/P1D</bpmn:timeCycle>'
        "</bpmn:timerEventDefinition>"
        '</bpmn:startEvent><bpmn:endEvent id="EE"/>'
        '<bpmn:sequenceFlow id="F" sourceRef="SE" targetRef="EE"/>'
    )
    house.deploy(body, "daily")

    set_clock(house.database, NINE + 5 * DAY)

    started = [each.started_at for each in house.instances()]
    assert started == [NINE + DAY, NINE + 2 * DAY]


def test_people_are_reminded_before_and_when_a_task_is_due_and_late(house):
    task = (
        '<bpmn:userTask id="UT_report" name="报告"><bpmn:extensionElements>'
        '<spiffworkflow:properties><spiffworkflow:property name="duty" '
        'value="service_director"/><spiffworkflow:property name="due" value="P1WD"/>'
        "</spiffworkflow:properties></bpmn:extensionElements></bpmn:userTask>"
    )
    house.deploy(sequence(task))
    house.begin()

    set_clock(house.database, NINE + 5 * DAY)
    set_clock(house.database, NINE + 9 * DAY)

    with house.database.reading() as session:
        told = session.scalars(select(Notification).order_by(Notification.key)).all()
    told = [each for each in told if each.template != "daily_digest"]
    # P1WD on Monday morning is over on Tuesday at 17:30 in Dalian.
    due = NINE + DAY + timedelta(hours=8, minutes=30)
    assert [(each.created_at - due, each.template) for each in told] == [
        (-timedelta(hours=4), "task_soon"),
        (timedelta(), "task_due"),
        (DAY, "task_overdue"),
    ]
    assert {each.recipient for each in told} == {"hou"}
    assert all("2026年3月3日 17:30" in each.body for each in told)


def test_due_time_that_is_put_off_is_worth_another_reminder(house):
    task = (
        '<bpmn:userTask id="UT_report" name="报告"><bpmn:extensionElements>'
        '<spiffworkflow:properties><spiffworkflow:property name="duty" '
        'value="service_director"/><spiffworkflow:property name="due" value="P1D"/>'
        "</spiffworkflow:properties></bpmn:extensionElements></bpmn:userTask>"
    )
    house.deploy(sequence(task))
    house.begin()
    set_clock(house.database, NINE + 2 * DAY)
    with house.database.transaction() as session:
        session.scalar(select(UserTask)).due_at = NINE + 5 * DAY

    set_clock(house.database, NINE + 9 * DAY)

    with house.database.reading() as session:
        due = select(Notification.created_at).where(Notification.template == "task_due")
        told = session.scalars(due).all()
    # Nine o'clock on Saturday is told on Monday at half past eight.
    assert told == [NINE + DAY, NINE + 7 * DAY - timedelta(minutes=30)]


def test_parts_above_add_what_falls_due(house):
    seen: list[object] = []

    def earliest(_database):
        return select(BusinessClock.frozen_at).where(literal(not seen))

    def run(database):
        with database.reading() as session:
            seen.append(cache.now(session))
        return 1

    house.database.info["agenda"] = [Source("seen", earliest, run)]

    set_clock(house.database, NINE + DAY)

    assert seen == [NINE]
