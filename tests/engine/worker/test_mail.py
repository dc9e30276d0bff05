"""Mail of a notice goes out by a job, and its proof comes back to the notice."""

import pytest
from sqlalchemy import select

from engine import jobs, notifications
from engine.connectors import (
    ConnectorUnavailableError,
    MailRefusedError,
    RecordingMail,
)
from engine.lifecycles import JobState
from engine.notifications import Cause, Wording
from engine.schema import Notification
from engine.settings import SmtpSettings
from tests.engine.rig import person


@pytest.fixture
def port(house):
    given = house.database.info["settings"]
    smtp = SmtpSettings(url="smtp://localhost:1")
    house.database.info["settings"] = given.model_copy(update={"smtp": smtp})
    house.database.info["mail"] = RecordingMail()
    return house.database.info["mail"]


def _tell(house):
    with house.database.transaction() as session:
        wording = Wording(template="notice", values={"text": "请查阅合同"})
        cause = Cause(scope_key=house.project)
        notifications.notify(session, person("lin"), ["chen"], wording, cause)
    return jobs.enqueued(session)


def _notice(house):
    with house.database.reading() as session:
        return session.scalar(select(Notification))


def test_mail_carries_the_notice_and_proves_it(house, port):
    house.work(_tell(house))

    notice = _notice(house)
    (mail,) = port.sent.values()
    assert (mail.key, mail.to) == (notice.key, "chen@example.com")
    assert "请查阅合同" in mail.body
    assert notice.proof.startswith(f"mail recorded {notice.key} at ")
    assert house.jobs()[0].state is JobState.COMPLETED


def test_mail_server_that_is_away_is_asked_again(house, port):
    house.database.info["mail"] = RecordingMail(
        ConnectorUnavailableError("SMTP", "421")
    )

    house.work(_tell(house))

    (job,) = house.jobs()
    assert (job.state, job.attempts) == (JobState.CREATED, 1)
    assert _notice(house).proof == "outbox"
    assert port.sent == {}


def test_refused_address_ends_the_job_and_the_notice_stays(house, port):
    house.database.info["mail"] = RecordingMail(MailRefusedError("x@y", "550"))

    house.work(_tell(house))

    (job,) = house.jobs()
    assert (job.state, house.incidents()) == (JobState.FAILED, [])
    assert _notice(house).sent_at is not None
    assert port.sent == {}
