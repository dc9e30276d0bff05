"""Uploads, versions and what is no longer in force."""

import io

import pytest
from sqlalchemy import select

from engine import clock, documents
from engine.actors import SYSTEM
from engine.documents import (
    ContentTooLargeError,
    DocumentAttachedError,
    DocumentMissingError,
    DocumentNotFoundError,
    Place,
)
from engine.schema import Document, Signature
from tests.engine.rig import NINE, open_database, person, seed


def _upload(database, username, text="content", name="a.txt"):
    with database.transaction() as session:
        stream = io.BytesIO(text.encode())
        return documents.upload(session, person(username), stream, name)


def _render(database, place, text):
    store = database.info["documents"]
    received = documents.receive(store, io.BytesIO(text.encode()), "计划.pdf", 1000)
    with database.transaction() as session:
        return documents.add_version(session, SYSTEM, received, place, ["project"])


@pytest.mark.usefixtures("project")
def test_upload_tells_size_type_and_business_time(database):
    document = _upload(database, "zhao", "a,b\n", "C:\\表\\商品.csv")

    assert (document.name, document.media_type, document.size) == (
        "商品.csv",
        "text/csv",
        4,
    )
    assert (document.created_at, document.created_by) == (NINE, "zhao")


def test_limit_of_the_settings_holds(tmp_path):
    database = open_database(tmp_path, max_upload_bytes=3)
    seed(database)

    with pytest.raises(ContentTooLargeError):
        _upload(database, "zhao", "four")
    database.close()


@pytest.mark.usefixtures("project")
def test_content_is_opened_for_its_reader(database):
    key = _upload(database, "zhao", "合同").key

    with database.reading() as session:
        document, stream = documents.open_content(session, person("zhao"), key)
    with stream:
        assert (document.name, stream.read().decode()) == ("a.txt", "合同")


@pytest.mark.usefixtures("project")
def test_discarded_upload_is_gone_and_its_content_follows(database):
    key = _upload(database, "zhao", "mistake").key
    kept = _upload(database, "zhao", "kept")

    with database.transaction() as session:
        documents.discard(session, person("zhao"), key)

    assert documents.tidy(database, older_than_seconds=-1) == 1
    with database.reading() as session:
        assert list(session.scalars(select(Document.key))) == [kept.key]
    with database.info["documents"].open(kept.sha256) as stream:
        assert stream.read() == b"kept"


@pytest.mark.usefixtures("project")
def test_nobody_discards_what_another_uploaded(database):
    key = _upload(database, "zhao").key

    with database.transaction() as session, pytest.raises(DocumentNotFoundError):
        documents.discard(session, person("wang"), key)


def test_attached_document_stays(database, project):
    key = _upload(database, "zhao").key
    with database.transaction() as session:
        place = Place(kind="note", scope_key=project)
        documents.attach(session, person("zhao"), key, place)

    with database.transaction() as session, pytest.raises(DocumentAttachedError):
        documents.discard(session, person("zhao"), key)


def test_new_version_makes_the_earlier_one_void_with_its_signatures(database, project):
    place = Place(kind="implementation_plan", scope_key=project)
    first = _render(database, place, "v1")
    with database.transaction() as session:
        session.add(
            Signature(
                document_key=first.key,
                username="wang",
                sha256=first.sha256,
                meaning="approved",
                signed_at=clock.system_now(),
            )
        )

    second = _render(database, place, "v2")

    with database.reading() as session:
        former = session.get(Document, first.key)
        signature = session.scalar(select(Signature))
        newest = documents.latest(session, place)
    assert (first.version, second.version) == (1, 2)
    assert former.void_at == NINE
    assert signature.void_at == NINE
    assert newest.key == second.key


def test_quotes_of_two_requests_do_not_replace_each_other(database, project):
    places = [
        Place(kind="quote", scope_key=project, instance_key=key, per_instance=True)
        for key in (1, 2)
    ]

    documents_ = [_render(database, place, "quote") for place in places]

    assert [document.version for document in documents_] == [1, 1]
    assert [document.void_at for document in documents_] == [None, None]


def test_kind_that_is_missing_is_named(database, project):
    with database.reading() as session, pytest.raises(DocumentMissingError) as caught:
        documents.latest(session, Place(kind="issue_opinion", scope_key=project))

    assert "issue_opinion" in caught.value.text.zh
