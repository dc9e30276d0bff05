"""Steps: one command on one instance, and all that follows from it in its rows.

A command locks the instance, holds it, runs something on the runtime's side, and
everything is written at once when it lets go::

    instance = steps.lock(session, key)
    with steps.holding(session, actor, instance) as held:
        journal.record(session, actor, ..., instance=instance.key)
        held.run(lambda live, around: live.complete_task(ref, values, around))
"""

from engine.steps.commands import (
    SuspendedError,
    TimerNotFoundError,
    advance,
    finish_call,
    fire_timer,
    move_timer,
    outlook,
    require_going,
    throw_error,
)
from engine.steps.delivery import (
    begin,
    broadcast,
    deliver_awaited,
    deliver_kept,
    holding,
    send,
)
from engine.steps.held import (
    EndlessError,
    Held,
    borrowed,
    copied,
    is_readable,
    load,
)
from engine.steps.letters import Letter
from engine.steps.running import (
    InstanceNotFoundError,
    LostRaceError,
    Running,
    lock,
    lock_rows,
    locking,
)
from engine.steps.starting import Beginning, BusyError
from engine.steps.stops import close_apart, open_incident
from engine.steps.surroundings import Members, surroundings
from engine.steps.work import attempt, is_active, postpone

__all__ = [
    "Beginning",
    "BusyError",
    "EndlessError",
    "Held",
    "InstanceNotFoundError",
    "Letter",
    "LostRaceError",
    "Members",
    "Running",
    "SuspendedError",
    "TimerNotFoundError",
    "advance",
    "attempt",
    "begin",
    "borrowed",
    "broadcast",
    "close_apart",
    "copied",
    "deliver_awaited",
    "deliver_kept",
    "finish_call",
    "fire_timer",
    "holding",
    "is_active",
    "is_readable",
    "load",
    "lock",
    "lock_rows",
    "locking",
    "move_timer",
    "open_incident",
    "outlook",
    "postpone",
    "require_going",
    "send",
    "surroundings",
    "throw_error",
]
