"""Jobs that failed for good, errors from outside, messages that missed each other."""

import pytest
from sqlalchemy import insert, select

from engine import incidents, instances, jobs, messages, steps
from engine.actors import SYSTEM
from engine.clock import system_now
from engine.errors import Text
from engine.lifecycles import JobState, MessageState
from engine.operations import RemoteResult
from engine.runtime import NotWaitingError
from engine.schema import Job, Message
from engine.search import Query
from tests import builders
from tests.builders import (
    ADMIN,
    boundary,
    catch,
    diagram,
    end,
    flow,
    line,
    message,
    person,
    service,
    signal,
    start,
    task,
)

REMOTE = diagram(
    "remote",
    line(start(), service("ST", "erp.count", "count", n="2 * n"), end()),
    boundary("BE", "ST", '<bpmn:errorEventDefinition errorRef="E"/>')[1],
    flow("BE", "UT_by_hand"),
    line(task("UT_by_hand", duty="clerk"), end("EE_hand")),
    extra='<bpmn:error id="E" errorCode="no-erp"/>',
)
WAITER = diagram(
    "waiter",
    line(start(), catch("CE", message("goods"), correlation="no"), end()),
    extra=builders.messages("goods"),
)


@pytest.fixture
def remote(world):
    """An instance whose job has used up its attempts."""

    def never(_, __):
        raise AssertionError("jobs are not worked here")

    world.database.info["operations"].register("erp.count", never, remote=True)
    world.deploy(REMOTE)
    key = world.start("remote", n=4)
    with world.transaction() as session:
        job = session.scalars(select(Job)).one()
        job.max_attempts = 1
        assert jobs.fail(session, job, ValueError("no answer"))
        incidents.open_incident(
            session,
            instance_key=key,
            ref=job.ref,
            element_id="ST",
            code="job-failed",
            text=Text("ERP does not answer", "ERP无响应"),
            job_key=job.key,
        )
    return key


def resolve(world, **variables):
    with world.transaction() as session:
        (row,) = incidents.search(
            session, ADMIN, Query(filter={"state": "ACTIVE"})
        ).items
        incidents.resolve(session, ADMIN, row.key, variables=variables)


def job_states(world):
    with world.transaction() as session:
        return session.scalars(select(Job.state).order_by(Job.key)).all()


def test_resolving_puts_the_job_back(world, remote):
    assert world.instance(remote).incidents == 1

    resolve(world)

    assert job_states(world) == [JobState.CREATED]
    assert world.instance(remote).incidents == 0


def test_corrected_data_make_a_new_job(world, remote):
    resolve(world, n=21)

    assert job_states(world) == [JobState.CANCELED, JobState.CREATED]
    with world.transaction() as session:
        payload = session.scalars(select(Job.payload).order_by(Job.key)).all()[-1]
    assert payload["parameters"] == {"n": 42}
    assert world.instance(remote).incidents == 0


def test_a_result_closes_the_incident_of_its_job(world, remote):
    with world.transaction() as session:
        ref = session.scalars(select(Job.ref)).one()
        steps.finish_call(session, SYSTEM, remote, ref, RemoteResult(value=3))

    row = world.instance(remote)
    assert (row.state, row.incidents) == ("COMPLETED", 0)


def test_an_error_from_outside_takes_the_way_of_the_diagram(world, remote):
    with world.transaction() as session:
        ref = session.scalars(select(Job.ref)).one()
        steps.throw_error(session, SYSTEM, remote, ref, "no-erp", "gone")

    assert len(world.holds("zhao", "UT_by_hand")) == 1


def test_a_result_that_nobody_waits_for_is_refused(world, remote):
    with pytest.raises(NotWaitingError), world.transaction() as session:
        steps.finish_call(session, SYSTEM, remote, "nothing", RemoteResult())


def test_waiting_says_what_failed(world, remote):
    with world.transaction() as session:
        kinds = {w.kind: w.normal for w in instances.waiting(session, ADMIN, remote)}

    assert kinds == {"incident": False}


def test_a_message_that_missed_its_receiver_is_brought_by_the_sweep(world):
    world.deploy(WAITER)
    key = world.start("waiter", no="A-1")
    with world.transaction() as session:  # as two transactions at the same moment do
        session.execute(
            insert(Message).values(
                name="goods",
                correlation_key="A-1",
                message_id="m",
                payload={},
                state=MessageState.BUFFERED,
                published_at=system_now(),
                published_by="x",
            )
        )

    with world.transaction() as session:
        assert messages.deliver_waiting(session) == 1
    with world.transaction() as session:
        assert messages.deliver_waiting(session) == 0

    assert world.instance(key).state == "COMPLETED"


def test_subscriptions_say_who_waits_for_what(world):
    world.deploy(WAITER)
    key = world.start("waiter", no="A-1")

    with world.transaction() as session:
        query = Query(filter={"messageName": "goods", "kind": "message"})
        (row,) = messages.subscriptions(session, person("wang"), query).items

    assert (row.instance_key, row.correlation_key) == (key, "A-1")


def test_an_operation_may_broadcast_to_its_own_instance(world):
    listening = diagram(
        "listening",
        line(start(), service("ST", "shout"), task("UT_a", duty="clerk"), end()),
        boundary("BE", "UT_a", signal("now"))[1],
        flow("BE", "EE_cut"),
        end("EE_cut")[1],
        extra=builders.signals("now"),
    )
    waiting = diagram(
        "waiting",
        line(
            start(),
            task("UT_w", duty="clerk"),
            service("ST", "shout"),
            end(),
        ),
        boundary("BE", "UT_w", signal("now"))[1],
        flow("BE", "EE_cut"),
        end("EE_cut")[1],
        extra=builders.signals("now"),
    )

    def shout(context, _):
        messages.broadcast(context.session, context.actor, "now", {})

    world.database.info["operations"].register("shout", shout)
    world.deploy(waiting, package="w")
    world.deploy(listening, package="l")
    other = world.start("waiting")

    key = world.start("listening")

    assert world.instance(other).outcome == "EE_cut"
    assert world.instance(key).state == "ACTIVE"  # it did not listen yet


def test_signals_begin_processes(world):
    begun = diagram(
        "begun",
        line(start("SE", signal("now")), task("UT_a", duty="clerk"), end()),
        extra=builders.signals("now"),
    )
    world.deploy(begun)

    with world.transaction() as session:
        assert messages.broadcast(session, ADMIN, "now", {}) == 1

    assert len(world.holds("zhao", "UT_a")) == 1


def test_elements_are_searched_by_state(world):
    world.deploy(WAITER)
    key = world.start("waiter", no="A-1")

    with world.transaction() as session:
        query = Query(filter={"processInstanceKey": str(key), "state": "ACTIVE"})
        (row,) = instances.element_instances(session, ADMIN, query).items
        flows = instances.sequence_flows(session, ADMIN, key)

    assert (row.element_id, row.element_type) == ("CE", "intermediateCatchEvent")
    assert flows == ["F_SE__CE"]


def test_customers_see_the_instances_of_their_projects_only(world):
    world.deploy(WAITER)
    mine = world.start("waiter", scope=world.project(contact="hp"), no="A-1")
    other = world.start("waiter", no="A-2")

    with world.transaction() as session:
        found = instances.search(session, person("hp"), Query()).items
        assert [row.key for row in found] == [mine]
        assert instances.get(session, person("hp"), mine).key == mine
        with pytest.raises(instances.InstanceNotFoundError):
            instances.get(session, person("hp"), other)
        with pytest.raises(instances.InstanceNotFoundError):
            instances.variables(session, person("hp"), other)
