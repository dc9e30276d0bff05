"""Other systems, each behind a small port; no tables, no transactions in here.

Whatever is done outside carries the key of the job that does it, so that a call
repeated after a crash is recognised. Each port has a second implementation that
needs nobody else: mail stays in the outbox, and `engine.connectors.recording` keeps
what tests want to look at.
"""

from engine.connectors.mail import Mail, MailPort, MailRefusedError, SmtpMail
from engine.connectors.ports import Connector, ConnectorUnavailableError
from engine.connectors.recording import RecordingConnector, RecordingMail

__all__ = [
    "Connector",
    "ConnectorUnavailableError",
    "Mail",
    "MailPort",
    "MailRefusedError",
    "RecordingConnector",
    "RecordingMail",
    "SmtpMail",
]
