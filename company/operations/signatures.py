"""Signing a document by having completed the steps that stand for it."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from company.operations.calling import Parameters, project_of
from engine import documents, journal
from engine.events import Event
from engine.lifecycles import UserTaskState
from engine.operations import OperationContext, Operations
from engine.schema import Document, Signature, UserTask, next_key


def register(operations: Operations) -> None:
    """Offer what is in here."""
    operations.register("documents.sign", sign, parameters=("case", "kind", "tasks"))


def sign(context: OperationContext, given: Parameters) -> dict[str, Any]:
    """Sign the newest document of a kind for who completed the given steps last.

    The signature bears the time of the completion. Somebody who completed several
    of the steps signs once.

    Raises:
        DocumentMissingError: There is no such document in force (yet).
    """
    project = project_of(context)
    document = documents.current(
        context.session, given["kind"], project.key, context.instance.key
    )
    signed = _signers(context, document)
    for task in _completed(context, given["tasks"]):
        if task.completed_by is not None and task.completed_by not in signed:
            _add(context, document, task, task.completed_by)
            signed.append(task.completed_by)
    context.session.flush()
    return {"signatures": signed}


def _signers(context: OperationContext, document: Document) -> list[str]:
    rows = select(Signature.username).where(
        Signature.document_key == document.key, Signature.void_at.is_(None)
    )
    return list(context.session.scalars(rows))


def _completed(context: OperationContext, elements: list[str]) -> Iterator[UserTask]:
    for element_id in elements:
        task = context.session.scalar(
            select(UserTask)
            .where(
                UserTask.instance_key == context.instance.key,
                UserTask.element_id == element_id,
                UserTask.state == UserTaskState.COMPLETED,
            )
            .order_by(UserTask.completed_at.desc(), UserTask.key.desc())
            .limit(1)
            .execution_options(populate_existing=True)
        )
        if task is not None:
            yield task


def _add(
    context: OperationContext, document: Document, task: UserTask, username: str
) -> None:
    behalf = f"(代录:{task.on_behalf_of})" if task.on_behalf_of else ""
    context.session.add(
        Signature(
            key=next_key(),
            document_key=document.key,
            username=username,
            sha256=document.sha256,
            meaning=f"{task.name}{behalf}",
            signed_at=task.completed_at or context.now,
        )
    )
    journal.record(
        context.session,
        context.actor,
        Event.DOCUMENT_SIGNED,
        scope_key=task.scope_key,
        instance=task.instance_key,
        task_key=task.key,
        element_id=task.element_id,
        details={"document": str(document.key), "sha256": document.sha256},
    )
