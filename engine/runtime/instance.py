"""A process instance that lives in memory: commands in, steps out."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from engine.errors import Text
from engine.runtime import (
    beginning,
    calls,
    codec,
    correcting,
    cutting,
    migrating,
    moving,
    rescheduling,
    retrying,
    returning,
    skipping,
    stepping,
    throwing,
    waiting,
)
from engine.runtime.data import Data, accept, accept_value, hand_out
from engine.runtime.faults import ElementFailed, NotWaitingError
from engine.runtime.migrating import Migrated
from engine.runtime.model import Model
from engine.runtime.step import Step, Surroundings, Wait, WaitKind
from engine.runtime.tokens import RootScope, Token
from engine.runtime.trace import detached
from engine.runtime.tree import view, view_of


class LiveInstance:
    """One instance of a process.

    Commands take and give copies: what a caller does to values it passed or
    received never reaches the instance. A command that raises has changed nothing,
    except where it says so; an instance after an unexpected exception must be
    thrown away.
    """

    def __init__(self, model: Model, root: RootScope) -> None:
        self._model, self._root = model, root

    @property
    def model(self) -> Model:
        """The model that the instance runs on."""
        return self._model

    @classmethod
    def start(
        cls,
        model: Model,
        variables: Mapping[str, Any],
        surroundings: Surroundings,
        *,
        start_element: str | None = None,
        payload: Any = None,
    ) -> "tuple[LiveInstance, Step]":
        """Start an instance.

        Args:
            model: What to run.
            variables: The data it begins with.
            surroundings: The time and the calendar.
            start_element: The start event; by default, or when empty, the one
                without a trigger, or where the process has none, what comes first.
            payload: What the message or signal that starts it carries.

        Raises:
            NotWaitingError: the process has no such start event.
            UnsuitableValueError: a value cannot be process data.
        """
        names = beginning.start_nodes(model, start_element)
        root = RootScope(model.root, dict(model.scopes))
        live = cls(model, root)
        data, carried = accept(variables), accept_value(payload)
        return live, live._step(
            surroundings, lambda: beginning.begin(root, data, names, carried)
        )

    @classmethod
    def load(cls, model: Model, state: bytes) -> "LiveInstance":
        """Return the instance that ``dump`` wrote.

        Raises:
            StateError: the state is broken, cut short, of another process or newer
                than this program.
        """
        return cls(model, codec.load(model, state))

    def dump(self) -> bytes:
        """Return the state, to be kept as it is."""
        return codec.dump(self._model, self._root)

    def complete_task(
        self, ref: str, values: Mapping[str, Any], surroundings: Surroundings
    ) -> Step:
        """Complete the user task at ``ref``; ``values`` become its data.

        Raises:
            NotWaitingError: no user task is open there.
            UnsuitableValueError: a value cannot be process data.
        """
        token = self._waiting(ref, WaitKind.TASK)
        return self._finish(token, accept(values), surroundings)

    def complete_call(self, ref: str, result: Any, surroundings: Surroundings) -> Step:
        """Bring back the result of the service task at ``ref``.

        What somebody's own worker brings are variables by name.

        Raises:
            NotWaitingError: no call is open there.
            UnsuitableValueError: the result cannot be process data.
        """
        token = self._waiting(ref, WaitKind.CALL)
        calls.bring(token, accept_value(result))
        return self._finish(token, {}, surroundings)

    def throw_error(
        self, ref: str, error_code: str, message: str, surroundings: Surroundings
    ) -> Step:
        """Let the activity at ``ref`` end with a BPMN error.

        An error that nobody catches becomes an incident at the activity, whose
        wait is then over.

        Raises:
            NotWaitingError: neither a call nor a user task is open there.
        """
        token = self._waiting(ref, WaitKind.CALL, WaitKind.TASK)
        carried = {"code": error_code, "message": message}

        def throw() -> None:
            throwing.throw_error(token, error_code, carried, from_inside=True)

        return self._step(surroundings, lambda: token.work.attempt(token, throw))

    def fail_call(
        self, ref: str, code: str, text: Text, surroundings: Surroundings
    ) -> Step:
        """Let the service task at ``ref`` stand still with an incident.

        Retrying reckons its parameters anew and calls again.

        Raises:
            NotWaitingError: no call is open there.
        """
        token = self._waiting(ref, WaitKind.CALL)
        failure = ElementFailed(code, text)
        return self._step(surroundings, lambda: waiting.fail(token, failure))

    def can_skip(self, ref: str) -> bool:
        """Tell whether a service task that has not been done stands at ``ref``."""
        token = self._root.find(ref)
        return token is not None and skipping.is_possible(token)

    def skip(self, ref: str, value: Any, surroundings: Surroundings) -> Step:
        """Go on from the service task at ``ref`` as if it had returned ``value``.

        Raises:
            NotWaitingError: no such task waits or stands still there.
            UnsuitableValueError: the value cannot be process data.
        """
        token = self._waiting(ref, WaitKind.CALL, WaitKind.INCIDENT)
        if not skipping.is_possible(token):
            raise NotWaitingError(ref, WaitKind.CALL.value)
        values = skipping.values_of(token, value)
        return self._step(surroundings, lambda: skipping.go_on(token, values))

    def fire_timer(self, ref: str, surroundings: Surroundings) -> Step:
        """Let the timer at ``ref`` fire, whatever the time is.

        Raises:
            NotWaitingError: no timer is set there.
        """
        return self._catch(self._waiting(ref, WaitKind.TIMER), None, surroundings)

    def timer_outlook(
        self, ref: str, due_at: datetime, surroundings: Surroundings
    ) -> rescheduling.TimerOutlook:
        """Return what the timer at ``ref`` would do if it were due at ``due_at``.

        Raises:
            NotWaitingError: no timer is set there.
        """
        token = self._waiting(ref, WaitKind.TIMER)
        return rescheduling.outlook(token, due_at, surroundings)

    def move_timer(self, ref: str, due_at: datetime) -> None:
        """Let the timer at ``ref`` be due at another time.

        Raises:
            NotWaitingError: no timer is set there.
        """
        rescheduling.move(self._waiting(ref, WaitKind.TIMER), due_at)

    def deliver_message(
        self, ref: str, payload: Any, surroundings: Surroundings
    ) -> Step:
        """Hand a message to what waits for it at ``ref``.

        Raises:
            NotWaitingError: no message is waited for there.
            UnsuitableValueError: the payload cannot be process data.
        """
        token = self._waiting(ref, WaitKind.MESSAGE)
        return self._catch(token, accept_value(payload), surroundings)

    def deliver_signal(
        self, name: str, payload: Any, surroundings: Surroundings
    ) -> Step:
        """Let everything that waits for the signal catch it; nothing need.

        A signal that the instance throws itself has reached it already.
        """
        carried = accept_value(payload)
        return self._step(
            surroundings, lambda: throwing.spread_signal(self._root, name, carried)
        )

    def cancel(self, surroundings: Surroundings, reason: str) -> Step:
        """Cut everything off; the instance is then finished."""
        return self._step(surroundings, lambda: cutting.cancel(self._root, reason))

    def retry(self, ref: str, surroundings: Surroundings) -> Step:
        """Let the token with the incident at ``ref`` try again.

        Raises:
            NotWaitingError: there is no incident.
        """
        token = self._waiting(ref, WaitKind.INCIDENT)
        return self._step(surroundings, lambda: retrying.again(token))

    def migrate(
        self, target: Model, mapping: Mapping[str, str], surroundings: Surroundings
    ) -> Migrated:
        """Go on under another model; tokens keep their refs, data and due times.

        Args:
            target: The model.
            mapping: Ids of elements, old to new; all others keep theirs.
            surroundings: The time and the calendar.

        Raises:
            MigrationRefusedError: a token has no place there; ``remarks`` say why.
        """
        done = migrating.migrate(self._model, self._root, target, mapping, surroundings)
        self._model, self._root = target, done.root
        return done

    def modify(
        self,
        instructions: Sequence[moving.Instruction],
        surroundings: Surroundings,
        reason: str,
    ) -> Step:
        """Put tokens before elements, move them, take them away: all or nothing.

        Raises:
            MoveRefusedError: ``remarks`` say why it cannot be.
            NotWaitingError: there is no such token.
            UnsuitableValueError: a value cannot be process data.
        """
        self._root, step = moving.modify(
            self._model, self._root, instructions, surroundings, reason
        )
        return step

    def refs_at(self, element_id: str) -> list[str]:
        """Return the refs of the tokens at an element; a loop counts once."""
        return moving.refs_at(self._root, element_id)

    def returns(self, ref: str, finished: Collection[str]) -> list[returning.Return]:
        """Return to which of the ``finished`` tasks the one at ``ref`` can go back.

        Raises:
            NotWaitingError: no user task is open there.
        """
        return returning.returns(self._root, ref, finished)

    def send_back(
        self, ref: str, element_id: str, surroundings: Surroundings, reason: str
    ) -> Step:
        """Let the case stand before an earlier user task again.

        Raises:
            NotWaitingError: no user task is open at ``ref``.
            MoveRefusedError: the element is no legal target.
        """
        return self._step(
            surroundings,
            lambda: returning.send_back(self._root, ref, element_id, reason),
        )

    def set_variables(self, values: Mapping[str, Any], ref: str | None = None) -> None:
        """Set variables: everywhere in the process, or only at the token ``ref``.

        Called processes have data of their own and keep it. Conditions are looked at
        with the next command.

        Raises:
            NotWaitingError: there is no such token.
            UnsuitableValueError: a value cannot be process data.
        """
        new = accept(values)
        if ref is None:
            correcting.everywhere(self._root, new)
        else:
            correcting.inside(self._token(ref), new)

    def correct(
        self,
        values: Mapping[str, Any],
        surroundings: Surroundings,
        ref: str | None,
        *,
        local: bool = False,
    ) -> Step:
        """Set variables in the called process that holds ``ref``, or everywhere.

        ``local`` ones are set at ``ref`` alone. Conditions that become true are caught.

        Raises:
            NotWaitingError: there is no such token.
            UnsuitableValueError: a value cannot be process data.
        """
        new = accept(values)
        token = self._root.task_tree if ref is None else self._token(ref)
        put = correcting.inside if local else correcting.around
        return self._step(surroundings, lambda: put(token, new))

    def variables(self, ref: str | None = None) -> dict[str, Any]:
        """Return the data of the whole process, or what the element at ``ref`` sees.

        Raises:
            NotWaitingError: there is no such token.
        """
        found = view(self._root) if ref is None else view_of(self._token(ref))
        copied: dict[str, Any] = hand_out(found)
        return copied

    @property
    def waits(self) -> Mapping[str, Wait]:
        """Everything that the instance waits for, by ref."""
        return MappingProxyType(
            {
                token.ref: detached(token.wait)
                for scope in self._root.scopes()
                for token in scope.tasks.values()
                if token.wait is not None
            }
        )

    def is_for_workers(self, ref: str) -> bool:
        """Tell whether the service task at ``ref`` is drawn for others' workers."""
        operation = self._token(ref).element.operation
        return operation is not None and operation.for_workers

    @property
    def is_finished(self) -> bool:
        """Whether no token is left."""
        return self._root.finished

    def _finish(self, token: Token, values: Data, surroundings: Surroundings) -> Step:
        def finish() -> None:
            token.data = {**token.data, **values}
            token.work.attempt(token, token.complete)

        return self._step(surroundings, finish)

    def _catch(self, token: Token, payload: Any, surroundings: Surroundings) -> Step:
        return self._step(surroundings, lambda: throwing.catch(token, payload))

    def _token(self, ref: str) -> Token:
        token = self._root.find(ref)
        if token is None:
            raise NotWaitingError(ref, "task")
        return token

    def _waiting(self, ref: str, *kinds: WaitKind) -> Token:
        token = self._root.find(ref)
        if token is None or token.wait is None or token.wait.kind not in kinds:
            raise NotWaitingError(ref, kinds[0].value)
        return token

    def _step(self, surroundings: Surroundings, action: Callable[[], None]) -> Step:
        root = self._root
        work = stepping.begin(root, surroundings)
        try:
            action()
            stepping.settle(root)
        finally:
            root.end()
        return work.record.step(
            finished=root.finished, outcome=root.outcome if root.finished else None
        )
