"""Other systems, each behind a small port; no tables, no transactions in here.

Whatever is done outside carries the key of the job that does it, so that a call
repeated after a crash is recognised. Each port has a second implementation that
needs nobody else: mail stays in the outbox, and `engine.connectors.recording` keeps
what tests want to look at.
"""

from collections.abc import Mapping

from engine.connectors import file_drop
from engine.connectors.file_drop import FileDrop
from engine.connectors.jira import JiraConnector
from engine.connectors.mail import Mail, MailPort, MailRefusedError, SmtpMail
from engine.connectors.ports import (
    Connector,
    ConnectorPendingError,
    ConnectorUnavailableError,
)
from engine.connectors.recording import RecordingConnector, RecordingMail
from engine.connectors.web import ConnectorRefusedError, Web, WebConnector
from engine.settings import RemoteSettings, Settings

__all__ = [
    "Connector",
    "ConnectorPendingError",
    "ConnectorRefusedError",
    "ConnectorUnavailableError",
    "FileDrop",
    "JiraConnector",
    "Mail",
    "MailPort",
    "MailRefusedError",
    "RecordingConnector",
    "RecordingMail",
    "SmtpMail",
    "Web",
    "WebConnector",
    "connected",
]


def connected(settings: Settings) -> Mapping[str, Connector]:
    """Return the other systems that the operator has named, by what they are."""
    found: dict[str, Connector] = {}
    if settings.jira is not None:
        found["jira"] = JiraConnector(settings.jira)
    if settings.erp is not None:
        found["erp"] = _connector("康博ERP", settings.erp)
    if settings.pm is not None:
        found["pm"] = _connector("项目管理系统", settings.pm)
    return found


def _connector(system: str, settings: RemoteSettings) -> Connector:
    if settings.url.startswith(f"{file_drop.SCHEME}:"):
        return FileDrop(system, settings)
    return WebConnector(system, settings)
