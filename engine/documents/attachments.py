"""Documents in a case: attached to a step, versioned, replaced, void."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from engine import cache, duties
from engine.actors import Actor
from engine.documents.reading import (
    DocumentNotFoundError,
    may_read,
    principals,
    readers,
)
from engine.documents.uploads import Received
from engine.errors import MalformedRequestError, NotFoundError
from engine.schema import Document, DocumentAccess, Scope, Signature

_PREFIXES = ("user:", "duty:")
_GROUPS = frozenset({"staff", "project"})


class BadPrincipalError(MalformedRequestError):
    """An access list names a reader in a way that nobody can be meant by."""

    code = "bad-principal"

    def __init__(self, principal: str) -> None:
        super().__init__(
            f"“{principal}” is no reader; write user:…, duty:…, project or staff",
            f"“{principal}”不是有效的阅读人;请写user:…、duty:…、project或staff",
        )


class DocumentMissingError(NotFoundError):
    """A step needs a document of a kind that the case does not have."""

    code = "document-missing"

    def __init__(self, kind: str) -> None:
        super().__init__(
            f"The case has no document of the kind {kind} that is in force; "
            "provide it, then try again",
            f"本项目没有有效的“{kind}”文件,请先提供该文件再重试",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a document belongs: its kind, its scope, and what brought it there.

    Versions count per scope and kind, or per instance and kind where a scope has
    many of a kind (``per_instance``): the quote of one request never replaces the
    quote of another.
    """

    kind: str
    scope_key: int | None
    instance_key: int | None = None
    task_key: int | None = None
    per_instance: bool = False


def attach(
    session: Session,
    actor: Actor,
    document_key: int,
    place: Place,
    access: Iterable[str] = (),
    *,
    versioned: bool = False,
) -> Document:
    """Make the actor's upload a part of the case, readable by ``access``.

    The owner reads on: by a principal of the list that covers him, else by an
    entry of his own. A document that is attached already stays as it is, with the
    readers that it has: handing it in again never shows it to more people.
    ``versioned`` makes the earlier ones of the kind void.

    Raises:
        DocumentNotFoundError: It is not there, or not the actor's to attach.
        BadPrincipalError: ``access`` names nobody.
    """
    names = checked(access_of(session, place.kind, access))
    document = session.get(Document, document_key, with_for_update=True)
    if document is None or not may_read(session, actor, document):
        raise DocumentNotFoundError
    if document.attached_at is not None:
        return document
    _settle(session, document, place, versioned=versioned)
    covered = names & principals(session, actor, place.scope_key)
    grant(
        session, document.key, names if covered else {*names, f"user:{actor.username}"}
    )
    return document


def add_version(
    session: Session,
    actor: Actor,
    received: Received,
    place: Place,
    access: Iterable[str],
    *,
    template: str = "",
    title: str = "",
) -> Document:
    """Record a document that the system made: attached at once, the next version.

    Earlier versions of its series become void, and signatures under them too. To
    whom the former version was sent may read the new one.
    """
    names = checked(access_of(session, place.kind, access))
    names |= _people_told(session, place)
    document = Document(
        name=received.name,
        media_type=received.media_type,
        size=received.content.size,
        sha256=received.content.sha256,
        template=template,
        properties={"title": title} if title else {},
        created_at=cache.now(session),
        created_by=actor.username,
    )
    _settle(session, document, place, versioned=True)
    session.add(document)
    session.flush()
    grant(session, document.key, names)
    return document


def access_of(session: Session, kind: str, otherwise: Iterable[str]) -> list[str]:
    """Return the readers that the duty configuration gives a kind of document.

    Where it says nothing of the kind, they are ``otherwise``. A bare name in the
    configuration is a duty.
    """
    configured = duties.in_force(session).access.get(kind)
    if configured is None:
        return list(otherwise)
    return [
        name if ":" in name or name in _GROUPS else f"duty:{name}"
        for name in configured
    ]


def next_version(session: Session, place: Place) -> int:
    """Return the number that the next document of a series will have."""
    newest = select(func.max(Document.version)).where(*_series(place))
    return (session.scalar(newest) or 0) + 1


def latest(session: Session, place: Place) -> Document:
    """Return the newest document of a series that is in force.

    Raises:
        DocumentMissingError: There is none.
    """
    found = session.scalar(
        select(Document)
        .where(*_series(place), Document.void_at.is_(None))
        .order_by(Document.attached_at.desc(), Document.key.desc())
        .limit(1)
    )
    if found is None:
        raise DocumentMissingError(place.kind)
    return found


def current(
    session: Session, kind: str, scope_key: int | None, instance_key: int
) -> Document:
    """Return the document of a kind that an instance means: its own, else the scope's.

    Raises:
        DocumentMissingError: Neither has one in force.
    """
    own = Place(
        kind=kind, scope_key=scope_key, instance_key=instance_key, per_instance=True
    )
    try:
        return latest(session, own)
    except DocumentMissingError:
        return latest(session, Place(kind=kind, scope_key=scope_key))


def grant(session: Session, document_key: int, names: Iterable[str]) -> None:
    """Let more principals read a document; those who may already are left alone."""
    missing = checked(names) - set(readers(session, document_key))
    session.add_all(
        DocumentAccess(document_key=document_key, principal=name)
        for name in sorted(missing)
    )
    session.flush()


def void(session: Session, document: Document) -> None:
    """Take a document out of force, and the signatures under it."""
    moment = cache.now(session)
    document.void_at = moment
    session.execute(
        update(Signature)
        .where(Signature.document_key == document.key, Signature.void_at.is_(None))
        .values(void_at=moment)
    )


def checked(names: Iterable[str]) -> set[str]:
    """Return the names of an access list as a set, if all of them mean somebody."""
    found = set(names)
    for name in found:
        _, prefix, rest = name.partition(":")
        known = name.startswith(_PREFIXES) and bool(rest)
        if not known and (prefix or name not in _GROUPS):
            raise BadPrincipalError(name)
    return found


def _people_told(session: Session, place: Place) -> set[str]:
    former = select(Document.key).where(*_series(place), Document.void_at.is_(None))
    named = select(DocumentAccess.principal).where(
        DocumentAccess.document_key.in_(former),
        DocumentAccess.principal.startswith("user:"),
    )
    return set(session.scalars(named))


def _settle(
    session: Session, document: Document, place: Place, *, versioned: bool
) -> None:
    if versioned:
        _lock_series(session, place)
        document.version = next_version(session, place)
        for earlier in session.scalars(
            select(Document).where(*_series(place), Document.void_at.is_(None))
        ):
            void(session, earlier)
    document.kind = place.kind
    document.scope_key = place.scope_key
    document.instance_key = place.instance_key
    document.task_key = place.task_key
    document.attached_at = cache.now(session)


def _lock_series(session: Session, place: Place) -> None:
    # Two writers of one series would both count to the same version.
    if place.scope_key is not None:
        session.get(Scope, place.scope_key, with_for_update=True)


def _series(place: Place) -> tuple[ColumnElement[bool], ...]:
    conditions: list[ColumnElement[bool]] = [
        Document.scope_key == place.scope_key,
        Document.kind == place.kind,
        Document.attached_at.is_not(None),
    ]
    if place.per_instance or place.scope_key is None:
        conditions.append(Document.instance_key == place.instance_key)
    return tuple(conditions)
