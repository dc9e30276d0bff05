"""Documents and people that answers refer to, looked up in their rows."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from engine import cache, documents, duties
from engine.actors import Actor
from engine.errors import Text
from engine.forms.fields import Field
from engine.schema import Document

Wrong = tuple[str, Text]

_LONGEST_KEY = 19
_MISSING = Text(
    "must be a document that you uploaded or may read",
    "须为您已上传或有权阅读的文件",
)
_CORRUPT = Text(
    "is damaged: the PDF cannot be opened; upload it again",
    "文件已损坏,无法作为PDF打开;请重新上传",
)


class RowReferences:
    """References as one actor may make them."""

    def __init__(self, session: Session, actor: Actor) -> None:
        self._session = session
        self._actor = actor

    def is_active(self, username: str) -> bool:
        """Tell whether somebody can be given work."""
        return username in duties.active_users(self._session)

    def document(self, value: Any, field: Field) -> tuple[Any, Wrong | None]:
        """Complete a reference to a document, or say why not.

        A reference is the document's key, or an object with it as ``documentId``.
        """
        row = self._row(value)
        if row is None:
            return value, ("document-missing", _MISSING)
        wrong = _unaccepted(row, field) or self._damaged(row)
        return (value if wrong else described(row)), wrong

    def _row(self, value: Any) -> Document | None:
        named = value.get("documentId") if isinstance(value, Mapping) else value
        key = str(named)
        if not (key.isascii() and key.isdigit() and len(key) <= _LONGEST_KEY):
            return None
        row = self._session.get(Document, int(key))
        if row is None or not documents.may_read(self._session, self._actor, row):
            return None
        return row

    def _damaged(self, row: Document) -> Wrong | None:
        if row.media_type != documents.PDF:
            return None
        # A content never changes, so each is opened once in the life of a process.
        sound = cache.caches(self._session).texts
        name = ("pdf", row.sha256)
        if sound.get(name) is None:
            sound.put(name, _opens(self._session, row.sha256))
        return None if sound.get(name) else ("document-damaged", _CORRUPT)


def described(row: Document) -> dict[str, Any]:
    """Return a document as it stands in answers."""
    return {
        "documentId": str(row.key),
        "fileName": row.name,
        "mediaType": row.media_type,
        "size": row.size,
        "sha256": row.sha256,
    }


def _opens(session: Session, sha256: str) -> bool:
    # Loading it takes a quarter of a second, and a server starts without.
    from pypdf import PdfReader  # noqa: PLC0415
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    with documents.store_of(session).open(sha256) as content:
        try:
            return len(PdfReader(content).pages) > 0
        except (PyPdfError, ValueError, KeyError, RecursionError, OSError):
            return False


def _unaccepted(row: Document, field: Field) -> Wrong | None:
    if field.accept and row.media_type not in field.accept:
        wanted = ", ".join(_name(media) for media in field.accept)
        return "document-type", Text(
            f"must be a file of type {wanted}, told by its content",
            f"须为以下类型的文件(按内容识别):{wanted}",
        )
    if field.max_bytes is not None and row.size > field.max_bytes:
        limit = field.max_bytes // (1024 * 1024)
        return "document-too-large", Text(
            f"must not be larger than {limit} MiB", f"不能超过{limit} MiB"
        )
    return None


def _name(media: str) -> str:
    kind = media.rpartition("/")[2]
    office = {"sheet": "Excel", "document": "Word", "presentation": "PowerPoint"}
    return office.get(kind.rpartition(".")[2], kind.upper())
