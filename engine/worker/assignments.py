"""What a worker gets to know of a job that he has taken."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from engine import definitions, disclosure, steps
from engine.actors import Actor
from engine.schema import ElementInstance, Job, ProcessDefinition
from engine.steps.running import COLUMNS, TABLE, from_row

_INSTANCE = select(*COLUMNS).where(TABLE.c.key == bindparam("key_"))
_ENTERED = select(func.max(ElementInstance.key)).where(
    ElementInstance.instance_key == bindparam("instance"),
    ElementInstance.ref == bindparam("ref_"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A job with all that its worker needs; ``definition`` is where it is drawn."""

    job: Job
    definition: ProcessDefinition
    element_instance_key: int
    root_instance_key: int
    business_id: str | None
    tags: tuple[str, ...]
    headers: dict[str, str]
    variables: dict[str, Any]


def describe(
    session: Session, actor: Actor, job: Job, names: Collection[str] = ()
) -> Assignment:
    """Return a job with its variables, or those of them that ``names`` lists.

    The task's inputs come before process data of the same name. Fields for certain
    duties are left out, unless the diagram itself hands them over as inputs.

    Raises:
        StateError: The instance's state cannot be read; an incident will say so.
    """
    row = session.connection().execute(_INSTANCE, {"key_": job.instance_key}).one()
    instance = from_row(row)
    with steps.borrowed(session, instance) as live:
        wait = live.waits.get(job.ref)
        data = live.variables(job.ref) if wait is not None else {}
    path = wait.path if wait is not None else ()
    known = disclosure.variables(
        session, actor, instance.model_key, instance.scope_key, data
    )
    variables = {**known, **job.payload["parameters"]}
    entered = {"instance": job.instance_key, "ref_": job.ref}
    place = definitions.place(session, instance.model_key, path, job.element_id)
    return Assignment(
        job=job,
        definition=place.definition,
        element_instance_key=session.scalar(_ENTERED, entered) or job.key,
        root_instance_key=instance.root_key,
        business_id=instance.business_id,
        tags=tuple(instance.tags),
        headers=job.payload.get("headers", {}),
        variables={
            name: value
            for name, value in variables.items()
            if not names or name in names
        },
    )
