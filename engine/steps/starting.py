"""Beginning instances, and holding them for a command."""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from engine import cache, definitions, journal
from engine.authorization import Actor
from engine.errors import ConflictError
from engine.events import Event
from engine.lifecycles import InstanceState
from engine.runtime import LiveInstance
from engine.schema import ProcessDefinition, next_key
from engine.steps.held import Held
from engine.steps.running import Running
from engine.steps.work import Action, work_of

Follow = Callable[[Session, Actor, Held], Sequence[Action]]


class BusyError(ConflictError):
    """A command reached an instance whose step is being taken right now."""

    code = "instance-busy"

    def __init__(self) -> None:
        super().__init__(
            "An operation tried to change the case that it was called from",
            "操作不能修改正在调用它的流程实例",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """How an instance begins.

    ``parent`` is the instance whose message starts it; ``start_element`` the start
    event, by default the one without a trigger; ``payload`` what its message holds.
    """

    definition: ProcessDefinition
    variables: Mapping[str, Any] = field(default_factory=dict)
    business_id: str | None = None
    tags: Sequence[str] = ()
    scope_key: int | None = None
    parent: Running | None = None
    start_element: str | None = None
    payload: Any = None


@contextmanager
def hold(
    session: Session, actor: Actor, instance: Running, follow: Follow
) -> Generator[Held]:
    """Hold an instance; ``follow`` says what has to happen once it is let go."""
    work = work_of(session)
    if instance.key in work.active:
        raise BusyError
    session.flush()
    held = Held(session, actor, instance)
    chain = journal.open_chain(
        session, instance.key, instance.scope_key, instance.journal_digest
    )
    postponed: list[Action] = []
    work.active[instance.key] = postponed
    try:
        yield held
        held.finish(chain)
    finally:
        journal.close_chain(session, chain)
        del work.active[instance.key]
    if held.has_run and instance.is_active:
        work.live[instance.key] = instance.revision, held.loaded
    work.follow([*follow(session, actor, held), *postponed])
    work.drain()


def start(
    session: Session, actor: Actor, beginning: Beginning, follow: Follow
) -> Running:
    """Begin an instance; the versions of all that it calls are pinned now."""
    instance = _new(session, actor, beginning)
    model = definitions.model_of(session, instance.model_key)
    with hold(session, actor, instance, follow) as held:
        _record(session, actor, instance, beginning)
        held.begin(
            lambda around: LiveInstance.start(
                model,
                beginning.variables,
                around,
                start_element=beginning.start_element or None,
                payload=beginning.payload,
            )
        )
    return instance


def _new(session: Session, actor: Actor, beginning: Beginning) -> Running:
    key, parent, definition = next_key(), beginning.parent, beginning.definition
    return Running(
        key=key,
        model_key=definitions.pin(session, definition),
        definition_key=definition.key,
        process_id=definition.process_id,
        business_id=beginning.business_id,
        scope_key=beginning.scope_key,
        parent_key=parent.key if parent else None,
        root_key=parent.root_key if parent else key,
        state=InstanceState.ACTIVE,
        suspended=False,
        incidents=0,
        revision=0,
        state_blob=b"",
        journal_digest=b"",
        tags=list(beginning.tags),
        started_at=cache.now(session),
        started_by=actor.username,
        stored=False,
    )


def _record(
    session: Session, actor: Actor, instance: Running, beginning: Beginning
) -> None:
    definition = beginning.definition
    journal.record(
        session,
        actor,
        Event.INSTANCE_STARTED,
        instance=instance.key,
        element_id=beginning.start_element or "",
        details={"process": definition.process_id, "version": definition.version},
    )
