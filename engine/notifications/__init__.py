"""Notices: what people were told, in which words and channel, and the proof."""

from engine.notifications.mailing import mailed, send_mail
from engine.notifications.operations import (
    NobodyToTellError,
    UnknownChannelError,
    UnknownDocumentError,
    register,
)
from engine.notifications.reading import (
    NothingToTellError,
    NotificationNotFoundError,
    ToldByRecipientError,
    of_scope,
    own,
    read,
    told,
)
from engine.notifications.sending import (
    INBOX,
    MAIL,
    SPOKEN,
    Cause,
    Recipient,
    Wording,
    arrived,
    notify,
)

__all__ = [
    "INBOX",
    "MAIL",
    "SPOKEN",
    "Cause",
    "NobodyToTellError",
    "NothingToTellError",
    "NotificationNotFoundError",
    "Recipient",
    "ToldByRecipientError",
    "UnknownChannelError",
    "UnknownDocumentError",
    "Wording",
    "arrived",
    "mailed",
    "notify",
    "of_scope",
    "own",
    "read",
    "register",
    "send_mail",
    "told",
]
