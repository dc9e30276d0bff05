"""Mail by SMTP, against a small server of our own."""

import socketserver
import threading
from email import message_from_bytes
from email.policy import default

import pytest
from typing_extensions import override

from engine.connectors import (
    ConnectorUnavailableError,
    Mail,
    MailRefusedError,
    RecordingMail,
    SmtpMail,
)
from engine.settings import SmtpSettings

LETTER = Mail(key=42, to="hp@example.com", subject="催收确认书", body="请交回。\n")


class _Server(socketserver.ThreadingTCPServer):
    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.letters = []
        self.answer = "250 ok"


class _Conversation(socketserver.StreamRequestHandler):
    server: _Server

    @override
    def handle(self):
        self._say("220 test")
        while line := self.rfile.readline():
            verb = line.decode().strip().upper()[:4]
            if verb == "DATA":
                self._say("354 go on")
                self.server.letters.append(self._letter())
                self._say("250 taken")
            elif verb == "RCPT":
                self._say(self.server.answer)
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _letter(self):
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        return message_from_bytes(b"".join(lines), policy=default)

    def _say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def server():
    with _Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def _smtp(server):
    host, port = server.server_address
    return SmtpMail(SmtpSettings(url=f"smtp://{host}:{port}", sender="fuwu@kb.test"))


def test_chinese_letter_arrives_under_the_key(server):
    proof = _smtp(server).send(LETTER)

    (letter,) = server.letters
    assert proof == letter["Message-ID"] == "<42@kb.test>"
    assert letter["Subject"] == "催收确认书"
    assert letter["To"] == "hp@example.com"
    assert letter.get_content().split() == ["请交回。"]


def test_same_letter_again_carries_the_same_message_id(server):
    for _ in range(2):
        _smtp(server).send(LETTER)

    assert {letter["Message-ID"] for letter in server.letters} == {"<42@kb.test>"}


def test_address_that_does_not_exist_is_refused_for_good(server):
    server.answer = "550 no such user"

    with pytest.raises(MailRefusedError) as caught:
        _smtp(server).send(LETTER)

    assert "hp@example.com" in caught.value.text.zh


def test_full_mailbox_is_tried_again_later(server):
    server.answer = "452 mailbox full"

    with pytest.raises(ConnectorUnavailableError):
        _smtp(server).send(LETTER)


def test_server_that_is_not_there_is_tried_again_later():
    with pytest.raises(ConnectorUnavailableError):
        SmtpMail(SmtpSettings(url="smtp://127.0.0.1:1")).send(LETTER)


def test_line_break_in_a_subject_cannot_add_a_header(server):
    forged = Mail(key=1, to="a@b.test", subject="x\r\nBcc: c@d.test", body="x")

    _smtp(server).send(forged)

    (letter,) = server.letters
    assert letter["Bcc"] is None
    assert letter["Subject"] == "x Bcc: c@d.test"


def test_recording_counts_a_repeated_letter_once():
    port = RecordingMail(ConnectorUnavailableError("SMTP", "test"))
    with pytest.raises(ConnectorUnavailableError):
        port.send(LETTER)

    port.send(LETTER)
    port.send(LETTER)

    assert (port.tries, list(port.sent.values())) == (3, [LETTER])
