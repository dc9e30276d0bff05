"""Service tasks: local operations, remote ones, and what happens when they fail."""

import pytest
from sqlalchemy import select

from engine import incidents, instances, messages, scopes, steps, user_tasks
from engine.actors import SYSTEM
from engine.lifecycles import JobState
from engine.operations import BpmnError, RemoteResult
from engine.schema import Incident, Job, Scope
from engine.search import Query
from tests import builders
from tests.builders import (
    ADMIN,
    boundary,
    diagram,
    end,
    flow,
    line,
    message,
    person,
    service,
    start,
    task,
)

CALLING = diagram(
    "calling",
    line(
        start(),
        task("UT_before", duty="clerk"),
        service("ST", "stock.count", "count", article="article", factor="2 * n"),
        task("UT_after", duty="manager"),
        end(),
    ),
)


@pytest.fixture
def operations(database):
    return database.info["operations"]


def open_incidents(world):
    with world.transaction() as session:
        query = Query(filter={"state": "ACTIVE"})
        return incidents.search(session, ADMIN, query).items


def resolve(world, key, **variables):
    with world.transaction() as session:
        incidents.resolve(session, ADMIN, key, variables=variables)


def test_a_local_operation_runs_within_the_completion(world, operations):
    seen = []

    def count(context, given):
        seen.append((context.element_id, context.instance.process_id, dict(given)))
        return given["factor"] + 1

    operations.register("stock.count", count)
    world.deploy(CALLING)
    key = world.start("calling", article="Aspirin", n=3)

    world.complete("zhao", "UT_before")

    assert seen == [("ST", "calling", {"article": "Aspirin", "factor": 6})]
    assert world.variables(key)["count"] == 7


def test_an_operation_may_say_who_the_next_task_is_for(world, operations):
    scope = world.project(manager="lin")

    def appoint(context, _):
        scopes.set_members(context.session, scope, "project.manager", ["chen"])

    operations.register("stock.count", appoint)
    world.deploy(CALLING)
    world.start("calling", scope=scope, article="", n=1)

    world.complete("zhao", "UT_before")

    assert len(world.holds("chen", "UT_after")) == 1
    assert world.holds("lin") == []


def failing_once(error, fails):
    def operation(context, given):
        context.session.add(
            Scope(kind="project", business_id=f"made-{len(fails)}", title="")
        )
        context.session.flush()
        if fails:
            fails.pop()
            raise error
        return given["article"]

    return operation


@pytest.mark.parametrize(
    "error", [KeyError("article"), scopes.ScopeNotFoundError("KB-1")]
)
def test_a_failing_operation_becomes_an_incident_and_undoes_its_rows(
    world, operations, error
):
    operations.register("stock.count", failing_once(error, [1]))
    world.deploy(CALLING)
    key = world.start("calling", article="Aspirin", n=1)

    world.complete("zhao", "UT_before")

    (row,) = open_incidents(world)
    assert (row.code, row.element_id, row.instance_key) == (
        "operation-failed",
        "ST",
        key,
    )
    assert world.instance(key).incidents == 1
    with world.transaction() as session:
        assert session.scalars(select(Scope)).all() == []


def test_resolving_calls_the_operation_again(world, operations):
    operations.register("stock.count", failing_once(KeyError("article"), [1]))
    world.deploy(CALLING)
    key = world.start("calling", article="Aspirin", n=1)
    world.complete("zhao", "UT_before")
    (row,) = open_incidents(world)

    resolve(world, row.key)

    assert open_incidents(world) == []
    assert world.instance(key).incidents == 0
    assert world.variables(key)["count"] == "Aspirin"
    with world.transaction() as session:
        assert session.get(Incident, row.key).resolved_by == "admin"


def test_corrected_variables_reach_the_parameters(world, operations):
    def count(_, given):
        return given["article"].upper()  # None has no upper

    operations.register("stock.count", count)
    world.deploy(CALLING)
    key = world.start("calling", article=None, n=1)
    world.complete("zhao", "UT_before")
    (row,) = open_incidents(world)

    resolve(world, row.key, article="aspirin")

    assert world.variables(key)["count"] == "ASPIRIN"
    events = {event: details for event, _, details in world.events(key)}
    assert events["IncidentResolved"]["corrected"] == ["article"]


def test_failing_again_opens_a_new_incident(world, operations):
    operations.register("stock.count", failing_once(KeyError("article"), [1, 2]))
    world.deploy(CALLING)
    key = world.start("calling", article="Aspirin", n=1)
    world.complete("zhao", "UT_before")
    (first,) = open_incidents(world)

    resolve(world, first.key)

    (second,) = open_incidents(world)
    assert second.key != first.key
    assert world.instance(key).incidents == 1


def test_a_resolved_incident_cannot_be_resolved_again(world, operations):
    operations.register("stock.count", failing_once(KeyError("article"), [1]))
    world.deploy(CALLING)
    world.start("calling", article="Aspirin", n=1)
    world.complete("zhao", "UT_before")
    (row,) = open_incidents(world)
    resolve(world, row.key)

    with pytest.raises(incidents.ResolvedError):
        resolve(world, row.key)


