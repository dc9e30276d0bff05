"""Looking through the journal: everybody's for administrators, else one's own."""

import pytest

from engine import disclosure
from engine.authorization import PermissionMissingError
from engine.search import Query, Sort
from tests.builders import ADMIN, diagram, end, line, person, rule, start, task
from tests.unit.dmn.drawing import decision, file, literal

ONE = diagram("one", line(start(), task("UT_a", duty="clerk", form="UT_a"), end()))
FORMS = {"UT_a": {"amount": {"type": "integer", "x-readers": ["clerk"]}}}


@pytest.fixture
def scope(world):
    scope = world.project(manager="chen", contact="hp")
    world.deploy(ONE, forms=FORMS)
    world.start("one", scope=scope)
    world.complete("zhao", "UT_a", amount=168)
    return scope


def search(world, actor, **given):
    with world.transaction() as session:
        return disclosure.search(session, actor, Query(**given)).items


def completed(world, actor):
    return [
        found.details["values"]
        for found in search(world, actor, filter={"operationType": "TaskCompleted"})
    ]


@pytest.mark.usefixtures("scope")
def test_administrators_look_through_all_but_read_no_guarded_field(world):
    assert completed(world, ADMIN) == [{}]
    newest = search(world, ADMIN, sort=(Sort("auditLogKey", descending=True),))
    assert newest[0].entry.event == "InstanceCompleted"


@pytest.mark.usefixtures("scope")
def test_others_look_through_their_own_and_their_projects(world):
    assert completed(world, person("zhao")) == [{"amount": 168}]
    assert completed(world, person("chen")) == [{}]
    assert completed(world, person("lin")) == []


@pytest.mark.usefixtures("scope")
def test_customers_have_no_journal(world):
    with pytest.raises(PermissionMissingError):
        search(world, person("hp"))


def test_a_decision_tells_its_inputs_to_the_readers_of_the_fields_alone(world):
    drawn = decision("fee", literal("a.amount * 2"))
    deciding = diagram(
        "deciding",
        line(
            start(),
            task("UT_a", duty="clerk", form="UT_a"),
            rule("BR", "fee"),
            task("UT_b", duty="clerk"),
            end(),
        ),
    )
    scope = world.project(manager="chen", contact="hp")
    world.deploy(deciding, forms=FORMS, **{"fee.dmn": file(drawn).decode()})
    world.start("deciding", scope=scope)
    world.complete("zhao", "UT_a", amount=168)

    def inputs(actor):
        found = search(world, actor, filter={"operationType": "DecisionTaken"})
        return [each.details["inputs"] for each in found]

    assert inputs(person("zhao")) == [{"a": {"amount": 168}}]
    assert inputs(person("chen")) == [{"a": {}}]
    assert inputs(ADMIN) == [{"a": {}}]
