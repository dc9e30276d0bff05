"""Tokens that cannot go on: said in words, and mended by hand."""

import pytest
from sqlalchemy import select, update

from engine import incidents, instances
from engine.authorization import PermissionMissingError
from engine.schema import DutyConfiguration, Incident
from engine.search import Query
from tests.builders import (
    ADMIN,
    DUTIES,
    diagram,
    end,
    flow,
    gateway,
    line,
    person,
    start,
    task,
)

CHOOSING = diagram(
    "choosing",
    line(start(), task("UT_ask", duty="clerk"), gateway("GW")),
    flow("GW", "UT_big", "amount > 100"),
    flow("GW", "UT_small", "amount <= 100"),
    task("UT_big", duty="pool")[1],
    task("UT_small", duty="clerk")[1],
    flow("UT_big", "EE"),
    flow("UT_small", "EE"),
    end()[1],
)


def active(world):
    with world.transaction() as session:
        return incidents.search(session, ADMIN, Query(filter={"state": "ACTIVE"})).items


@pytest.fixture
def stuck(world):
    """An instance without the amount that its gateway asks for."""
    world.deploy(CHOOSING)
    key = world.start("choosing")
    world.complete("zhao", "UT_ask")
    return key


def test_a_token_that_cannot_go_on_opens_an_incident_instead_of_failing(world, stuck):
    (row,) = active(world)

    assert (row.instance_key, row.element_id) == (stuck, "GW")
    assert row.message_zh
    assert row.message_en
    assert world.instance(stuck).incidents == 1
    assert world.instance(stuck).state == "ACTIVE"


def test_corrected_data_let_it_go_on(world, stuck):
    (row,) = active(world)

    with world.transaction() as session:
        incidents.resolve(session, ADMIN, row.key, variables={"amount": 500})

    assert len(world.holds("jin", "UT_big")) == 1
    assert world.instance(stuck).incidents == 0
    assert active(world) == []


def test_resolving_is_for_administrators(world, stuck):
    assert stuck
    (row,) = active(world)

    with pytest.raises(PermissionMissingError), world.transaction() as session:
        incidents.resolve(session, person("zhao"), row.key)


def test_customers_see_no_incidents(world, stuck):
    assert stuck
    with world.transaction() as session:
        assert incidents.search(session, person("hp"), Query()).items == []


def test_canceling_an_instance_closes_its_incidents(world, stuck):
    with world.transaction() as session:
        instances.cancel(session, ADMIN, stuck, "over")

    assert active(world) == []
    assert world.instance(stuck).incidents == 0


def test_a_task_for_nobody_at_all_is_an_incident_until_somebody_is_named(world):
    nobody = {**DUTIES, "duties": {"clerk": DUTIES["duties"]["clerk"]}}
    with world.transaction() as session:
        session.execute(update(DutyConfiguration).values(content=nobody))
    world.database.info["caches"].clear()
    lonely = diagram(
        "lonely", line(start(), task("UT_lonely", duty="clerk", mode="all"), end())
    )
    world.deploy(lonely)
    with world.transaction() as session:
        content = {**nobody, "duties": {"clerk": {**nobody["duties"]["clerk"]}}}
        content["duties"]["clerk"]["members"] = ["project.nobody"]
        session.execute(update(DutyConfiguration).values(content=content))
    world.database.info["caches"].clear()
    key = world.start("lonely")
    (row,) = active(world)
    assert (row.code, row.element_id) == ("nobody-responsible", "UT_lonely")

    with world.transaction() as session:
        session.execute(update(DutyConfiguration).values(content=DUTIES))
    world.database.info["caches"].clear()
    with world.transaction() as session:
        incidents.resolve(session, ADMIN, row.key)

    assert active(world) == []
    world.complete("zhao", "UT_lonely", ok=True)
    assert world.instance(key).state == "COMPLETED"
    assert world.variables(key)["lonely_list"][0]["completed_by"] == "zhao"


def test_an_unknown_incident_is_not_found(world):
    with pytest.raises(incidents.IncidentNotFoundError), world.transaction() as session:
        incidents.resolve(session, ADMIN, 7)


def test_incidents_keep_who_resolved_them(world, stuck):
    assert stuck
    (row,) = active(world)
    with world.transaction() as session:
        incidents.resolve(session, ADMIN, row.key, variables={"amount": 1})

    with world.transaction() as session:
        kept = session.scalars(select(Incident)).one()
    assert (kept.state, kept.resolved_by) == ("RESOLVED", "admin")
