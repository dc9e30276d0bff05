"""What forms may know of people, time, papers and the company."""

from datetime import UTC, datetime
from io import BytesIO

import pytest

from engine import documents, user_tasks
from engine.errors import InvalidInputError
from tests import builders
from tests.builders import diagram, end, line, person, start, task

NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ASKING = diagram(
    "asking", line(start(), task("UT_ask", duty="clerk", form="UT_ask"), end())
)


def asked(world, expression, **kind):
    """Return what a field proposes whose default is the expression."""
    field = {"type": "string", "x-default": expression, **kind}
    world.deploy(ASKING, forms={"UT_ask": {"answer": field}})
    world.start("asking", scope=world.project(manager="chen"))
    with world.transaction() as session:
        (key, *_) = world.holds("zhao")
        return user_tasks.view(session, person("zhao"), key).defaults.get("answer")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("facts.actor.user", "zhao"),
        ('string join(facts.actor.duties, ",")', "clerk"),
        ("string(facts.today)", "2026-03-02"),
        ("string(facts.now.hour)", "9"),
        ('facts.people[item.user = "hou"].name[1]', "Hou"),
        ("string(facts.on_behalf)", "false"),
        ("string(count(facts.signatures))", "0"),
        ("facts.catalogue.modules[1]", "GSP"),
    ],
)
def test_forms_know(world, expression, expected):
    world.set_clock(NINE)
    world.database.info["facts"] = lambda *_: {"catalogue": {"modules": ["GSP"]}}

    assert asked(world, expression) == expected


def test_papers_of_the_case_are_known_to_their_readers_only(world):
    scope = world.project(manager="chen")
    with world.transaction() as session:
        for kind, reader in (("open", "staff"), ("secret", "user:hou")):
            received = documents.receive(
                documents.store_of(session), BytesIO(b"x"), f"{kind}.txt", limit=9
            )
            place = documents.Place(kind=kind, scope_key=scope)
            documents.add_version(session, person("hou"), received, place, [reader])
    field = {"type": "string", "x-default": "facts.documents.open.fileName"}
    hidden = {"type": "string", "x-default": "facts.documents.secret.fileName"}
    world.deploy(ASKING, forms={"UT_ask": {"one": field, "two": hidden}})
    world.start("asking", scope=scope)

    (key,) = world.holds("zhao")
    with world.transaction() as session:
        defaults = user_tasks.view(session, person("zhao"), key).defaults

    assert (defaults.get("one"), defaults.get("two")) == ("open.txt", None)


def test_rules_judge_answers_by_the_case(world):
    rule = {
        "feel": "amount <= limit and facts.catalogue != null",
        "pointer": "/amount",
        "zh": "超出限额",
        "en": "Above the limit",
    }
    form = builders.form(amount={"type": "integer"}, rules=[rule])
    world.database.info["facts"] = lambda *_: {"catalogue": {}}
    world.deploy(ASKING, forms={"UT_ask": form})
    world.start("asking", limit=100)

    with pytest.raises(InvalidInputError, match="Above the limit"):
        world.complete("zhao", "UT_ask", amount=101)
    world.complete("zhao", "UT_ask", amount=100)
