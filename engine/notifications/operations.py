"""What service tasks call to tell people something."""

from collections.abc import Iterable, Mapping
from typing import Any

from engine import documents, duties
from engine.errors import InvalidInputError, NotFoundError
from engine.notifications.sending import (
    INBOX,
    SPOKEN,
    Cause,
    Recipient,
    Wording,
    notify,
)
from engine.operations import OperationContext, Operations
from engine.schema import Document, Notification

_CUSTOMER = "customer_contact"
_CHANNELS = frozenset({"phone", "wechat", "qq", "email", "portal", "visit", INBOX})


class NobodyToTellError(NotFoundError):
    """Nobody holds any of the duties that are to be told."""

    code = "nobody-to-tell"

    def __init__(self, named: Iterable[str]) -> None:
        who = ", ".join(named) or "—"
        super().__init__(
            f"Nobody can be told: no active person is meant by {who}; "
            "assign the duty, then try again",
            f"找不到通知对象:{who}目前没有在岗人员;请先指定人员再重试",
        )


class UnknownChannelError(InvalidInputError):
    """A notice is to go out in a way that does not exist."""

    code = "unknown-channel"

    def __init__(self, channel: str) -> None:
        known = ", ".join(sorted(_CHANNELS))
        super().__init__(
            f"“{channel}” is no channel; use one of {known}",
            f"没有“{channel}”这种告知方式;可用:{known}",
        )


def register(operations: Operations) -> None:
    """Offer ``notify``, ``notify_document`` and ``notify_customer`` to diagrams."""
    shared = ("case", "data", "documents", "channel")
    operations.register("notify", tell_duties, parameters=("to", "template", *shared))
    operations.register(
        "notify_document", send_documents, parameters=("to", "template", *shared)
    )
    operations.register(
        "notify_customer", tell_customer, parameters=("template", *shared)
    )


def tell_duties(
    context: OperationContext, parameters: Mapping[str, Any]
) -> dict[str, Any]:
    """Tell everybody who holds the duties (or is the user) in ``to``.

    Raises:
        NobodyToTellError: They lead to nobody.
    """
    rows = _notify(context, parameters, _recipients(context, parameters), "notice")
    return _result(rows)


def send_documents(
    context: OperationContext, parameters: Mapping[str, Any]
) -> dict[str, Any]:
    """Send the newest documents of the kinds in ``documents``; ``to`` may read them.

    Raises:
        DocumentMissingError: The case has no such document in force.
    """
    rows = _notify(context, parameters, _recipients(context, parameters), "document")
    return _result(rows)


def tell_customer(
    context: OperationContext, parameters: Mapping[str, Any]
) -> dict[str, Any]:
    """Tell the customer's contacts, in the request's channel.

    Where no contact has an account the notice is kept all the same: it says what
    somebody has to tell him.
    """
    contacts: list[str | Recipient] = [
        *duties.people(context.session, [_CUSTOMER], context.scope_key)
    ]
    if not contacts:
        contacts.append(Recipient(username=_CUSTOMER, name="客户"))
    return _result(_notify(context, parameters, contacts, "notice"))


def _notify(
    context: OperationContext,
    parameters: Mapping[str, Any],
    recipients: Iterable[str | Recipient],
    default_template: str,
) -> tuple[Notification, ...]:
    data = parameters.get("data") or {}
    values = {**data, "data": data, "case": parameters.get("case") or {}}
    return notify(
        context.session,
        context.actor,
        recipients,
        Wording(template=parameters.get("template") or default_template, values=values),
        Cause(
            scope_key=context.scope_key,
            instance_key=context.instance.key,
            element_id=context.element_id,
            deployment_key=context.deployment_key,
        ),
        attached=_papers(context, parameters.get("documents")),
        channel=_channel(parameters),
    )


def _recipients(
    context: OperationContext, parameters: Mapping[str, Any]
) -> tuple[str, ...]:
    named = _names(parameters.get("to"))
    found = duties.people(context.session, named, context.scope_key)
    if not found:
        raise NobodyToTellError(named)
    return found


def _names(given: Any) -> list[str]:
    if isinstance(given, str):
        given = given.split(",")
    return [str(name).strip() for name in given or () if str(name).strip()]


def _channel(parameters: Mapping[str, Any]) -> str:
    channel = parameters.get("channel") or INBOX
    if channel not in _CHANNELS:
        raise UnknownChannelError(str(channel))
    return str(channel)


def _papers(context: OperationContext, given: Any) -> list[Document]:
    named = [given] if isinstance(given, str | Mapping) else given or []
    return [_paper(context, name) for name in named]


def _paper(context: OperationContext, named: Any) -> Document:
    """Find what is meant: a kind, or a rendered document as the process holds it."""
    if isinstance(named, Mapping):
        found = context.session.get(Document, int(named["document"]))
        if found is None or found.scope_key != context.scope_key:
            raise documents.DocumentMissingError(str(named["document"]))
        return found
    return documents.current(
        context.session, str(named), context.scope_key, context.instance.key
    )


def _result(rows: tuple[Notification, ...]) -> dict[str, Any]:
    """Return what process data keeps: who was told, and what is still to be said."""
    first = rows[0] if rows else None
    return {
        "recipients": [row.recipient for row in rows],
        "notifications": [str(row.key) for row in rows],
        "text": first.body if first else "",
        "to_tell": bool(first and first.channel in SPOKEN),
    }
