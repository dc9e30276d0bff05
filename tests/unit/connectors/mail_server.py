"""A real SMTP server in this process, with certificates and accounts of its own."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, Literal

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from typing_extensions import override

Protection = Literal["none", "starttls", "implicit"]
USER, PASSWORD = "fuwu", "smtp-password-geheim"


@dataclass
class Post:
    """What has arrived; ``answers`` are given to the next recipients, one each."""

    port: int = 0
    ca_file: str = ""
    letters: list[EmailMessage] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - the name that the server calls
        self, server: Any, session: Any, envelope: Any, address: str, _: Any
    ) -> str:
        """Take a recipient, or refuse him as one is told to."""
        del server, session
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the name that the server calls
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        """Keep a letter, and whether anybody could have read it on its way."""
        secured = session.ssl is not None or isinstance(
            server.transport.get_extra_info("ssl_object"), ssl.SSLObject
        )
        self.encrypted.append(secured)
        letter = message_from_bytes(envelope.original_content, policy=default)
        self.letters.append(letter)
        return "250 taken"

    def log_in(self, *asked: Any) -> AuthResult:
        """Let the one account in."""
        login = asked[-1]
        assert isinstance(login, LoginPassword)
        known = (login.login.decode(), login.password.decode()) == (USER, PASSWORD)
        if known:
            self.logins.append(USER)
        return AuthResult(success=known, handled=False)


class _AnyPort(Controller):
    """Listens where there is room; it greets itself, so it has to know where."""

    @override
    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def receiving(folder: Path, protection: Protection, **options: Any) -> Iterator[Post]:
    """Serve SMTP on a free port; accounts are asked for only under encryption."""
    authority, post = trustme.CA(), Post()
    certificate = authority.issue_cert("127.0.0.1", "localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    post.ca_file = str(folder / "authority.pem")
    authority.cert_pem.write_to_path(post.ca_file)
    if protection == "starttls":
        options |= {"tls_context": context, "require_starttls": True}
        options["auth_required"] = True
    if protection == "implicit":
        options |= {"ssl_context": context, "auth_require_tls": False}
    controller = _AnyPort(
        post,
        hostname="127.0.0.1",
        port=0,
        authenticator=post.log_in,
        **options,
    )
    controller.start()
    post.port = controller.port
    try:
        yield post
    finally:
        controller.stop()
