"""Telling people something: rows that prove it, and mail where it is set up."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session
from typing_extensions import override

from engine import cache, documents, duties, jobs, journal, robots, templates
from engine.actors import Actor
from engine.notifications import texts
from engine.schema import Document, Notification, Scope, UserAccount
from engine.settings import Settings

INBOX = "inbox"
SPOKEN = frozenset({"phone", "visit"})
MAILED = frozenset({INBOX, "email"})
MAIL = "notice.mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What a notice belongs to and which deployment's wording it uses."""

    scope_key: int | None = None
    instance_key: int | None = None
    element_id: str = ""
    deployment_key: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A template and what is filled into it.

    Besides ``values``, templates see ``recipient`` (name, username), ``project``
    (number, title; none outside a project), ``documents`` (name, title, kind,
    version) and ``names``, which leads from user names and duties to what people
    call them.
    """

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Somebody who is told; without an account he is only named."""

    username: str
    name: str
    email: str | None = None
    language: str = "zh"


def notify(
    session: Session,
    actor: Actor,
    recipients: Iterable[str | Recipient],
    wording: Wording,
    cause: Cause,
    *,
    attached: Iterable[Document] = (),
    awaited: Iterable[str] = (),
    channel: str = INBOX,
) -> tuple[Notification, ...]:
    """Tell each recipient once, and let him read what is attached.

    The row is the proof of sending, written with the state that caused it: both
    exist or neither does. In the channels ``phone`` and ``visit`` somebody has to
    speak; there the proof is missing until he says that he did (`told`). Where mail
    is set up it follows by a job that carries the row's key. ``awaited`` are kinds of
    documents that are not there yet: they follow when they are (`arrived`).

    Raises:
        TemplateMissingError: There is no such notice.
        TemplateFailedError: It cannot be filled in.
    """
    papers, kinds = tuple(attached), list(awaited)
    source = texts.find(session, cause.deployment_key, wording.template)
    known = {**_shared(session, cause, papers, kinds), **wording.values}
    people = _people(session, recipients)
    rows = tuple(
        _row(session, wording.template, texts.compose(source, known | told), cause)
        for told in ({"recipient": _described(person)} for person in people)
    )
    for row, person in zip(rows, people, strict=True):
        row.recipient, row.channel = person.username, channel
        row.document_keys = [str(paper.key) for paper in papers]
        row.awaited = kinds
        _prove(session, row)
    session.add_all(rows)
    session.flush()
    for row, person in zip(rows, people, strict=True):
        _mail(session, row, person)
    robots.pass_on(session, rows, closed=bool(papers or kinds))
    _open(session, papers, rows)
    _record(session, actor, rows, wording, cause)
    return rows


def arrived(session: Session, paper: Document) -> None:
    """Give a document to everybody to whom its kind was sent before it existed."""
    waiting = select(Notification).where(
        Notification.scope_key == paper.scope_key,
        cast(Notification.awaited, String).contains(f'"{paper.kind}"'),
    )
    for notice in session.scalars(waiting):
        notice.awaited = [kind for kind in notice.awaited if kind != paper.kind]
        notice.document_keys = [*notice.document_keys, str(paper.key)]
        documents.grant(session, paper.key, {f"user:{notice.recipient}"})
    session.flush()


def _row(
    session: Session, template: str, notice: texts.Notice, cause: Cause
) -> Notification:
    return Notification(
        template=template,
        title=notice.title,
        title_en=notice.title_en,
        body=notice.body,
        body_en=notice.body_en,
        scope_key=cause.scope_key,
        instance_key=cause.instance_key,
        element_id=cause.element_id,
        created_at=cache.now(session),
    )


def _prove(session: Session, row: Notification) -> None:
    if row.channel not in SPOKEN:
        row.sent_at, row.proof = cache.now(session), "outbox"


