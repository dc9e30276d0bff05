"""A dry run over however many live instances: page by page, and nothing changes."""

import pytest
from sqlalchemy import func, select

from engine import definitions, migration, user_tasks
from engine.schema import ProcessModel
from engine.search import BadQueryError
from tests.builders import ADMIN, diagram, end, line, person, start, task
from tests.consistency import breaking

TEXT = {"type": "string"}


def case(*names):
    tasks = (task(name, duty="clerk", form="asked") for name in names)
    return diagram("case", line(start(), *tasks, end()))


@pytest.fixture
def begun(world):
    """Five cases with drafts, and a new version whose form has another field."""
    world.deploy(case("UT_a"), forms={"asked": {"a": TEXT}})
    keys = [begin(world) for _ in range(5)]
    world.deploy(case("UT_a", "UT_b"), forms={"asked": {"b": TEXT}})
    return keys


def begin(world):
    key = world.start("case")
    (found,) = [t for t in world.tasks(state="CREATED") if t.instance_key == key]
    with world.transaction() as session:
        user_tasks.save_draft(session, person("zhao"), found.key, {"a": "half"})
    return key


def tried(world, **wanted):
    with world.database.reading() as session:
        target = definitions.latest(session, "case").key
    wanted["processDefinitionId"] = "case"
    return migration.dry_run(world.database, ADMIN, wanted, target, {})


@pytest.mark.usefixtures("begun")
def test_more_instances_cost_no_more_statements(world, statements):
    tried(world)
    statements.clear()
    few = len(tried(world)), len(statements)
    for _ in range(3):
        begin(world)
    world.database.info["caches"].hot.clear()
    statements.clear()
    many = len(tried(world)), len(statements)

    assert (few[0], many[0]) == (5, 8)
    assert few[1] == many[1]


def test_all_pages_are_tried_and_nothing_is_written(
    world, begun, statements, monkeypatch
):
    monkeypatch.setattr("engine.migration.trying._AT_ONCE", 2)
    with world.database.reading() as session:
        models = session.scalar(select(func.count()).select_from(ProcessModel))

    found = tried(world)

    assert sorted(trial.instance_key for trial in found) == sorted(begun)
    assert {(t.verdict, t.remarks[0].code) for t in found} == {
        ("safe", "draft-fields-dropped")
    }
    writes = [text for text in statements if not text.startswith("SELECT")]
    assert writes == []
    with world.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ProcessModel)) == models


def test_those_that_run_on_the_version_are_current(world, begun):
    world.start("case")

    verdicts = [trial.verdict for trial in tried(world)]

    assert sorted(verdicts) == ["current", *["safe"] * len(begun)]


def test_a_broken_state_is_unsafe_and_the_others_are_tried(world, begun):
    state = breaking.blob_of(world.database, begun[1])
    breaking.overwrite(world.database, begun[1], state[:-9])

    found = {trial.instance_key: trial for trial in tried(world)}

    assert found[begun[1]].verdict == "unsafe"
    assert [remark.code for remark in found[begun[1]].remarks] == ["state-unreadable"]
    assert [found[key].verdict for key in (begun[0], *begun[2:])] == ["safe"] * 4


@pytest.mark.usefixtures("begun")
def test_a_filter_that_is_none_is_refused(world):
    with pytest.raises(BadQueryError):
        tried(world, colour="red")
