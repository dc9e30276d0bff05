"""An instance in hand: commands run on it in memory, then its rows follow at once."""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from engine import cache, candidates, definitions, journal
from engine.authorization import Actor
from engine.errors import ConflictError
from engine.lifecycles import INSTANCE, InstanceState
from engine.runtime import (
    Closed,
    LiveInstance,
    StateError,
    Step,
    StepIncident,
    Surroundings,
    Wait,
    WaitKind,
)
from engine.steps import (
    calls,
    history,
    remains,
    running,
    states,
    stops,
    tasks,
    unreadable,
    waits,
)
from engine.steps.changes import Changes
from engine.steps.running import Running
from engine.steps.states import Loaded
from engine.steps.surroundings import surroundings
from engine.steps.work import work_of

Command = Callable[[LiveInstance, Surroundings], Step]
Begin = Callable[[Surroundings], tuple[LiveInstance, Step]]

_MAX_CALLS = 1000


class EndlessError(ConflictError):
    """Operations led to operations without end."""

    code = "endless-operations"

    def __init__(self) -> None:
        super().__init__(
            f"More than {_MAX_CALLS} operations followed each other without anybody "
            "having to act; the diagram has a loop without an end",
            f"连续执行了超过{_MAX_CALLS}个操作而没有人工环节,流程图中存在死循环",
        )


class Held:
    """An instance that a command holds; see `engine.steps`."""

    def __init__(self, session: Session, actor: Actor, instance: Running) -> None:
        self.instance = instance
        self.around = surroundings(session, instance.scope_key)
        self.changes = Changes()
        self._session = session
        self._actor = actor
        self._loaded: Loaded | None = None
        self._prepared: dict[str, dict[str, Any]] = {}
        self._resolved: set[str] = set()

    @property
    def loaded(self) -> Loaded:
        """The runtime's instance: hot, or loaded from its stored state."""
        if self._loaded is None:
            self._loaded = load(self._session, self.instance)
        return self._loaded

    @property
    def live(self) -> LiveInstance:
        """The runtime's instance."""
        return self.loaded.live

    @property
    def has_run(self) -> bool:
        """Tell whether the state may have changed."""
        return self._loaded is not None

    def answered(self, entry_key: int, values: Mapping[str, Any]) -> None:
        """Note answers that an entry of the journal holds, to be stored there only."""
        stored = states.as_stored(values)
        if stored is not None:
            self.loaded.answers[entry_key] = stored

    def run(self, command: Command) -> None:
        """Run a command, then the local operations that it led to.

        Raises:
            StateError: The stored state cannot be read; an incident will say so.
        """
        live = self.live
        with unreadable.reporting(self._session, self.instance.key):
            step = command(live, self.around)
        self.changes.add(step)
        self._run_automatic()

    def begin(self, begin: Begin) -> None:
        """Start the instance that so far has no state."""
        live, step = begin(self.around)
        self._loaded = Loaded(live)
        self.changes.add(step)
        self._run_automatic()

    def cancel(self, reason: str) -> None:
        """End the instance before its time, even if its state cannot be read."""
        self.instance.end_reason = reason
        try:
            self.run(lambda live, around: live.cancel(around, reason))
        except StateError:
            self._loaded = None
            at = self.around.now
            step = remains.cut_off(self._session, self.instance, reason, at)
            self.changes.add(step)

    def correct(
        self, values: Mapping[str, Any], ref: str | None = None, *, local: bool = False
    ) -> None:
        """Set process data by hand: of the called process that holds ``ref``, or all.

        ``local`` values are set at ``ref`` alone.

        Raises:
            NotWaitingError: There is no such token.
            UnsuitableValueError: A value cannot be process data.
        """
        self.run(lambda live, around: live.correct(values, around, ref, local=local))

    def resolve(self, ref: str) -> None:
        """Count the incident at this token as resolved by the actor."""
        self._resolved.add(ref)

    def reopen(self, wait: Wait) -> None:
        """Open a user task anew, for the people who are responsible by now."""
        name = wait.kind, wait.ref
        over = Closed(wait=wait, completed=False, reason=candidates.REASON)
        self.changes.closed[name], self.changes.opened[name] = over, wait

    def finish(self, chain: journal.Chain) -> None:
        """Write everything that follows from what was run."""
        if self.has_run or self.changes.finished:
            self._write(chain)
        elif chain.entries or self._resolved:
            self._count_incidents([])
            self.instance.journal_digest = chain.digest
            running.save_digest(self._session, self.instance)
        journal.write(self._session, chain)

    def _run_automatic(self) -> None:
        """Do what waits for nobody: local operations, and tasks that only tell."""
        for _ in range(_MAX_CALLS):
            wait = next(filter(self._is_automatic, self.changes.opened.values()), None)
            if wait is None:
                return
            self._store()
            self.changes.add(self._answer(wait))
        raise EndlessError

    def _is_automatic(self, wait: Wait) -> bool:
        if wait.kind is WaitKind.TASK:
            return tasks.mode_of(self._session, wait) == tasks.NOTIFY
        return wait.kind is WaitKind.CALL and wait.ref not in self._prepared

    def _answer(self, wait: Wait) -> Step:
        """Do what the wait asks for; what fails becomes its incident."""
        session, actor, instance = self._session, self._actor, self.instance
        if wait.kind is WaitKind.TASK:
            tasks.tell(session, actor, instance, wait)
            return self.live.complete_task(wait.ref, {}, self.around)
        try:
            if calls.is_local(session, wait):
                return calls.run_local(
                    session, actor, instance, self.live, wait, self.around
                )
            payload = calls.prepare_remote(session, actor, instance, wait)
        except calls.CallFailedError as error:
            return self.live.fail_call(wait.ref, error.code, error.text, self.around)
        self._prepared[wait.ref] = payload
        return Step()

    def _write(self, chain: journal.Chain) -> None:
        session, actor, instance = self._session, self._actor, self.instance
        changes = self.changes
        keys = history.keys_of(changes.events)
        opened = changes.opened_of(WaitKind.TASK)
        openings, unowned = tasks.open_tasks(session, actor, instance, opened, keys)
        self._begin_rounds(openings)
        found = [*changes.incidents.values(), *unowned]
        overtaken = changes.closed_of(WaitKind.TASK)
        tasks.withdraw_tasks(session, actor, instance, overtaken)
        self._end()
        history.record_step(session, actor, instance, changes)
        self._count_incidents(found)
        self._save(chain)
        tasks.write_tasks(session, instance, openings)
        history.write_elements(session, instance, changes.events, keys)
        waits.write_waits(session, instance, changes)
        calling = changes.opened_of(WaitKind.CALL)
        waits.enqueue_calls(session, instance, calling, self._prepared)

    def _begin_rounds(self, openings: Iterable[tasks.Opening]) -> None:
        """Move the last round of a joint task aside, for the new one to be empty."""
        for opening in openings:
            if opening.mode != tasks.JOINT:
                continue
            ref, name = opening.wait.ref, tasks.result_of(opening.wait)
            last = self.live.variables(ref).get(f"{name}_list")
            if last:
                moved = {f"{name}_previous": last, f"{name}_list": []}
                self.live.set_variables(moved, ref)

    def _count_incidents(self, found: Sequence[StepIncident]) -> None:
        session, actor, instance = self._session, self._actor, self.instance
        if instance.incidents:
            over = {ref for _, ref in self.changes.closed} | self._resolved
            if self.has_run:
                over.add(unreadable.REF)  # what could be read is whole again
            instance.incidents -= stops.close(session, actor, instance.key, over)
        if found:
            self._store()
            stops.write(session, actor, instance.key, found)
            instance.incidents += len(found)

    def _store(self) -> None:
        """Insert the row of a new instance before rows that refer to it."""
        if not self.instance.stored:
            running.save(self._session, self.instance)

    def _end(self) -> None:
        instance, changes = self.instance, self.changes
        if not changes.finished:
            return
        cut_off = changes.failed or instance.end_reason is not None
        ended = InstanceState.TERMINATED if cut_off else InstanceState.COMPLETED
        INSTANCE.check(instance.state, ended)
        instance.state = ended
        instance.ended_at = self.around.now
        instance.outcome = changes.outcome

    def _save(self, chain: journal.Chain) -> None:
        instance, loaded = self.instance, self._loaded
        if loaded is not None:
            with unreadable.reporting(self._session, instance.key):
                state = loaded.live.dump()
            instance.state_blob, loaded.answers = states.encode(state, loaded.answers)
        instance.journal_digest = chain.digest
        running.save(self._session, instance)


