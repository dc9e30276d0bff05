"""The operation ``render_document``: a template and data become a document.

Which template, what its fields are and what people are called is read when the
service task is reached; the file is made outside any transaction; the row, its
readers and its version come into being with the next step of the process.
"""

import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import documents, duties, notifications, templates
from engine.documents import Place, Received
from engine.errors import InvalidInputError
from engine.operations import (
    OperationContext,
    Operations,
    RemoteContext,
    RemoteResult,
)
from engine.rendering import pdf
from engine.schema import Scope, UserAccount, to_json

FORMATS = {"pdf": (".html.j2", documents.PDF), "xlsx": (".xlsx.toml", documents.XLSX)}
_LARGEST = 50 * 1024 * 1024
_LONGEST_NAME = 64


class UnknownFormatError(InvalidInputError):
    """A document is wanted in a format that nobody can make."""

    code = "unknown-format"

    def __init__(self, wanted: str) -> None:
        known = ", ".join(FORMATS)
        super().__init__(
            f"“{wanted}” is no format of documents; use one of {known}",
            f"没有“{wanted}”这种文件格式;可用:{known}",
        )


def register(operations: Operations) -> None:
    """Offer ``render_document`` to diagrams."""
    operations.register(
        "render_document",
        render,
        remote=True,
        parameters=("case", "template", "kind", "format", "data"),
        prepare=prepare,
        apply=store,
    )


def prepare(
    context: OperationContext, parameters: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Find the template and all that the file needs from the database.

    Raises:
        UnknownFormatError: Neither ``pdf`` nor ``xlsx`` is wanted.
        TemplateMissingError: The template is nowhere deployed.
    """
    session, wanted = context.session, str(parameters.get("format") or "pdf")
    if wanted not in FORMATS:
        raise UnknownFormatError(wanted)
    name = f"documents/{parameters['template']}{FORMATS[wanted][0]}"
    source = templates.find(session, context.deployment_key, name)
    parts: tuple[templates.Source, ...] = (source,)
    if wanted == "pdf":
        known = frozenset(pdf.BUILT_IN)
        parts = templates.with_references(
            session, context.deployment_key, source, known
        )
    kind = str(parameters.get("kind") or parameters["template"])
    data = _more_data(session, context.scope_key, kind) | dict(
        parameters.get("data") or {}
    )
    values = _plain({"data": data, "case": parameters.get("case") or {}})
    return {
        "kind": kind,
        "format": wanted,
        "parts": [[part.name, part.digest] for part in parts],
        "values": {
            **values,
            "project": _project(session, context.scope_key),
            "now": context.now.isoformat(),
            "names": _names(session, values),
        },
    }


def render(context: RemoteContext, parameters: Mapping[str, Any]) -> RemoteResult:
    """Make the file and put it into the document store.

    Raises:
        TemplateFailedError: A value is missing, or the template is wrong.
        RenderingPartMissingError: Pango or a Chinese font is not installed.
        StoreFullError: There is no room for the file.
    """
    source, *others = [_source(context, *part) for part in parameters["parts"]]
    header, values = source.header, _values(source, parameters["values"])
    if parameters["format"] == "pdf":
        texts = {other.name.rpartition("/")[2]: other.body for other in others}
        content = pdf.render(source, texts, values)
    else:
        # Loading it takes a quarter of a second, and a server starts without.
        from engine.rendering import workbook  # noqa: PLC0415

        content = workbook.render(source, values)
    stored = context.documents.receive(io.BytesIO(content), _LARGEST)
    media = FORMATS[parameters["format"]][1]
    return RemoteResult(
        value=Received(stored, str(values["title"]), media),
        details={
            "kind": parameters["kind"],
            "format": parameters["format"],
            "template": source.digest,
            "title": str(values["title"]),
            "readers": list(header.get("readers", ["project"])),
            "per_instance": header.get("per") == "instance",
            "sha256": stored.sha256,
        },
    )


def store(context: OperationContext, result: RemoteResult) -> dict[str, Any]:
    """Record the file as the next version of its kind, and give it to its readers."""
    details, received = result.details, result.value
    place = Place(
        kind=details["kind"],
        scope_key=context.scope_key,
        instance_key=context.instance.key,
        per_instance=details["per_instance"],
    )
    version = documents.next_version(context.session, place)
    project = _project(context.session, context.scope_key)
    named = [received.name, project["number"], f"v{version}" if version > 1 else ""]
    name = "_".join(filter(None, named)) + f".{details['format']}"
    document = documents.add_version(
        context.session,
        context.actor,
        Received(received.content, documents.clean_name(name), received.media_type),
        place,
        details["readers"],
        template=details["template"],
        title=details["title"],
    )
    notifications.arrived(context.session, document)
    return {
        "document_id": str(document.key),
        "kind": document.kind,
        "version": document.version,
        "sha256": document.sha256,
    }


def _more_data(session: Session, scope_key: int | None, kind: str) -> dict[str, Any]:
    """Return what the application knows of a kind of paper (``info["papers"]``)."""
    know = session.info.get("papers")
    return {} if know is None else dict(know(session, scope_key, kind))


def _source(context: RemoteContext, name: str, digest: str) -> templates.Source:
    if context.resource is None:
        raise templates.TemplateMissingError(name)
    return templates.Source(name, digest, context.resource(digest).decode())


def _values(source: templates.Source, given: Mapping[str, Any]) -> dict[str, Any]:
    header = source.header
    return {
        **given,
        "names": Called(given["names"]),
        "title": header.get("title", source.name),
        "header": header,
    }


class Called(dict[str, str]):
    """What people and duties are called; whoever is unknown, as he is written."""

    def __missing__(self, name: str) -> str:
        """Return the name itself."""
        return name


def _project(session: Session, scope_key: int | None) -> dict[str, str]:
    scope = session.get(Scope, scope_key) if scope_key is not None else None
    if scope is None:
        return {"number": "", "title": ""}
    return {"number": scope.business_id, "title": scope.title}


def _names(session: Session, values: Any) -> dict[str, str]:
    """Return the names of all people and duties that the values mention."""
    mentioned = {text for text in _texts(values) if len(text) <= _LONGEST_NAME}
    book = duties.in_force(session).duties
    found = {name: book[name].title for name in mentioned & set(book)}
    accounts = select(UserAccount.username, UserAccount.display_name)
    rows = session.execute(accounts.where(UserAccount.username.in_(mentioned)))
    return found | {row.username: row.display_name for row in rows}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _all_texts(value.values())
    elif isinstance(value, list):
        yield from _all_texts(value)


def _all_texts(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        yield from _texts(value)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values as JSON knows them: dates are texts, amounts numbers."""
    plain: dict[str, Any] = orjson.loads(to_json(values))
    return plain