def test_a_result_that_is_no_process_data_is_an_incident(world, operations):
    operations.register("stock.count", lambda _, __: object())
    world.deploy(CALLING)
    world.start("calling", article="Aspirin", n=1)

    world.complete("zhao", "UT_before")

    (row,) = open_incidents(world)
    assert row.code == "operation-failed"


CATCHING = diagram(
    "catching",
    line(start(), service("ST", "stock.count"), end()),
    boundary("BE", "ST", '<bpmn:errorEventDefinition errorRef="E_none"/>')[1],
    flow("BE", "UT_order"),
    line(task("UT_order", duty="clerk"), end("EE_ordered")),
    extra='<bpmn:error id="E_none" errorCode="out-of-stock"/>',
)


def test_a_business_error_takes_the_way_of_the_diagram(world, operations):
    def sold_out(_, __):
        raise BpmnError("out-of-stock", "Nothing left", "无货")

    operations.register("stock.count", sold_out)
    world.deploy(CATCHING)

    world.start("catching")

    assert len(world.holds("zhao", "UT_order")) == 1
    assert open_incidents(world) == []


def test_an_operation_may_publish_to_the_instance_that_calls_it(world, operations):
    waiting = diagram(
        "waiting",
        line(
            start(),
            service("ST", "tell"),
            builders.catch("CE", message("told", variable="heard"), correlation='"k"'),
            task("UT_heard", duty="clerk"),
            end(),
        ),
        extra=builders.messages("told"),
    )

    def tell(context, _):
        messages.publish(context.session, context.actor, "told", "k", {"n": 4})

    operations.register("tell", tell)
    world.deploy(waiting)

    key = world.start("waiting")

    assert world.variables(key)["heard"] == {"n": 4}


def test_an_operation_may_cancel_the_other_instances_of_its_project(world, operations):
    scope = world.project(manager="chen")

    def cancel(context, given):
        return instances.cancel_all(
            context.session,
            context.actor,
            scope_key=context.scope_key,
            reason=given["article"],
            spare=context.instance.key,
        )

    operations.register("stock.count", cancel)
    world.deploy(CALLING)
    others = [world.start("calling", scope=scope, article="x", n=1) for _ in range(3)]
    key = world.start("calling", scope=scope, article="contract terminated", n=1)

    (mine,) = [row.key for row in world.tasks(processInstanceKey=str(key))]
    with world.transaction() as session:
        user_tasks.complete(session, person("zhao"), mine, {})

    assert {world.instance(other).state for other in others} == {"TERMINATED"}
    assert {world.instance(other).end_reason for other in others} == {
        "contract terminated"
    }
    assert world.variables(key)["count"] == 3
    assert len(world.holds("zhao")) == 0


def remote(_, __):
    raise AssertionError("never called inside a transaction")


def test_a_remote_operation_becomes_a_job(world, operations):
    operations.register("stock.count", remote, remote=True)
    world.deploy(CALLING)
    key = world.start("calling", article="Aspirin", n=2)

    world.complete("zhao", "UT_before")

    with world.transaction() as session:
        job = session.scalars(select(Job)).one()
    assert (job.operation, job.instance_key, job.state) == (
        "stock.count",
        key,
        JobState.CREATED,
    )
    assert job.payload["parameters"] == {"article": "Aspirin", "factor": 4}


def test_the_result_of_a_job_lets_the_case_go_on(world, operations):
    operations.register(
        "stock.count",
        remote,
        remote=True,
        apply=lambda context, result: {"n": result.value, "at": context.element_id},
    )
    world.deploy(CALLING)
    key = world.start("calling", scope=world.project(manager="lin"), article="", n=2)
    world.complete("zhao", "UT_before")

    with world.transaction() as session:
        job = session.scalars(select(Job)).one()
        steps.finish_call(session, SYSTEM, key, job.ref, RemoteResult(value=12))

    assert world.variables(key)["count"] == {"n": 12, "at": "ST"}
    assert len(world.holds("lin", "UT_after")) == 1


def test_what_a_job_needs_is_read_when_it_is_made(world, operations):
    operations.register(
        "stock.count",
        remote,
        remote=True,
        prepare=lambda context, given: {**given, "by": context.actor.username},
    )
    world.deploy(CALLING)
    world.start("calling", article="Aspirin", n=2)

    world.complete("zhao", "UT_before")

    with world.transaction() as session:
        payload = session.scalars(select(Job.payload)).one()
    assert payload["parameters"]["by"] == "zhao"


def test_a_canceled_instance_takes_its_jobs_along(world, operations):
    operations.register("stock.count", remote, remote=True)
    world.deploy(CALLING)
    key = world.start("calling", article="Aspirin", n=2)
    world.complete("zhao", "UT_before")

    with world.transaction() as session:
        instances.cancel(session, ADMIN, key, "over")

    with world.transaction() as session:
        assert session.scalars(select(Job.state)).all() == [JobState.CANCELED]


def test_an_unregistered_operation_waits_for_somebodys_own_worker(world):
    world.deploy(CALLING)
    world.start("calling", article="", n=1)

    world.complete("zhao", "UT_before")

    with world.transaction() as session:
        assert session.scalars(select(Job.kind)).all() == ["external"]
