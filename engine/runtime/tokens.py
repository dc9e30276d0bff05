"""Tokens and the scopes they live in: SpiffWorkflow's tasks and workflows, made lean.

A scope is one run of a process, a called process or a sub-process. Its tokens form
a tree: live tokens are leaves, inner nodes are forks that hold the data which their
branches began with. SpiffWorkflow predicts the future in that tree and keeps the
past; we keep neither, so the tree is as large as what is going on.
"""

from collections.abc import Iterator
from typing import Any, cast
from uuid import UUID, uuid4

from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState
from typing_extensions import override

from engine.runtime.data import Data
from engine.runtime.elements import Element, Flow
from engine.runtime.engine_script import FeelScriptEngine
from engine.runtime.specs import Behaviour, NodeSpec, ScopeSpec
from engine.runtime.step import Wait
from engine.runtime.work import ARMED, Role, Work

LIVE = TaskState.FUTURE | TaskState.WAITING | TaskState.READY | TaskState.STARTED


class Token(Task):  # type: ignore[misc]  # SpiffWorkflow has no types
    """One token; ``id`` in hex is the ref under which the outside knows it.

    ``closing`` tells that the work is done and only leaving is left, ``active`` that
    the element was reported as entered and not yet as left. ``memo`` is what the
    element's behaviour has to remember while the token is there.
    """

    id: UUID
    workflow: "Scope"
    task_spec: NodeSpec
    data: Data
    _children: list[UUID]
    _parent: UUID | None

    def __init__(
        self,
        scope: "Scope",
        spec: Any,
        parent: "Token | None",
        data: Data,
        *,
        role: Role = Role.FLOW,
        flow: str | None = None,
        key: UUID | None = None,
    ) -> None:
        # SpiffWorkflow's own constructor reads the clock and writes a log record.
        self.id = key or uuid4()
        self.workflow, self.task_spec, self.data = scope, spec, data
        self._parent = None if parent is None else parent.id
        self._children, self._state = [], TaskState.FUTURE
        self.internal_data: Data = {}
        self.triggered, self.thread_id, self.last_state_change = False, 0, 0
        self.role, self.flow = role, flow
        self.wait: Wait | None = None
        self.closing, self.active = False, False
        self.chosen: tuple[Flow, ...] = ()
        self.serial = scope.root.next_serial() if key is None else 0
        scope.tasks[self.id] = self
        if parent is not None:
            parent._children.append(self.id)  # noqa: SLF001 - the tree is ours too

    @property
    def ref(self) -> str:
        """The token's name for the outside."""
        return self.id.hex

    @property
    def scope(self) -> "Scope":
        """The scope that the token lives in."""
        return self.workflow

    @property
    def element(self) -> Element:
        """The element that the token is at."""
        return self.task_spec.element

    @property
    def does(self) -> Behaviour:
        """The behaviour of that element."""
        return self.task_spec.does

    @property
    def work(self) -> "Work[Token]":
        """The command that is being carried out."""
        return self.scope.root.work

    @property
    def memo(self) -> Data:
        """What the behaviour remembers."""
        return self.internal_data

    @property
    def above(self) -> "Token | None":
        """The node above in the tree."""
        return None if self._parent is None else self.scope.tasks.get(self._parent)

    @property
    def below(self) -> "list[Token]":
        """The nodes below, oldest first."""
        return [self.scope.tasks[key] for key in self._children]

    @property
    def inside(self) -> "InnerScope | None":
        """The scope that runs inside the element, if one does."""
        return self.scope.root.subprocesses.get(self.id)

    @property
    def is_live(self) -> bool:
        """Whether the token is neither finished nor a fork."""
        return (self._state & LIVE) != 0 and self.id in self.scope.tasks

    @property
    def is_ready(self) -> bool:
        """Whether the token is about to run."""
        return self._state == TaskState.READY and self.is_live

    @property
    def holds(self) -> bool:
        """Whether the scope cannot end while the token is there."""
        return self.role not in ARMED and (self._state & LIVE) != 0

    def hang_below(self, parent: "Token") -> None:
        """Move the node with what is below it to another place in the tree."""
        if (old := self.above) is not None:
            old._children.remove(self.id)  # noqa: SLF001 - its own class
        self._parent = parent.id
        parent._children.append(self.id)  # noqa: SLF001 - its own class

    def go(self) -> None:
        """Let a new token arrive at its element."""
        self.task_spec._update(self)  # noqa: SLF001 - SpiffWorkflow's own way in

    def wake(self) -> None:
        """Let a token that waited run."""
        self._ready()

    def rest(self, *, started: bool = False) -> None:
        """Mark the token as waiting, or as being at work inside."""
        self._set_state(TaskState.STARTED if started else TaskState.WAITING)

    def become_fork(self) -> None:
        """Mark the node as a fork: finished itself, with branches below."""
        self._set_state(TaskState.COMPLETED)

    @override
    def run(self) -> bool | None:
        """Let the element work; raises ``ElementFailed`` before anything changed."""
        done = self.does.run(self)
        if done:
            self.complete()
        return done

    @override
    def complete(self) -> None:
        """Leave the element; raises ``ElementFailed`` before anything has changed."""
        self.closing = True
        self.does.close(self)
        super().complete()

    @override
    def _set_state(self, value: int) -> None:
        self._state = value  # without SpiffWorkflow's log record


