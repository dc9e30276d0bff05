"""What service tasks call to tell people something."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from engine import candidates, documents, duties
from engine.errors import InvalidInputError, NotFoundError
from engine.lifecycles import UserTaskState
from engine.notifications.sending import (
    INBOX,
    Cause,
    Recipient,
    Wording,
    notify,
)
from engine.operations import OperationContext, Operations
from engine.schema import Document, Notification, UserTask

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


class UnknownDocumentError(NotFoundError):
    """Process data names a document that this case does not have."""

    code = "unknown-document"

    def __init__(self, key: str) -> None:
        super().__init__(
            f"This case has no document {key}; correct the process data",
            f"本项目没有编号为{key}的文件;请更正流程数据",
        )


def register(operations: Operations) -> None:
    """Offer ``notify``, ``notify_document`` and ``notify_customer`` to diagrams."""
    operations.register(
        "notify",
        tell_duties,
        parameters=("case", "to", "template", "data", "documents", "candidate_of"),
    )
    operations.register(
        "notify_document",
        send_documents,
        parameters=("case", "to", "template", "data", "documents"),
    )
    operations.register(
        "notify_customer",
        tell_customer,
        parameters=("case", "template", "data", "documents", "channel"),
    )


def tell_duties(
    context: OperationContext, parameters: Mapping[str, Any]
) -> dict[str, Any]:
    """Tell everybody who holds the duties (or is the user) in ``to``.

    With ``candidate_of`` they may also work on the overdue open tasks of that element
    in this instance.

    Raises:
        NobodyToTellError: They lead to nobody.
    """
    recipients = _recipients(context, parameters)
    rows = _notify(context, parameters, recipients, "notice")
    if element_id := parameters.get("candidate_of"):
        for task in _overdue(context, str(element_id)):
            candidates.add(context.session, context.actor, task, recipients)
    return {"notified": [row.recipient for row in rows]}


def send_documents(
    context: OperationContext, parameters: Mapping[str, Any]
) -> dict[str, Any]:
    """Send the newest documents of the kinds in ``documents``; ``to`` may read them.

    A kind that has no document yet follows when it has one.
    """
    rows = _notify(context, parameters, _recipients(context, parameters), "document")
    return {"notified": [row.recipient for row in rows]}


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
    rows = _notify(context, parameters, contacts, "notice", _channel(parameters))
    return {
        "notice_id": str(rows[0].key),
        "text": rows[0].body,
        "channel": rows[0].channel,
        "sent_at": rows[0].sent_at,
    }


def _notify(
    context: OperationContext,
    parameters: Mapping[str, Any],
    recipients: Iterable[str | Recipient],
    default_template: str,
    channel: str = INBOX,
) -> tuple[Notification, ...]:
    data = parameters.get("data") or {}
    values = {**data, "data": data, "case": parameters.get("case") or {}}
    papers, awaited = _papers(context, parameters.get("documents"))
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
        attached=papers,
        awaited=awaited,
        channel=channel,
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
    request = (parameters.get("case") or {}).get("request") or {}
    channel = parameters.get("channel") or request.get("channel") or "portal"
    if channel not in _CHANNELS:
        raise UnknownChannelError(str(channel))
    return str(channel)


def _papers(context: OperationContext, given: Any) -> tuple[list[Document], list[str]]:
    """Return the documents that are meant, and the kinds that are not there yet."""
    named = [given] if isinstance(given, str | Mapping) else given or []
    papers, awaited = [], []
    for name in named:
        try:
            papers.append(_paper(context, name))
        except documents.DocumentMissingError:
            awaited.append(str(name))
    return papers, awaited


def _paper(context: OperationContext, named: Any) -> Document:
    """Find what is meant: a kind, or a rendered document as the process holds it."""
    if isinstance(named, Mapping):
        found = context.session.get(Document, int(named["document_id"]))
        if found is None or found.scope_key != context.scope_key:
            raise UnknownDocumentError(str(named["document_id"]))
        return found
    return documents.current(
        context.session, str(named), context.scope_key, context.instance.key
    )


def _overdue(context: OperationContext, element_id: str) -> Sequence[UserTask]:
    return context.session.scalars(
        select(UserTask).where(
            UserTask.instance_key == context.instance.key,
            UserTask.element_id == element_id,
            UserTask.state == UserTaskState.CREATED,
            UserTask.due_at <= context.now,
        )
    ).all()
