"""The registry of what service tasks can call.

A *local* operation only reads and writes the database and runs inside the command's
own transaction. A *remote* one (network, rendering) becomes a job: it is called
outside any transaction, must bear being called twice with the same key, and its
result is brought back as a command. A service task whose operation is in no registry
waits for somebody's own worker.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, cast

from sqlalchemy.orm import Session

from engine.authorization import Actor
from engine.connectors import Connector
from engine.errors import EngineError
from engine.settings import Settings


class Instance(Protocol):
    """What an operation may know of the instance that calls it."""

    @property
    def key(self) -> int: ...  # noqa: D102 - named as the column
    @property
    def process_id(self) -> str: ...  # noqa: D102 - named as the column
    @property
    def definition_key(self) -> int: ...  # noqa: D102 - named as the column
    @property
    def business_id(self) -> str | None: ...  # noqa: D102 - named as the column
    @property
    def scope_key(self) -> int | None: ...  # noqa: D102 - named as the column
    @property
    def root_key(self) -> int: ...  # noqa: D102 - named as the column


class BpmnError(EngineError):
    """An operation ended with a business error that the diagram may catch."""

    code = "bpmn-error"

    def __init__(self, error_code: str, en: str, zh: str) -> None:
        super().__init__(en, zh)
        self.error_code = error_code


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationContext:
    """Where an operation runs.

    ``scope_key`` is the instance's (its project), ``now`` the business time and
    ``deployment_key`` the deployment of the diagram that calls.
    """

    session: Session
    actor: Actor
    instance: Instance
    scope_key: int | None
    now: datetime
    element_id: str
    deployment_key: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteContext:
    """What a remote operation has instead of a session.

    ``key`` identifies the job: whatever is done outside carries it, so that a
    repetition is recognised. ``documents`` is the document store, ``resource`` reads
    a deployed file by its digest, ``connectors`` are the other systems by name.
    """

    settings: Settings
    key: int
    documents: Any = None
    language: str = "zh"
    resource: Callable[[str], bytes] | None = None
    connectors: Mapping[str, Connector] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteResult:
    """What came back; ``value`` goes into process data unless ``apply`` says else."""

    value: Any = None
    details: Mapping[str, Any] = field(default_factory=dict)


Local = Callable[[OperationContext, Mapping[str, Any]], Any]
Remote = Callable[[RemoteContext, Mapping[str, Any]], RemoteResult]
Prepare = Callable[[OperationContext, Mapping[str, Any]], Mapping[str, Any]]
Apply = Callable[[OperationContext, RemoteResult], Any]
Note = Callable[[Session, RemoteResult], float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation.

    ``prepare`` (remote only) runs in the command's transaction and turns the
    diagram's parameters into what the job stores, for whatever has to be read from
    the database first; ``apply`` takes the result back inside a transaction and
    returns what goes into process data. ``note`` takes it back where no instance
    waits for it, and may return seconds after which the same is asked again.
    ``attempts`` says how often a failing call is tried before a person is asked; by
    default as the settings say.
    """

    name: str
    function: Local | Remote
    remote: bool = False
    parameters: tuple[str, ...] = ()
    prepare: Prepare | None = None
    apply: Apply | None = None
    note: Note | None = None
    attempts: int | None = None

    def call_local(
        self, context: OperationContext, parameters: Mapping[str, Any]
    ) -> Any:
        """Run a local operation."""
        return cast("Local", self.function)(context, parameters)

    def call_remote(
        self, context: RemoteContext, parameters: Mapping[str, Any]
    ) -> RemoteResult:
        """Run a remote operation; never inside a transaction."""
        return cast("Remote", self.function)(context, parameters)


class Operations:
    """The operations that one application offers to its diagrams."""

    def __init__(self) -> None:
        self._known: dict[str, Operation] = {}

    def register(
        self,
        name: str,
        function: Local | Remote,
        *,
        remote: bool = False,
        parameters: Iterable[str] = (),
        prepare: Prepare | None = None,
        apply: Apply | None = None,
        note: Note | None = None,
        attempts: int | None = None,
    ) -> None:
        """Offer ``function`` as the operation ``name``; a name is given once."""
        if name in self._known:
            raise ValueError(f"The operation {name} is registered already")
        self._known[name] = Operation(
            name=name,
            function=function,
            remote=remote,
            parameters=tuple(parameters),
            prepare=prepare,
            apply=apply,
            note=note,
            attempts=attempts,
        )

    def get(self, name: str) -> Operation | None:
        """Return the operation, or None where nobody registered it."""
        return self._known.get(name)

    @property
    def names(self) -> frozenset[str]:
        """All names, for the check of a deployment."""
        return frozenset(self._known)


def registry(session: Session) -> Operations:
    """Return the operations of the session's application."""
    return cast("Operations", session.info["operations"])