class _ScopeTree:
    """What both kinds of scope have in common."""

    tasks: dict[UUID, Token]
    task_tree: Token
    spec: ScopeSpec
    path: tuple[str, ...]
    host: Token | None
    compensations: list[Data]
    memo: Data

    @property
    def root(self) -> "RootScope":
        raise NotImplementedError

    def plant(self, data: Data, key: UUID | None = None) -> Token:
        """Create the fork at the top, which holds the data the scope began with."""
        top = Token(cast("Scope", self), self.spec.start, None, data, key=key)
        top.become_fork()
        self.task_tree = top
        return top

    def live_tokens(self) -> list[Token]:
        """Return the tokens that are not finished, armed ones included."""
        return [token for token in self.tasks.values() if token.is_live]

    def holders(self) -> list[Token]:
        """Return the tokens without whose end the scope cannot end."""
        return [token for token in self.tasks.values() if token.holds]

    def update_waiting_tasks(self) -> None:
        """Do nothing: our stepping looks at what waits itself."""

    def _task_completed_notify(self, task: Token) -> None:
        """Do nothing: our scopes end when no token holds them."""

    def _task_removed_notify(self, task: Token) -> None:
        """Do nothing: nobody listens."""


class RootScope(_ScopeTree, BpmnWorkflow):  # type: ignore[misc]  # untyped base
    """The run of the process itself, and what all scopes of the instance share.

    ``rounds`` counts how often each element was entered; ``outcome`` is the id of
    the end event reached last.
    """

    subprocesses: "dict[UUID, InnerScope]"

    def __init__(self, spec: ScopeSpec, inner: dict[str, ScopeSpec]) -> None:
        super().__init__(
            spec, inner, script_engine=FeelScriptEngine(), deserializing=True
        )
        self.path, self.host = (), None
        self.compensations, self.memo = [], {}
        self.rounds: dict[str, int] = {}
        self.serial = 0
        self.finished = False
        self.outcome: str | None = None
        self._work: Work[Token] | None = None

    @property
    @override
    def root(self) -> "RootScope":
        """The scope itself."""
        return self

    @property
    def work(self) -> "Work[Token]":
        """The command that is being carried out."""
        if self._work is None:
            msg = "an instance only moves inside a command"
            raise RuntimeError(msg)
        return self._work

    def begin(self, work: "Work[Token]") -> None:
        """Begin a command."""
        self._work = work

    def end(self) -> None:
        """End the command."""
        self._work = None

    def next_serial(self) -> int:
        """Return a number greater than all before; the order of what happened."""
        self.serial += 1
        return self.serial

    def scopes(self) -> "Iterator[Scope]":
        """Yield every scope of the instance, outer ones first."""
        yield self
        yield from list(self.subprocesses.values())

    def find(self, ref: str) -> Token | None:
        """Return the live token with this ref."""
        try:
            key = UUID(hex=ref)
        except ValueError:
            return None
        for scope in self.scopes():
            token = scope.tasks.get(key)
            if token is not None and token.is_live:
                return token
        return None


class InnerScope(_ScopeTree, BpmnSubWorkflow):  # type: ignore[misc]  # untyped base
    """The run of a sub-process or called process inside the ``host`` token."""

    host: Token

    def __init__(self, spec: ScopeSpec, host: Token) -> None:
        root, shown = host.scope.root, host.element.id
        self.path = (*host.scope.path, shown) if shown else host.scope.path
        super().__init__(spec, host.id, root, deserializing=True)
        self.host, self.compensations, self.memo = host, [], {}
        root.subprocesses[host.id] = self

    @property
    @override
    def root(self) -> RootScope:
        """The run of the process itself."""
        return cast("RootScope", self.top_workflow)

    def _calculate_depth(self) -> int:
        return len(self.path)  # SpiffWorkflow would search every scope for the host


Scope = RootScope | InnerScope
