"""Messages from one instance (or from outside) to another, in the same transaction.

A message goes to the instance that waits for its name and key, else it starts the
process that its name starts, else it is kept until somebody waits for it. Each is
delivered once. An instance whose step is being taken right now gets its messages
when that step is written; one that is suspended, or whose state cannot be read, gets
them when it goes on.
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from engine import definitions, journal
from engine.authorization import Actor
from engine.errors import Text
from engine.events import Event
from engine.runtime import ThrownMessage, WaitKind
from engine.steps import letters, running, starting, stops
from engine.steps.held import Held, is_readable
from engine.steps.letters import Letter, Receiver
from engine.steps.running import LostRaceError, Running
from engine.steps.starting import Beginning
from engine.steps.work import Action, is_active, postpone, work_of

MAX_HOPS = 50
LOOP = "message-loop"
_TRIES = 5


def holding(
    session: Session, actor: Actor, instance: Running
) -> AbstractContextManager[Held]:
    """Hold an instance that the caller has locked for a command.

    Raises:
        BusyError: An operation of the instance itself tries to.
        LostRaceError: Somebody else saved the instance meanwhile.
    """
    return starting.hold(session, actor, instance, _following)


def begin(session: Session, actor: Actor, beginning: Beginning) -> Running:
    """Begin an instance and do all that follows from it."""
    return starting.start(session, actor, beginning, _following)


def send(session: Session, actor: Actor, letter: Letter) -> int | None:
    """Deliver a message or keep it.

    Returns:
        The key of the instance that has got it; None where it is kept, also for an
        instance whose step is being taken right now.
    """
    instance_key = _deliver(session, actor, letter, stored=False)
    if instance_key is None:
        kept = letters.as_kept(session, letter)
        letters.store(session, kept, actor.username, delivered_to=None)
    return instance_key


def broadcast(
    session: Session,
    actor: Actor,
    name: str,
    payload: Any,
    *,
    thrown_by: Running | None = None,
    scope_key: int | None = None,
) -> int:
    """Let every instance that waits for a signal catch it; return how many did.

    Processes that the signal starts are begun. Nothing is kept: who does not listen
    now, or is suspended, never hears of it.
    """
    source = None if thrown_by is None else thrown_by.key
    heard = [key for key in letters.listeners(session, name) if key != source]
    for key in heard:
        action = partial(_signal, session, actor, key, name, payload)
        if is_active(session, key):
            postpone(session, key, action)
        else:
            action()
    begun = letters.starts(session, WaitKind.SIGNAL.value, name)
    for definition_key, element_id in begun:
        _begin(
            session,
            actor,
            Letter(name=name, payload=payload, parent=thrown_by, scope_key=scope_key),
            definition_key,
            element_id,
        )
    return len(heard) + len(begun)


def deliver_kept(
    session: Session, actor: Actor, names: Iterable[tuple[str, str]]
) -> int:
    """Deliver messages that are kept for these names and keys, in their order.

    Returns:
        How many found somebody.
    """
    count = 0
    for row in letters.kept_for(session, names):
        letter = Letter(
            key=row.key,
            name=row.name,
            correlation_key=row.correlation_key,
            payload=letters.unpacked(row.payload),
            scope_key=row.scope_key,
            message_id=row.message_id,
        )
        if _deliver(session, actor, letter, stored=True) is not None:
            count += 1
    return count


def deliver_awaited(session: Session, actor: Actor, instance_key: int) -> int:
    """Deliver messages that were kept while an instance could not take them.

    Returns:
        How many found somebody.
    """
    names = letters.awaited(session, instance_key)
    return deliver_kept(session, actor, names) if names else 0


def _following(session: Session, actor: Actor, held: Held) -> Sequence[Action]:
    """Return what has to happen after a step: thrown messages, then kept ones."""
    changes, instance = held.changes, held.instance
    actions: list[Action] = [
        partial(_throw, session, actor, instance, thrown) for thrown in changes.thrown
    ]
    opened = changes.opened_of(WaitKind.MESSAGE) if instance.is_active else ()
    names = {(wait.name, wait.correlation_key) for wait in opened}
    if names and not instance.suspended:
        actions.append(partial(deliver_kept, session, actor, sorted(names)))
    return actions


def _throw(
    session: Session, actor: Actor, instance: Running, thrown: ThrownMessage
) -> None:
    if thrown.publish_only:
        letters.tell(session, actor, instance, thrown.name, thrown.payload)
        return
    if work_of(session).hops > MAX_HOPS:
        _stop_loop(session, actor, instance, thrown)
        return
    if thrown.signal:
        broadcast(
            session,
            actor,
            thrown.name,
            thrown.payload,
            thrown_by=instance,
            scope_key=instance.scope_key,
        )
        return
    letter = Letter(
        name=thrown.name,
        correlation_key=thrown.correlation_key,
        payload=thrown.payload,
        scope_key=instance.scope_key,
        parent=instance,
        element_id=thrown.element_id,
    )
    send(session, actor, letter)


def _stop_loop(
    session: Session, actor: Actor, instance: Running, thrown: ThrownMessage
) -> None:
    """Keep a message that would go on a chain without end, and say so."""
    text = Text(
        f"The message {thrown.name} was not sent: more than {MAX_HOPS} messages had "
        "followed each other at once; the diagrams answer each other without end",
        f"消息{thrown.name}未发送:已连续传递超过{MAX_HOPS}次,流程之间形成了死循环",
    )
    stops.open_incident(
        session,
        actor,
        instance_key=instance.key,
        ref="",
        element_id=thrown.element_id,
        code=LOOP,
        text=text,
    )


def _deliver(
    session: Session, actor: Actor, letter: Letter, *, stored: bool
) -> int | None:
    """Find who gets the message and hand it over; None where nobody can, now.

    Messages of the same name and key that are kept go first: they missed their
    receiver when both came at the same moment.
    """
    names = [(letter.name, letter.correlation_key)]
    in_order = stored
    for _ in range(_TRIES):
        found = letters.receiver(session, letter)
        if found is None:
            return _start(session, actor, letter, stored=stored)
        if found.suspended:
            return None
        if is_active(session, found.instance_key):
            later = partial(deliver_kept, session, actor, names)
            postpone(session, found.instance_key, later)
            return None
        if found.older and not in_order:
            deliver_kept(session, actor, names)
            in_order = True
            continue
        instance = running.lock(session, found.instance_key)
        if _still_waits(session, letter, found):
            if not is_readable(session, instance):
                return None
            _note(session, actor, letter, instance.key, stored=stored)
            _hand_over(session, actor, instance, found.ref, letter)
            return instance.key
    raise LostRaceError


def _still_waits(session: Session, letter: Letter, found: Receiver) -> bool:
    """Ask again under the lock: somebody else may have been faster."""
    return letters.receiver(session, letter) == found


def _start(
    session: Session, actor: Actor, letter: Letter, *, stored: bool
) -> int | None:
    for definition_key, element_id in letters.starts(
        session, WaitKind.MESSAGE.value, letter.name
    ):
        instance = _begin(session, actor, letter, definition_key, element_id)
        _note(session, actor, letter, instance.key, stored=stored)
        return instance.key
    return None


def _begin(
    session: Session,
    actor: Actor,
    letter: Letter,
    definition_key: int,
    element_id: str,
) -> Running:
    beginning = Beginning(
        definition=definitions.get(session, definition_key),
        business_id=letter.correlation_key or None,
        scope_key=letter.scope_key,
        parent=letter.parent,
        start_element=element_id,
        payload=letters.renewed(session, letter.payload),
    )
    return begin(session, actor, beginning)


def _hand_over(
    session: Session, actor: Actor, instance: Running, ref: str, letter: Letter
) -> None:
    with holding(session, actor, instance) as held:
        journal.record(
            session,
            actor,
            Event.MESSAGE_RECEIVED,
            instance=instance.key,
            details={"name": letter.name, "message": str(letter.key)},
        )
        payload = letters.renewed(session, letter.payload)
        held.run(lambda live, around: live.deliver_message(ref, payload, around))


def _signal(
    session: Session, actor: Actor, instance_key: int, name: str, payload: Any
) -> None:
    instance = running.lock(session, instance_key)
    going = instance.is_active and not instance.suspended
    if going and is_readable(session, instance):
        with holding(session, actor, instance) as held:
            held.run(lambda live, around: live.deliver_signal(name, payload, around))


def _note(
    session: Session, actor: Actor, letter: Letter, instance_key: int, *, stored: bool
) -> None:
    if stored:
        letters.mark_delivered(session, letter.key, instance_key)
    else:
        letters.store(session, letter, actor.username, delivered_to=instance_key)
