"""Mail of a notice: what its job sends, and the proof that comes back."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from engine import clock
from engine.connectors import Mail, MailPort
from engine.schema import Notification


def send_mail(port: MailPort, payload: Mapping[str, Any]) -> str:
    """Send the mail of a notice under the notice's key; return the proof.

    Raises:
        ConnectorUnavailableError: Trying later may help.
        MailRefusedError: It will not.
    """
    return port.send(
        Mail(
            key=int(payload["notification"]),
            to=payload["to"],
            subject=payload["subject"],
            body=payload["body"],
        )
    )


def mailed(session: Session, payload: Mapping[str, Any], proof: str) -> None:
    """Write the proof of sending to the notice."""
    notice = session.get(Notification, int(payload["notification"]))
    if notice is not None:
        notice.proof = f"mail {proof} at {clock.system_now():%Y-%m-%dT%H:%M:%SZ}"
        session.flush()
