"""Signing by completing a form: proof of identity, exact content, two people."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from sqlalchemy import select

from engine import documents, user_tasks
from engine.clock import system_now
from engine.errors import InvalidInputError
from engine.passwords import hashed
from engine.schema import Document, JournalEntry, Signature, UserAccount, UserTaskDraft
from engine.sign_in import SignInFailedError, SignIns
from tests import builders
from tests.builders import diagram, end, line, person, start, task

SIGNING = diagram(
    "signing",
    line(
        start(),
        task("UT_sign_a", duty="=signer_a", form="UT_sign"),
        task("UT_sign_b", duty="=signer_b", mode="any", form="UT_sign"),
        end(),
    ),
)
FORM = builders.form(
    required=["sign", "password"],
    sign={"type": "boolean"},
    password={"type": "string", "x-kind": "password"},
    rules=[
        {
            "feel": "not(list contains(for s in facts.signatures return s.user, "
            "facts.actor.user))",
            "pointer": "/sign",
            "zh": "两个签字人不能是同一人",
            "en": "The signatories must differ",
        }
    ],
)
FORM["schema"]["x-signs"] = {"document": "document_id", "when": "sign"}
PASSWORD = "correct horse battery"


@pytest.fixture
def document(world):
    world.database.info["sign_ins"] = SignIns()
    stored = hashed(PASSWORD)
    with world.transaction() as session:
        for name in ("zhao", "jin"):
            session.get(UserAccount, name).password_hash = stored
        received = documents.receive(
            documents.store_of(session), BytesIO(b"letter"), "letter.txt", limit=100
        )
        row = documents.add_version(
            session,
            person("zhao"),
            received,
            documents.Place(kind="letter", scope_key=None),
            ["staff"],
        )
        key = row.key
    world.deploy(SIGNING, forms={"UT_sign": FORM})
    world.start(
        "signing", document_id=str(key), signer_a="zhao", signer_b=["zhao", "jin"]
    )
    return key


def sign(world, username, *, password=PASSWORD, sign=True):
    (key,) = world.holds(username)
    with world.transaction() as session:
        user_tasks.complete(
            session, person(username), key, {"sign": sign, "password": password}
        )


def signatures(world):
    with world.transaction() as session:
        return session.scalars(select(Signature).order_by(Signature.key)).all()


def test_two_signatures_name_the_exact_content(world, document):
    sign(world, "zhao")
    sign(world, "jin")

    rows = signatures(world)
    assert [row.username for row in rows] == ["zhao", "jin"]
    assert {row.document_key for row in rows} == {document}
    assert len({row.sha256 for row in rows}) == 1
    assert all(row.signed_at <= system_now() for row in rows)


@pytest.mark.usefixtures("document")
def test_a_wrong_password_signs_nothing(world):
    with pytest.raises(SignInFailedError):
        sign(world, "zhao", password="guess")

    assert signatures(world) == []
    assert len(world.holds("zhao", "UT_sign_a")) == 1


@pytest.mark.usefixtures("document")
def test_refusing_is_no_signature(world):
    sign(world, "zhao", sign=False)

    assert signatures(world) == []


@pytest.mark.usefixtures("document")
def test_one_person_does_not_sign_twice(world):
    sign(world, "zhao")

    with pytest.raises(InvalidInputError, match="must differ"):
        sign(world, "zhao")


def test_a_replaced_document_cannot_be_signed(world, document):
    with world.transaction() as session:
        row = session.get(Document, document)
        row.void_at = datetime(2026, 1, 1, tzinfo=UTC)

    with pytest.raises(documents.DocumentChangedError):
        sign(world, "zhao")


def test_a_changed_content_cannot_be_signed(world, document, tmp_path):
    with world.transaction() as session:
        sha256 = session.get(Document, document).sha256
    (file,) = (tmp_path / "documents").rglob(sha256)
    file.chmod(0o600)
    file.write_bytes(b"forged")

    with pytest.raises(documents.DocumentChangedError):
        sign(world, "zhao")


@pytest.mark.usefixtures("document")
def test_passwords_are_kept_nowhere(world):
    (key,) = world.holds("zhao")
    with world.transaction() as session:
        user_tasks.save_draft(
            session, person("zhao"), key, {"sign": True, "password": PASSWORD}
        )
        drafts = session.scalars(select(UserTaskDraft.values)).all()
    sign(world, "zhao")

    with world.transaction() as session:
        said = session.scalars(select(JournalEntry.details)).all()
    assert drafts == [{"sign": True}]
    assert PASSWORD not in str(said)
    (row,) = world.tasks(elementId="UT_sign_a")
    assert PASSWORD not in str(world.variables(row.instance_key))


@pytest.mark.usefixtures("document")
def test_the_view_shows_who_signed_so_far(world):
    sign(world, "zhao")
    (key,) = world.holds("jin")

    with world.transaction() as session:
        seen = user_tasks.view(session, person("jin"), key)

    assert seen.form is not None
    assert seen.total == 1
