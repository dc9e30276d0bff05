"""Documents: upload, metadata, content."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, File, UploadFile
from fastapi.responses import StreamingResponse
from pydantic import Field
from sqlalchemy.orm import Session

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Platform, Reading, Transaction
from api.shapes import Answer, Key
from engine import documents
from engine.authorization import Actor, Permission
from engine.schema import Document

router = APIRouter(prefix="/v2/documents", tags=["documents"], route_class=CommandRoute)

grant(Permission.UPLOAD_DOCUMENTS, "POST /v2/documents")
grant(Permission.UPLOAD_DOCUMENTS, "DELETE /v2/documents/{document_id}")
grant(Permission.READ_DOCUMENTS, "GET /v2/documents/{document_id}")

_CHUNK = 64 * 1024


class Metadata(Answer):
    """What is known of a document's content."""

    file_name: str
    content_type: str
    size: int
    expires_at: datetime | None = None
    process_definition_id: str | None = None
    process_instance_key: Key | None = None
    custom_properties: dict[str, Any]


class DocumentReference(Answer):
    """A document as forms and lists refer to it."""

    camunda_document_type: Literal["camunda"] = Field(
        default="camunda", alias="camunda.document.type"
    )
    store_id: str = "fuwu"
    document_id: str
    content_hash: str
    kind: str
    version: int
    void: bool
    created_at: datetime
    created_by: str
    metadata: Metadata


def reference(row: Document) -> DocumentReference:
    """Return the reference of a document."""
    return DocumentReference(
        document_id=str(row.key),
        content_hash=row.sha256,
        kind=row.kind,
        version=row.version,
        void=row.void_at is not None,
        created_at=row.created_at,
        created_by=row.created_by,
        metadata=Metadata(
            file_name=row.name,
            content_type=row.media_type,
            size=row.size,
            process_instance_key=row.instance_key,
            custom_properties=row.properties,
        ),
    )


def _received(
    file: Annotated[UploadFile, File()], actor: CurrentActor, platform: Platform
) -> documents.Received:
    """Store the content before the transaction begins: it may take long."""
    del actor  # only somebody who may upload gets this far
    limit = platform.info["settings"].max_upload_bytes
    store = platform.info["documents"]
    return documents.receive(store, file.file, file.filename or "document", limit)


@router.post("", status_code=201, operation_id="create_document")
def create_document(
    received: Annotated[documents.Received, Depends(_received)],
    actor: CurrentActor,
    session: Transaction,
) -> DocumentReference:
    """Store a file; it is the caller's alone until a completed task attaches it."""
    return reference(documents.add(session, actor, received))


@router.get(
    "/{document_id}",
    operation_id="get_document",
    response_class=StreamingResponse,
    responses={200: {"content": {"*/*": {}}}},
)
def get_document(
    document_id: Key, actor: CurrentActor, session: Reading
) -> StreamingResponse:
    """Send a document's content."""
    return stream(session, actor, document_id)


def stream(session: Session, actor: Actor, document_key: int) -> StreamingResponse:
    """Return a document's content as it comes from the store.

    Raises:
        DocumentNotFoundError: It is not there for the actor.
        DocumentClosedError: It is, but not for him to read.
    """
    row, content = documents.open_content(session, actor, document_key)

    def chunks() -> Iterator[bytes]:
        with content:
            while piece := content.read(_CHUNK):
                yield piece

    headers = {
        "Content-Disposition": documents.content_disposition(
            row.name, media=row.media_type
        ),
        "Content-Length": str(row.size),
        "ETag": f'"{row.sha256}"',
    }
    return StreamingResponse(chunks(), media_type=row.media_type, headers=headers)


@router.delete("/{document_id}", status_code=204, operation_id="delete_document")
def delete_document(
    document_id: Key, actor: CurrentActor, session: Transaction
) -> None:
    """Discard an upload that nothing refers to yet."""
    documents.discard(session, actor, document_id)
