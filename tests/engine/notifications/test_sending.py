"""Telling people something, and the proof of it."""

import io

import pytest
from sqlalchemy import select

from engine import documents, notifications
from engine.documents import Place
from engine.notifications import Cause, NothingToTellError, Recipient, Wording
from engine.schema import Job, JournalEntry, Notification
from engine.templates import TemplateFailedError, TemplateMissingError
from tests.engine.rig import NINE, deploy, open_database, person, seed

CHASE = """\
请催收{{ paper }}
{{ recipient.name }}:{{ project.number }}的{{ paper }}仍未交回。
--- en
Please chase {{ paper_en }}
{{ recipient.name }}: {{ paper_en }} of {{ project.number }} is still missing.
"""
N1 = "马上将该服务请求转交到指定负责人\n"
VALUES = {"paper": "确认书", "paper_en": "the letter"}


def _notify(database, people, template, project, **values):
    with database.transaction() as session:
        return notifications.notify(
            session,
            person("lin"),
            people,
            Wording(template=template, values=values.pop("values", {})),
            Cause(scope_key=project, element_id="ST_test"),
            **values,
        )


@pytest.fixture
def _wording(database):
    deploy(
        database,
        {"mails/chase.txt.j2": CHASE, "mails/tell_designated.txt.j2": N1},
    )


@pytest.mark.usefixtures("_wording")
def test_everybody_is_told_once_in_both_languages(database, project):
    rows = _notify(database, ["chen", "hou", "chen"], "chase", project, values=VALUES)

    assert [row.recipient for row in rows] == ["chen", "hou"]
    first = rows[0]
    assert first.title == "请催收确认书"
    assert first.body == "Chen:KB-2026-001的确认书仍未交回。"
    assert first.title_en == "Please chase the letter"
    assert first.body_en == "Chen: the letter of KB-2026-001 is still missing."
    assert (first.created_at, first.sent_at, first.proof) == (NINE, NINE, "outbox")


@pytest.mark.usefixtures("_wording")
def test_fixed_sentence_stands_alone_in_both_languages(database, project):
    (row,) = _notify(database, ["hp"], "tell_designated", project)

    assert {row.title, row.body, row.title_en, row.body_en} == {N1.strip()}


@pytest.mark.usefixtures("_wording")
def test_missing_value_is_named_and_nobody_is_told(database, project):
    with pytest.raises(TemplateFailedError) as caught:
        _notify(database, ["chen"], "chase", project)

    assert "paper" in caught.value.text.zh
    with database.reading() as session:
        assert session.scalars(select(Notification)).all() == []


def test_unknown_template_is_named(database, project):
    with pytest.raises(TemplateMissingError) as caught:
        _notify(database, ["chen"], "no_such", project)

    assert "mails/no_such.txt.j2" in caught.value.text.zh


@pytest.mark.usefixtures("_wording")
def test_who_is_told_may_read_what_is_attached(database, project):
    store = database.info["documents"]
    received = documents.receive(store, io.BytesIO(b"x"), "意见书.pdf", 10)
    with database.transaction() as session:
        paper = documents.add_version(
            session,
            person("lin"),
            received,
            Place(kind="issue_opinion", scope_key=project),
            ["duty:sales_manager"],
        )

    _notify(database, ["wang"], "tell_designated", project, attached=[paper])

    with database.reading() as session:
        assert documents.find(session, person("wang"), paper.key).key == paper.key
        notice = session.scalar(select(Notification))
    assert notice.document_keys == [str(paper.key)]


@pytest.mark.usefixtures("_wording")
def test_journal_says_who_was_told(database, project):
    _notify(database, ["hp"], "tell_designated", project, channel="portal")

    with database.reading() as session:
        entry = session.scalar(select(JournalEntry))
    assert entry.event == "PeopleNotified"
    assert (entry.actor, entry.scope_key) == ("lin", project)
    assert entry.details["recipients"] == ["hp"]
    assert entry.details["channel"] == "portal"


@pytest.mark.usefixtures("_wording")
def test_spoken_sentence_lacks_its_proof_until_somebody_said_it(database, project):
    (row,) = _notify(database, ["hp"], "tell_designated", project, channel="phone")
    assert (row.sent_at, row.proof) == (None, None)

    with database.transaction() as session:
        notifications.told(session, person("lin"), row.key, NINE)

    with database.transaction() as session:
        stored = session.get(Notification, row.key)
        assert (stored.sent_at, stored.proof) == (NINE, "told by lin")
        with pytest.raises(NothingToTellError):
            notifications.told(session, person("lin"), row.key, NINE)


@pytest.mark.usefixtures("_wording")
def test_customer_cannot_confirm_that_he_was_told(database, project):
    (row,) = _notify(database, ["hp"], "tell_designated", project, channel="phone")

    with (
        database.transaction() as session,
        pytest.raises(notifications.ToldByRecipientError),
    ):
        notifications.told(session, person("hp"), row.key, NINE)


@pytest.mark.usefixtures("_wording")
def test_contact_without_account_is_told_by_name(database, project):
    contact = Recipient(username="customer_contact", name="王主任")

    (row,) = _notify(database, [contact], "chase", project, values=VALUES)

    assert row.recipient == "customer_contact"
    assert row.body.startswith("王主任:")


@pytest.mark.usefixtures("_wording")
def test_without_mail_server_no_mail_is_queued(database, project):
    _notify(database, ["hp"], "tell_designated", project)

    with database.reading() as session:
        assert session.scalars(select(Job)).all() == []


def test_mail_follows_in_the_readers_language_where_it_is_set_up(tmp_path):
    database = open_database(tmp_path, smtp={"url": "smtp://localhost:1"})
    project = seed(database)
    deploy(database, {"mails/chase.txt.j2": CHASE})

    (row,) = _notify(database, ["chen"], "chase", project, values=VALUES)
    _notify(database, ["hp"], "chase", project, values=VALUES, channel="wechat")

    with database.reading() as session:
        (job,) = session.scalars(select(Job)).all()
    assert (job.kind, job.operation) == ("notice", notifications.MAIL)
    assert job.payload == {
        "notification": str(row.key),
        "to": "chen@example.com",
        "subject": "请催收确认书",
        "body": "Chen:KB-2026-001的确认书仍未交回。",
    }
    database.close()


@pytest.mark.usefixtures("_wording")
def test_notice_is_its_recipients_and_staff_see_the_projects(database, project):
    _notify(database, ["hp"], "tell_designated", project)
    _notify(database, ["chen"], "chase", project, values=VALUES)

    with database.transaction() as session:
        (mine,) = notifications.own(session, person("hp"), unread=True)
        notifications.read(session, person("hp"), mine.key)
        session.flush()
        assert notifications.own(session, person("hp"), unread=True) == []
        with pytest.raises(notifications.NotificationNotFoundError):
            notifications.read(session, person("chen"), mine.key)
        for_staff = notifications.of_scope(session, person("wang"), project)
        for_customer = notifications.of_scope(session, person("hp"), project)

    assert [row.recipient for row in for_staff] == ["hp", "chen"]
    assert [row.recipient for row in for_customer] == ["hp"]
