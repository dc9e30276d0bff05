"""Who reads which document."""

import io

import pytest

from engine import documents, scopes
from engine.documents import (
    BadPrincipalError,
    DocumentClosedError,
    DocumentNotFoundError,
    Place,
)
from engine.schema import Document
from tests.engine.rig import person


def _upload(database, username, text="content", name="a.txt"):
    with database.transaction() as session:
        stream = io.BytesIO(text.encode())
        return documents.upload(session, person(username), stream, name).key


def _attach(database, username, key, kind, project, access=(), **values):
    with database.transaction() as session:
        place = Place(kind=kind, scope_key=project)
        documents.attach(session, person(username), key, place, access, **values)


def _reads(database, username, key, **values):
    with database.reading() as session:
        actor = person(username, **values)
        found = documents.find(session, actor, key)
        return found.key == key


def _readers(database, key, usernames):
    with database.reading() as session:
        document = session.get(Document, key)
        return {
            u for u in usernames if documents.may_read(session, person(u), document)
        }


EVERYBODY = ("zhao", "sun", "hou", "wang", "chen", "lin", "hp", "ht")


@pytest.mark.usefixtures("project")
def test_upload_is_its_owners_alone(database):
    key = _upload(database, "zhao")

    assert _readers(database, key, EVERYBODY) == {"zhao"}
    with pytest.raises(DocumentNotFoundError):
        _reads(database, "hou", key)


@pytest.mark.usefixtures("project")
def test_administrator_does_not_read_what_others_uploaded(database):
    key = _upload(database, "zhao")

    with pytest.raises(DocumentNotFoundError):
        _reads(database, "lin", key, administrator=True)


def test_full_contract_is_for_three_duties_only_r1_1_2(database, project):
    key = _upload(database, "zhao")

    _attach(database, "zhao", key, "contract_full", project, access=["project"])

    assert _readers(database, key, EVERYBODY) == {"zhao", "sun", "hou"}


def test_full_contract_moves_with_the_sales_manager_r1_1_2(database, project):
    key = _upload(database, "zhao")
    _attach(database, "zhao", key, "contract_full", project)

    with database.transaction() as session:
        scopes.set_members(session, project, "project.sales_manager", ["lin"])

    assert _readers(database, key, EVERYBODY) == {"lin", "sun", "hou"}


def test_redacted_contract_waits_for_the_manager_r1_1_3(database, project):
    key = _upload(database, "zhao")
    access = ["duty:implementation_manager"]
    _attach(database, "zhao", key, "contract_redacted", project, access)
    before = _readers(database, key, EVERYBODY)

    with database.transaction() as session:
        scopes.set_members(session, project, "project.manager", ["chen"])

    assert before == {"zhao"}
    assert _readers(database, key, EVERYBODY) == {"zhao", "chen"}


def test_staff_learn_that_a_document_is_closed_and_customers_nothing(database, project):
    key = _upload(database, "zhao")
    _attach(database, "zhao", key, "contract_full", project)

    with pytest.raises(DocumentClosedError):
        _reads(database, "wang", key)
    with pytest.raises(DocumentNotFoundError):
        _reads(database, "hp", key)


def test_project_means_everybody_with_a_role_in_it(database, project):
    key = _upload(database, "zhao")

    _attach(database, "zhao", key, "survey_form", project, access=["project"])

    assert _readers(database, key, EVERYBODY) == {"zhao", "hp"}


def test_staff_means_the_company_without_customers(database, project):
    key = _upload(database, "zhao")

    _attach(database, "zhao", key, "note", project, access=["staff"])

    assert _readers(database, key, EVERYBODY) == set(EVERYBODY) - {"hp", "ht"}


def test_nobody_attaches_what_another_uploaded(database, project):
    key = _upload(database, "zhao")

    with pytest.raises(DocumentNotFoundError):
        _attach(database, "wang", key, "note", project, access=["staff"])


def test_attaching_again_shows_a_document_to_nobody_else(database, project):
    key = _upload(database, "zhao")
    _attach(database, "zhao", key, "contract_full", project)

    _attach(database, "zhao", key, "note", project, access=["staff"])

    assert _readers(database, key, EVERYBODY) == {"zhao", "sun", "hou"}


@pytest.mark.parametrize("name", ["everybody", "user:", "group:x", ""])
def test_reader_that_means_nobody_is_refused(database, project, name):
    key = _upload(database, "zhao")

    with pytest.raises(BadPrincipalError):
        _attach(database, "zhao", key, "note", project, access=[name])


def test_list_of_a_project_holds_what_the_reader_may_read(database, project):
    full = _upload(database, "zhao", "full")
    _attach(database, "zhao", full, "contract_full", project)
    note = _upload(database, "zhao", "note")
    _attach(database, "zhao", note, "note", project, access=["staff"])
    _upload(database, "zhao", "draft")

    seen = {}
    for username in ("hou", "wang", "hp"):
        with database.reading() as session:
            found = documents.readable(session, person(username), project)
            seen[username] = [document.key for document in found]

    assert seen == {"hou": [full, note], "wang": [note], "hp": []}
