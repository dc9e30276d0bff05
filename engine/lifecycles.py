"""The states that things pass through, and the moves between them."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from enum import StrEnum
from typing import Generic, TypeVar

from engine.errors import ConflictError

S = TypeVar("S", bound=StrEnum)


class IllegalMoveError(ConflictError):
    """The state machine has no such move."""

    code = "illegal-move"

    def __init__(self, current: StrEnum, wanted: StrEnum) -> None:
        super().__init__(
            f"{type(current).__name__} {current} cannot become {wanted}; "
            "reload to see what happened meanwhile",
            f"当前状态为{current},不能变为{wanted};请刷新后查看最新情况",
        )
        self.current = current
        self.wanted = wanted


class Lifecycle(Generic[S]):
    """A closed table of moves; a state without moves is final."""

    def __init__(self, states: type[S], moves: Mapping[S, AbstractSet[S]]) -> None:
        if missing := set(states) - set(moves):
            raise ValueError(f"No moves given for {sorted(missing)}")
        self._moves = dict(moves)

    def check(self, current: S, wanted: S) -> None:
        """Raise `IllegalMoveError` unless ``current`` may become ``wanted``."""
        if wanted not in self._moves[current]:
            raise IllegalMoveError(current, wanted)

    def is_final(self, state: S) -> bool:
        """Tell whether nothing can follow ``state``."""
        return not self._moves[state]


class UserTaskState(StrEnum):
    """Where a user task stands; claimed means that its assignee is set."""

    CREATED = "CREATED"
    COMPLETED = "COMPLETED"
    CANCELED = "CANCELED"


USER_TASK = Lifecycle(
    UserTaskState,
    {
        UserTaskState.CREATED: {UserTaskState.COMPLETED, UserTaskState.CANCELED},
        UserTaskState.COMPLETED: set(),
        UserTaskState.CANCELED: set(),
    },
)


class InstanceState(StrEnum):
    """Where a process instance stands; suspension is a flag beside it."""

    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    TERMINATED = "TERMINATED"


INSTANCE = Lifecycle(
    InstanceState,
    {
        InstanceState.ACTIVE: {InstanceState.COMPLETED, InstanceState.TERMINATED},
        InstanceState.COMPLETED: set(),
        InstanceState.TERMINATED: set(),
    },
)


class ElementState(StrEnum):
    """Where an element of an instance stands."""

    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    TERMINATED = "TERMINATED"


class JobState(StrEnum):
    """Where a job stands; FAILED means an incident waits for a person."""

    CREATED = "CREATED"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"


JOB = Lifecycle(
    JobState,
    {
        JobState.CREATED: {JobState.COMPLETED, JobState.FAILED, JobState.CANCELED},
        JobState.FAILED: {JobState.CREATED, JobState.COMPLETED, JobState.CANCELED},
        JobState.COMPLETED: set(),
        JobState.CANCELED: set(),
    },
)


class IncidentState(StrEnum):
    """Where an incident stands."""

    ACTIVE = "ACTIVE"
    RESOLVED = "RESOLVED"


class MessageState(StrEnum):
    """Where a message between instances stands."""

    BUFFERED = "BUFFERED"
    DELIVERED = "DELIVERED"
    EXPIRED = "EXPIRED"
    PUBLISHED = "PUBLISHED"


class DeliveryState(StrEnum):
    """Where an event on its way to a webhook stands."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"


DELIVERY = Lifecycle(
    DeliveryState,
    {
        DeliveryState.PENDING: {
            DeliveryState.DELIVERED,
            DeliveryState.FAILED,
            DeliveryState.CANCELED,
        },
        DeliveryState.DELIVERED: set(),
        DeliveryState.FAILED: {DeliveryState.CANCELED},
        DeliveryState.CANCELED: set(),
    },
)


class BatchState(StrEnum):
    """Where a batch of changes to many instances stands."""

    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    PARTIALLY_COMPLETED = "PARTIALLY_COMPLETED"
    CANCELED = "CANCELED"


BATCH = Lifecycle(
    BatchState,
    {
        BatchState.ACTIVE: {
            BatchState.COMPLETED,
            BatchState.PARTIALLY_COMPLETED,
            BatchState.CANCELED,
        },
        BatchState.COMPLETED: set(),
        BatchState.PARTIALLY_COMPLETED: set(),
        BatchState.CANCELED: set(),
    },
)


class BatchItemState(StrEnum):
    """Where one instance of a batch stands; FAILED means that it stayed as it was."""

    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
