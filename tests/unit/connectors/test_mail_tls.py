"""Mail over encrypted connections, against a real SMTP server."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from engine.connectors import (
    ConnectorUnavailableError,
    Mail,
    MailRefusedError,
    SmtpMail,
)
from engine.settings import SmtpSettings
from tests.unit.connectors.mail_server import PASSWORD, USER, Post, receiving

LETTER = Mail(key=42, to="hp@example.com", subject="催收确认书", body="请交回。\n")


def mail(post: Post, scheme: str = "smtp", **more: Any) -> SmtpMail:
    given = {
        "url": f"{scheme}://{USER}@127.0.0.1:{post.port}",
        "sender": "fuwu@kb.test",
        "password": SecretStr(PASSWORD),
        "ca_file": post.ca_file,
        **more,
    }
    return SmtpMail(SmtpSettings(**given))


@pytest.mark.parametrize(
    ("protection", "scheme"), [("starttls", "smtp"), ("implicit", "smtps")]
)
def test_letter_goes_encrypted_and_logged_in(
    tmp_path: Path, protection: Any, scheme: str
) -> None:
    with receiving(tmp_path, protection) as post:
        proof = mail(post, scheme).send(LETTER)

    (letter,) = post.letters
    assert (post.encrypted, post.logins) == ([True], [USER])
    assert proof == letter["Message-ID"] == "<42@kb.test>"
    assert letter["Subject"] == "催收确认书"


@pytest.mark.parametrize(
    ("protection", "scheme"), [("starttls", "smtp"), ("implicit", "smtps")]
)
def test_server_that_is_not_who_it_says_gets_nothing(
    tmp_path: Path, protection: Any, scheme: str
) -> None:
    with (
        receiving(tmp_path, protection) as post,
        pytest.raises(ConnectorUnavailableError, match="Cert"),
    ):
        mail(post, scheme, ca_file=None).send(LETTER)

    assert (post.letters, post.logins) == ([], [])


def test_password_is_not_given_without_encryption(tmp_path: Path) -> None:
    """Somebody in between could have taken the offer of STARTTLS away."""
    with (
        receiving(tmp_path, "none", auth_require_tls=False) as post,
        pytest.raises(ConnectorUnavailableError, match="no STARTTLS"),
    ):
        mail(post).send(LETTER)

    assert (post.letters, post.logins) == ([], [])


def test_operator_may_allow_a_plain_connection(tmp_path: Path) -> None:
    with receiving(tmp_path, "none", auth_require_tls=False) as post:
        mail(post, require_tls=False).send(LETTER)

    assert (post.encrypted, post.logins) == ([False], [USER])


def test_encryption_can_be_required_without_a_password(tmp_path: Path) -> None:
    with (
        receiving(tmp_path, "none") as post,
        pytest.raises(ConnectorUnavailableError, match="no STARTTLS"),
    ):
        mail(post, password=None, require_tls=True).send(LETTER)


def test_wrong_password_is_tried_again_later(tmp_path: Path) -> None:
    """The mail server's administrator may put it right; no letter is lost."""
    with (
        receiving(tmp_path, "starttls") as post,
        pytest.raises(ConnectorUnavailableError, match="535"),
    ):
        mail(post, password=SecretStr("wrong")).send(LETTER)


def test_recipient_is_refused_for_now_or_for_good(tmp_path: Path) -> None:
    with receiving(tmp_path, "starttls") as post:
        post.answers = ["452 mailbox full", "550 no such user"]
        with pytest.raises(ConnectorUnavailableError, match="452"):
            mail(post).send(LETTER)
        with pytest.raises(MailRefusedError):
            mail(post).send(LETTER)
        mail(post).send(LETTER)

    assert len(post.letters) == 1
