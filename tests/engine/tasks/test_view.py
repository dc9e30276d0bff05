"""What a person sees of a task: form, values, draft, history; and what he does not."""

from io import BytesIO

import pytest
from sqlalchemy import select

from engine import documents, instances, user_tasks
from engine.authorization import NotCandidateError
from engine.schema import Document, Notification, UserTaskDraft
from tests.builders import ADMIN, diagram, end, flow, gateway, line, person, start, task

SECRET = diagram(
    "secret",
    line(
        start(),
        task("UT_register", duty="clerk", form="UT_register"),
        task("UT_upload", duty="pool", form="UT_upload"),
        end(),
    ),
)
FORMS = {
    "UT_register": {
        "contract_no": {"type": "string"},
        "amount": {"type": "integer", "x-readers": ["clerk", "service_director"]},
        "paper": {
            "type": ["object", "string"],
            "x-kind": "file",
            "x-document": "contract_full",
            "x-access": ["service_director"],
        },
    },
    "UT_upload": {
        "note": {"type": "string", "x-default": "register.contract_no"},
    },
}


@pytest.fixture
def secret(world):
    world.deploy(SECRET, forms=FORMS)
    return world.start("secret", scope=world.project(manager="chen", contact="hp"))


def look(world, username, key):
    with world.transaction() as session:
        return user_tasks.view(session, person(username), key)


def register(world):
    return world.complete("zhao", "UT_register", contract_no="HT-1", amount=168)


def test_fields_for_certain_readers_reach_nobody_else(world, secret):
    register(world)
    (key,) = world.holds("jin")

    jin, hou = look(world, "jin", key), look(world, "hou", key)

    assert jin.values["register"] == {"contract_no": "HT-1", "paper": None}
    assert hou.values["register"]["amount"] == 168
    with world.transaction() as session:
        assert "amount" not in instances.variables(session, ADMIN, secret)["register"]


@pytest.mark.usefixtures("secret")
def test_a_task_goes_back_only_where_something_was_done_before_it(world):
    (first,) = world.holds("zhao")
    assert "return" not in look(world, "zhao", first).actions
    register(world)
    (second,) = world.holds("jin")

    assert "return" in look(world, "jin", second).actions
    assert "return" not in look(world, "chen", second).actions


def test_the_journal_keeps_the_same_secrets(world, secret):
    key = register(world)

    def told(username):
        with world.transaction() as session:
            return [
                line.details["values"]
                for line in instances.history(session, person(username), secret)
                if line.entry.event == "TaskCompleted"
            ]

    assert told("jin") == [{"contract_no": "HT-1", "paper": None}]
    assert told("hou")[0]["amount"] == 168
    with world.transaction() as session:
        lines = user_tasks.history(session, person("wang"), key)
    assert [line.entry.event for line in lines] == ["TaskCreated", "TaskCompleted"]
    assert "amount" not in lines[1].details["values"]


def test_a_form_opens_with_its_defaults(world, secret):
    assert secret
    register(world)
    (key,) = world.holds("jin")

    seen = look(world, "jin", key)

    assert seen.defaults["note"] == "HT-1"
    assert seen.etag == "1"
    assert {"claim", "complete", "draft"} <= seen.actions


def test_people_of_the_project_may_look_but_do_nothing(world, secret):
    assert secret
    register(world)
    (key,) = world.holds("jin")

    assert look(world, "chen", key).actions == frozenset()


def test_others_of_the_staff_may_not_look_into_a_task(world, secret):
    assert secret
    (key,) = world.holds("zhao")

    with pytest.raises(NotCandidateError):
        look(world, "lin", key)


def test_drafts_are_ones_own_and_go_with_the_task(world, secret):
    assert secret
    (key,) = world.holds("zhao")
    with world.transaction() as session:
        user_tasks.save_draft(session, person("zhao"), key, {"amount": "half"})
        user_tasks.save_draft(session, person("zhao"), key, {"amount": "more"})

    assert look(world, "zhao", key).draft.values == {"amount": "more"}
    assert look(world, "hou", key).draft is None
    with pytest.raises(NotCandidateError), world.transaction() as session:
        user_tasks.save_draft(session, person("hou"), key, {})

    register(world)
    with world.transaction() as session:
        assert session.scalars(select(UserTaskDraft)).all() == []


def test_a_draft_can_be_discarded(world, secret):
    assert secret
    (key,) = world.holds("zhao")
    with world.transaction() as session:
        user_tasks.save_draft(session, person("zhao"), key, {"amount": 1})
        user_tasks.discard_draft(session, person("zhao"), key)
        assert user_tasks.draft(session, person("zhao"), key) is None


def test_an_uploaded_file_becomes_part_of_the_case_for_its_readers(world, secret):
    assert secret
    with world.transaction() as session:
        received = documents.receive(
            documents.store_of(session), BytesIO(b"contract"), "a.txt", limit=1000
        )
        uploaded = documents.add(session, person("zhao"), received)

    world.complete("zhao", "UT_register", contract_no="HT-1", paper=str(uploaded.key))

    with world.transaction() as session:
        row = session.get(Document, uploaded.key)
        assert (row.kind, row.version) == ("contract_full", 1)
        assert documents.may_read(session, person("hou"), row)
        assert not documents.may_read(session, person("jin"), row)


LOOP = diagram(
    "loop",
    line(
        start(),
        gateway("GW"),
        task("UT_review", duty="clerk"),
        gateway("GW_ok", default="EE"),
        end(),
    ),
    flow("GW_ok", "GW", "not(ok)"),
)


def test_from_the_third_round_on_the_service_director_hears_of_it(world):
    world.deploy(LOOP)
    world.start("loop", scope=world.project(manager="chen"))

    for _ in range(3):
        world.complete("zhao", "UT_review", ok=False)

    with world.transaction() as session:
        told = session.execute(
            select(Notification.recipient, Notification.template, Notification.title)
        ).all()
    assert [tuple(row[:2]) for row in told] == [("hou", "loop_round")] * 2
    assert "第3轮" in told[0].title
    assert "第4轮" in told[1].title