def _mail(session: Session, row: Notification, person: Recipient) -> None:
    settings: Settings | None = session.info.get("settings")
    if settings is None or settings.smtp is None or person.email is None:
        return
    if row.channel not in MAILED:
        return
    english = person.language.startswith("en")
    jobs.enqueue(
        session,
        kind="notice",
        operation=MAIL,
        payload={
            "notification": str(row.key),
            "to": person.email,
            "subject": row.title_en if english else row.title,
            "body": row.body_en if english else row.body,
            **_cause(row),
        },
        scope_key=row.scope_key,
    )


def _cause(row: Notification) -> dict[str, str]:
    """Say from which instance a mail comes: there its failure is told."""
    return {} if row.instance_key is None else {"caused_by": str(row.instance_key)}


def _open(
    session: Session, papers: Iterable[Document], rows: Iterable[Notification]
) -> None:
    names = {f"user:{row.recipient}" for row in rows}
    for paper in papers:
        documents.grant(session, paper.key, names)


def _record(
    session: Session,
    actor: Actor,
    rows: Iterable[Notification],
    wording: Wording,
    cause: Cause,
) -> None:
    told = [(row.recipient, row.channel, row.document_keys) for row in rows]
    if not told:
        return
    journal.record(
        session,
        actor,
        "PeopleNotified",
        scope_key=cause.scope_key,
        instance=cause.instance_key,
        element_id=cause.element_id,
        details={
            "template": wording.template,
            "recipients": [recipient for recipient, _, _ in told],
            "channel": told[0][1],
            "documents": told[0][2],
        },
    )


def _shared(
    session: Session, cause: Cause, papers: Iterable[Document], kinds: Iterable[str]
) -> dict[str, Any]:
    scope = session.get(Scope, cause.scope_key) if cause.scope_key else None
    follow = [_announced(session, cause, kind) for kind in kinds]
    return {
        "project": scope and _project(scope),
        "documents": [_paper(paper) for paper in papers] + follow,
        "names": Names(session),
    }


def _project(scope: Scope) -> dict[str, str]:
    """Return number and title; lists show both at once, a sentence one by one."""
    number = scope.business_id
    return {"number": number, "title": scope.title.removeprefix(number).strip()}


def _paper(paper: Document) -> dict[str, Any]:
    return {
        "name": paper.name,
        "title": paper.properties.get("title") or paper.name,
        "kind": paper.kind,
        "version": paper.version,
    }


def _announced(session: Session, cause: Cause, kind: str) -> dict[str, Any]:
    """Describe a document that is not there yet by its template."""
    source = templates.document(session, cause.deployment_key, kind)
    title = source.header.get("title", kind) if source else kind
    return {"name": title, "title": title, "kind": kind, "version": 1}


class Names(Mapping[str, str]):
    """The names of people by their user names, of duties by their ids.

    Whoever is unknown is called as he is written.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    @override
    def __getitem__(self, name: str) -> str:
        account = self._session.get(UserAccount, name)
        if account is not None:
            return account.display_name
        duty = duties.in_force(self._session).duties.get(name)
        return duty.title if duty else name

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(())

    @override
    def __len__(self) -> int:
        return 0


def _people(session: Session, recipients: Iterable[str | Recipient]) -> list[Recipient]:
    wanted = tuple(dict.fromkeys(recipients))
    usernames = [name for name in wanted if isinstance(name, str)]
    rows = select(UserAccount).where(UserAccount.username.in_(usernames))
    accounts = {row.username: row for row in session.scalars(rows)}
    found: list[Recipient] = []
    for name in wanted:
        if isinstance(name, Recipient):
            found.append(name)
        elif account := accounts.get(name):
            found.append(_of_account(account))
    return found


def _of_account(account: UserAccount) -> Recipient:
    return Recipient(
        username=account.username,
        name=account.display_name,
        email=account.email,
        language=account.language,
    )


def _described(person: Recipient) -> dict[str, str]:
    return {"username": person.username, "name": person.name}