def load(session: Session, instance: Running) -> Loaded:
    """Take the instance from memory if it is the stored one, else load its state.

    Raises:
        StateError: It cannot be read; an incident will say so.
    """
    key, revision = instance.key, instance.revision
    kept = work_of(session).take(key, revision)
    kept = kept or cache.caches(session).hot.take(key, revision)
    if kept is not None:
        return kept
    with unreadable.reporting(session, key):
        return _read(session, instance)


@contextmanager
def copied(session: Session, instance: Running) -> Generator[LiveInstance]:
    """Give an instance as it is stored, to try something with; nobody else has it.

    Raises:
        StateError: It cannot be read; an incident will say so.
    """
    with unreadable.reporting(session, instance.key):
        yield _read(session, instance).live


def _read(session: Session, instance: Running) -> Loaded:
    model = definitions.model_of(session, instance.model_key)
    fetch = partial(journal.answers, session)
    state, answers = states.decode(instance.state_blob, fetch)
    return Loaded(LiveInstance.load(model, state), answers)


def is_readable(session: Session, instance: Running) -> bool:
    """Tell whether a locked instance can be held; it then need not be loaded again.

    For what comes to it from others, who must not suffer from its broken state.
    """
    try:
        loaded = load(session, instance)
    except StateError:
        return False
    work_of(session).live[instance.key] = instance.revision, loaded
    return True


@contextmanager
def borrowed(session: Session, instance: Running) -> Generator[LiveInstance]:
    """Give an instance for reading only; it need not be locked.

    Raises:
        StateError: It cannot be read; an incident will say so.
    """
    own = work_of(session).live.get(instance.key)
    if own is not None and own[0] == instance.revision:
        yield own[1].live
        return
    loaded = load(session, instance)
    with unreadable.reporting(session, instance.key):
        yield loaded.live
    if instance.is_active:
        cache.caches(session).hot.put(instance.key, instance.revision, loaded)
