"""Signatures under documents: who signed, when, and exactly what."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import Field

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Reading, Transaction
from api.shapes import Answer, Body, Key, Listed
from engine import documents, sign_in
from engine.authorization import Permission
from engine.schema import Signature, UserAccount

router = APIRouter(
    prefix="/v2/documents/{document_id}/signatures",
    tags=["documents"],
    route_class=CommandRoute,
)

_ROUTE = "/v2/documents/{document_id}/signatures"
grant(Permission.READ_DOCUMENTS, f"GET {_ROUTE}")
grant(Permission.UPLOAD_DOCUMENTS, f"POST {_ROUTE}")


class SignatureBody(Body):
    """A signature: the password proves that the caller himself signs."""

    password: str = Field(min_length=1, max_length=200, repr=False)
    meaning: str = Field(min_length=1, max_length=200)


class SignatureAnswer(Answer):
    """A signature under the content with that hash; void after a new version."""

    signature_key: Key
    username: str
    name: str
    sha256: str
    meaning: str
    signed_at: datetime
    void_at: datetime | None


@router.get("", operation_id="get_document_signatures")
def get_document_signatures(
    document_id: Key, actor: CurrentActor, session: Reading
) -> Listed[SignatureAnswer]:
    """Return the signatures under a document, the oldest first."""
    rows = documents.signatures(session, actor, document_id)
    return Listed(items=[_answer(session, row) for row in rows])


@router.post("", status_code=201, operation_id="sign_document")
def sign_document(
    document_id: Key, body: SignatureBody, actor: CurrentActor, session: Transaction
) -> SignatureAnswer:
    """Sign a document that the caller may read."""
    sign_in.confirm(session, actor, body.password)
    return _answer(session, documents.sign(session, actor, document_id, body.meaning))


def _answer(session: Reading, row: Signature) -> SignatureAnswer:
    account = session.get(UserAccount, row.username)
    return SignatureAnswer(
        signature_key=row.key,
        username=row.username,
        name=account.display_name if account else row.username,
        sha256=row.sha256,
        meaning=row.meaning,
        signed_at=row.signed_at,
        void_at=row.void_at,
    )
