"""Mail: one message to one reader, sent by SMTP under a fixed Message-ID.

Sending again after a crash repeats the Message-ID, by which mail systems and people
recognise the copy.
"""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from engine import clock
from engine.connectors.ports import ConnectorUnavailableError
from engine.errors import InvalidInputError
from engine.settings import SmtpSettings

_PERMANENT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A message; ``key`` makes its Message-ID."""

    key: int
    to: str
    subject: str
    body: str


class MailRefusedError(InvalidInputError):
    """The mail server will never take this message."""

    code = "mail-refused"

    def __init__(self, to: str, reason: str) -> None:
        super().__init__(
            f"The mail server refuses mail to {to} ({reason}); correct the address",
            f"邮件服务器拒收发往{to}的邮件({reason});请更正邮箱地址",
        )


class MailPort(Protocol):
    """Whoever delivers mail."""

    def send(self, mail: Mail) -> str:
        """Hand a message over and return the proof of it.

        Raises:
            ConnectorUnavailableError: Trying later may help.
            MailRefusedError: It will not.
        """


class SmtpMail:
    """Delivers to the server of ``smtp://[user@]host[:port]`` or ``smtps://…``.

    Without TLS from the start the connection is encrypted where the server can; a
    password goes over no other, unless the operator allows that.
    """

    def __init__(self, settings: SmtpSettings) -> None:
        self._server = urlsplit(settings.url)
        self._sender = settings.sender
        self._password = settings.password and settings.password.get_secret_value()
        self._needs_tls = settings.require_tls
        if self._needs_tls is None:
            self._needs_tls = self._password is not None
        self._ca_file = settings.ca_file
        self._timeout = settings.timeout_seconds

    def send(self, mail: Mail) -> str:
        """Hand a message over; the proof is its Message-ID."""
        message = self._message(mail)
        try:
            with self._connection() as connection:
                connection.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            raise self._refusal(mail, error) from error
        except smtplib.SMTPResponseException as error:
            raise ConnectorUnavailableError("SMTP", f"{error.smtp_code}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise ConnectorUnavailableError("SMTP", type(error).__name__) from error
        return str(message["Message-ID"])

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = mail.to
        message["Subject"] = " ".join(mail.subject.split())
        message["Date"] = format_datetime(clock.system_now())
        message["Message-ID"] = f"<{mail.key}@{self._sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.body)
        return message

    def _connection(self) -> smtplib.SMTP:
        tls = ssl.create_default_context(cafile=self._ca_file)
        connection = _connect(self._server, self._timeout, tls)
        try:
            if self._server.scheme != "smtps":
                self._encrypt(connection, tls)
            if self._server.username and self._password:
                connection.login(unquote(self._server.username), self._password)
        except BaseException:
            connection.close()
            raise
        return connection

    def _encrypt(self, connection: smtplib.SMTP, tls: ssl.SSLContext) -> None:
        if connection.has_extn("starttls"):
            connection.starttls(context=tls)
            connection.ehlo()
        elif self._needs_tls:
            # It may be somebody in between who hides that the server can.
            raise ConnectorUnavailableError("SMTP", "no STARTTLS")

    def _refusal(
        self, mail: Mail, error: smtplib.SMTPRecipientsRefused
    ) -> MailRefusedError | ConnectorUnavailableError:
        code, _ = next(iter(error.recipients.values()))
        if code >= _PERMANENT:
            return MailRefusedError(mail.to, str(code))
        return ConnectorUnavailableError("SMTP", str(code))


def _connect(server: SplitResult, timeout: float, tls: ssl.SSLContext) -> smtplib.SMTP:
    host = server.hostname or "localhost"
    if server.scheme == "smtps":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            host, server.port or smtplib.SMTP_SSL_PORT, timeout=timeout, context=tls
        )
    else:
        port = server.port or smtplib.SMTP_PORT
        connection = smtplib.SMTP(host, port, timeout=timeout)
    connection.ehlo()
    return connection
