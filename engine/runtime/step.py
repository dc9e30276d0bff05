"""What goes into the runtime and what comes out of it: plain, frozen data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


class WorkingCalendar(Protocol):
    """What the runtime asks of the calendar to reckon working time."""

    def after(self, start: datetime, duration: str) -> datetime:
        """Return when the working-time ``duration`` (``P2WD``, ``PT4WH``) is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a step may know of the world: the business time and the calendar.

    ``facts`` are read-only values that every expression sees beside the process
    data (for instance the members of duties, resolved from the project's row);
    process data of the same name wins. ``zone`` names the calendar's time zone,
    in which dates without an offset and cron expressions are read.
    """

    now: datetime
    calendar: WorkingCalendar
    zone: str = "Asia/Shanghai"
    facts: Mapping[str, Any] = field(default_factory=dict)


class WaitKind(StrEnum):
    """What an instance can wait for."""

    TASK = "task"
    TIMER = "timer"
    MESSAGE = "message"
    SIGNAL = "signal"
    CALL = "call"
    CONDITION = "condition"
    INCIDENT = "incident"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """One thing that an instance waits for; ``ref`` stays the same while it waits.

    Depending on ``kind`` these are set:

    * TASK: ``duty``, ``mode``, ``form``, ``result``, ``due_at``, ``priority``;
      ``candidates`` where the duty is an expression that named people or duties.
    * TIMER: ``due_at``; ``cycle`` is the text of a repeating timer, else empty.
    * MESSAGE, SIGNAL: ``name``; ``correlation_key`` (parts joined by ``/``, empty
      where none is declared). ``starts`` tells an event sub-process start.
    * CALL: ``operation`` and ``parameters`` (evaluated), ``result``; for somebody's
      own worker ``headers`` and, where the model says it, ``retries``.
    * INCIDENT: ``incident``; the token stands still until it is retried.

    ``path`` holds the ids of the enclosing sub-processes and call activities,
    outermost first. ``round`` counts how often the element was entered in this
    instance, from 1. ``host_ref`` is the wait that a boundary event belongs to.
    """

    kind: WaitKind
    ref: str
    element_id: str
    element_name: str = ""
    path: tuple[str, ...] = ()
    round: int = 1
    host_ref: str | None = None
    interrupting: bool = True
    starts: bool = False
    duty: str | None = None
    mode: str | None = None
    form: str | None = None
    result: str | None = None
    candidates: tuple[str, ...] | None = None
    due_at: datetime | None = None
    priority: int | None = None
    cycle: str = ""
    name: str = ""
    correlation_key: str = ""
    operation: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    retries: int | None = None
    incident: "StepIncident | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """A wait that is over, and why: ``completed`` or ``canceled`` (+ reason).

    ``reason`` is the id of the element that interrupted it, or the reason given
    to ``cancel``; empty when it was completed.
    """

    wait: Wait
    completed: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementEvent:
    """An element was entered (``activated``), left or cut off."""

    ref: str
    element_id: str
    element_type: str
    state: str  # "activated" | "completed" | "terminated"
    at: datetime
    path: tuple[str, ...] = ()
    scope_ref: str = ""
    flow_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThrownMessage:
    """A message (or a signal for everybody) that left the instance."""

    element_id: str
    name: str
    correlation_key: str = ""
    payload: Any = None
    signal: bool = False
    publish_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTaken:
    """A decision was evaluated: what went in, what came out, which rows matched."""

    element_id: str
    decision_id: str
    inputs: Mapping[str, Any]
    output: Any
    matched: Sequence[tuple[str, str, int]]  # decision id, rule id, row from 1


@dataclass(frozen=True, slots=True, kw_only=True)
class StepIncident:
    """Why a token cannot go on, in words that a designer can act on.

    ``code`` is stable (``expression-failed``, ``value-missing``, ``no-flow``,
    ``error-not-caught``, ``decision-failed``, ``timer-invalid`` …).
    """

    ref: str
    element_id: str
    code: str
    message_en: str
    message_zh: str
    expression: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one command did to an instance.

    ``finished`` is true when no token is left; ``outcome`` is then the id of the
    end event reached last, and ``failed`` tells an uncaught BPMN error.
    """

    opened: tuple[Wait, ...] = ()
    closed: tuple[Closed, ...] = ()
    events: tuple[ElementEvent, ...] = ()
    thrown: tuple[ThrownMessage, ...] = ()
    decisions: tuple[DecisionTaken, ...] = ()
    incidents: tuple[StepIncident, ...] = ()
    finished: bool = False
    outcome: str | None = None
    failed: bool = False


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it was handed in."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a deployment may refer to besides its own files.

    ``None`` means "do not check"; the offline check knows less than the server.
    """

    duties: frozenset[str] | None = None
    forms: frozenset[str] | None = None
    decisions: frozenset[str] | None = None
    operations: frozenset[str] | None = None
    processes: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementInfo:
    """An element of a process as pages, lists and traces need it."""

    id: str
    type: str
    name: str
    name_en: str = ""
    process_id: str = ""
    parent_id: str | None = None
    lane: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    called_element: str = ""
    decision_id: str = ""
    operation: str = ""
    attached_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartEvent:
    """How a process can be started: ``kind`` none, message, signal or timer.

    ``name`` is the message's or signal's, ``timer`` the text of the timer.
    """

    element_id: str
    kind: str
    name: str = ""
    timer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessInfo:
    """A process of a file.

    A global task is one too: not executable by itself, with itself as its only
    element. A process without a start event has one start of kind none whose
    ``element_id`` is empty.
    """

    id: str
    name: str
    name_en: str = ""
    executable: bool = True
    version_tag: str = ""
    elements: tuple[ElementInfo, ...] = ()
    starts: tuple[StartEvent, ...] = ()
    called_processes: frozenset[str] = frozenset()
    decisions: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()
    operations: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class BpmnFile:
    """What a BPMN file declares."""

    name: str
    processes: tuple[ProcessInfo, ...]
