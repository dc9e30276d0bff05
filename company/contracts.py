"""Contracts: what was signed, and who may see the whole of it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from company.schema import Contract, ContractModule, Project
from engine import authorization, cache, documents
from engine.authorization import Actor
from engine.errors import ConflictError
from engine.schema import Document, next_key

# R1.1.2: the amount and the complete electronic contract are for these alone (A4).
FULL_READERS = ("sales_manager", "sales_director", "service_director")

_REDACTED_READERS = [
    f"duty:{duty}" for duty in (*FULL_READERS, "implementation_manager")
]


class ContractNumberTakenError(ConflictError):
    """Another project was registered with this contract."""

    code = "contract-number-taken"

    def __init__(self, number: str) -> None:
        super().__init__(
            f"Contract {number} is registered already; check the number",
            f"合同编号{number}已登记,请核对",
        )


def register(session: Session, project: Project, answers: Mapping[str, Any]) -> None:
    """Write the registered contract to the project's rows (R1.1.1).

    Raises:
        ContractNumberTakenError: The number belongs to another project.
    """
    number = answers["contract_no"]
    holder = session.scalar(
        select(Contract.project_key).where(Contract.contract_no == number)
    )
    if holder is not None and holder != project.key:
        raise ContractNumberTakenError(number)
    contract = Contract(
        key=next_key(),
        project_key=project.key,
        contract_no=number,
        signed_on=date.fromisoformat(answers["signed_on"]),
        amount_fen=answers["amount"],
        data_export_in_contract=answers["data_export_in_contract"],
        data_export_promised=answers["data_export_promised"],
        data_export_note=answers.get("data_export_note") or "",
        free_service_months=answers["free_service_months"],
        service_start_basis=answers["service_start_basis"],
        full_document_key=document_key(answers["full_contract"]),
        redacted_document_key=document_key(answers["redacted_contract"]),
        created_at=cache.now(session),
    )
    session.add(contract)
    session.flush()
    session.add_all(
        ContractModule(contract_key=contract.key, module=module)
        for module in answers["modules"]
    )
    session.flush()


def release_redacted(session: Session, project: Project) -> Document | None:
    """Let the appointed manager read the redacted contract (R1.1.3).

    Before the appointment it is its uploader's alone. It follows the duty, so that
    a later manager reads it too.
    """
    redacted = session.scalar(
        select(Document)
        .join(Contract, Contract.redacted_document_key == Document.key)
        .where(Contract.project_key == project.key)
    )
    if redacted is not None:
        documents.grant(session, redacted.key, _REDACTED_READERS)
    return redacted


def may_read_full(session: Session, actor: Actor, project_key: int) -> bool:
    """Tell whether ``actor`` may know the amount and read the full contract."""
    held = authorization.duties_of(session, actor, project_key)
    return not held.isdisjoint(FULL_READERS)


def modules_of(session: Session, contract_key: int) -> list[str]:
    """Return the modules that a contract covers."""
    return list(
        session.scalars(
            select(ContractModule.module)
            .where(ContractModule.contract_key == contract_key)
            .order_by(ContractModule.module)
        )
    )


def document_key(reference: Any) -> int | None:
    """Return the key of a document from the reference that a form holds."""
    if reference is None:
        return None
    if isinstance(reference, Mapping):
        return int(reference["documentId"])
    return int(reference)
