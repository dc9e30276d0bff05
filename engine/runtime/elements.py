"""What a compiled model says of each element: plain data, expressions compiled."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from engine.dmn import Decisions
from engine.feel import Expression, Script


class TriggerKind(StrEnum):
    """What an event throws or catches."""

    MESSAGE = "message"
    SIGNAL = "signal"
    TIMER = "timer"
    ERROR = "error"
    ESCALATION = "escalation"
    CONDITION = "conditional"
    COMPENSATION = "compensate"
    CANCEL = "cancel"
    TERMINATE = "terminate"


class TimerKind(StrEnum):
    """How a timer's text is meant."""

    DATE = "timeDate"
    DURATION = "timeDuration"
    CYCLE = "timeCycle"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerText:
    """The text of a timer; ``expression`` is None where it is a bare literal."""

    kind: TimerKind
    text: str
    expression: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """One event definition.

    ``code`` is the error or escalation code, empty for any. ``correlation`` holds
    the parts of a message's key. ``everywhere`` tells a signal that leaves the
    instance, ``publish`` a message for the journal and subscribers only.
    ``activity`` is the activity that a compensation throw names.
    """

    kind: TriggerKind
    name: str = ""
    code: str = ""
    timer: TimerText | None = None
    condition: Expression | None = None
    payload: Expression | None = None
    variable: str = ""
    correlation: tuple[Expression, ...] = ()
    everywhere: bool = True
    publish: bool = False
    activity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A sequence flow; ``shown`` is its id in the file, None where it has none."""

    id: str
    shown: str | None
    source: str
    target: str
    condition: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """Loop characteristics, standard (``condition``, ``maximum``) or multi-instance.

    ``condition`` of a standard loop says whether to go on, ``until`` of a
    multi-instance whether the rest is superfluous. With ``behavior`` none every
    instance that completes ``throws`` the event, with one only the first does.
    """

    standard: bool = False
    sequential: bool = True
    test_before: bool = False
    maximum: Expression | None = None
    condition: Expression | None = None
    cardinality: Expression | None = None
    collection: Expression | None = None
    item: str = ""
    output: str = ""
    output_item: str = ""
    until: Expression | None = None
    behavior: str = "all"
    throws: Trigger | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserWork:
    """What a user task asks of people; expressions where the text began with ``=``."""

    duty: str | None = None
    duty_rule: Expression | None = None
    mode: str | None = None
    form: str | None = None
    result: str | None = None
    due: str = ""
    due_rule: Expression | None = None
    priority: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What a service task calls; ``result`` is empty where the answer is dropped.

    Somebody's own worker (``for_workers``) brings variables instead of one result:
    ``outputs`` say what becomes of them; without any they are stored as they come.
    """

    name: str
    parameters: Mapping[str, Expression] = field(default_factory=dict)
    result: str = ""
    for_workers: bool = False
    outputs: Mapping[str, Expression] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    retries: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The decision that a business rule task takes."""

    id: str
    decisions: Decisions


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """A flow node.

    ``name_in_model`` is unique in its scope and equals ``id`` unless the id is
    missing or reserved; ``id`` is empty for a node that the file does not have.
    ``scope`` is the key of what runs inside (sub-process or called process).
    """

    name_in_model: str
    id: str
    type: str
    name: str = ""
    outgoing: tuple[Flow, ...] = ()
    incoming: tuple[str, ...] = ()
    default: str | None = None
    triggers: tuple[Trigger, ...] = ()
    all_triggers: bool = False
    interrupting: bool = True
    attached_to: str = ""
    boundaries: tuple[str, ...] = ()
    compensated_by: str = ""
    for_compensation: bool = False
    loop: Loop | None = None
    work: UserWork | None = None
    operation: Operation | None = None
    decision: Decision | None = None
    script: Script | None = None
    before: Script | None = None
    after: Script | None = None
    scope: str = ""
    start_quantity: int = 1
    completion_quantity: int = 1
    activation: Expression | None = None
    completion: Expression | None = None
    ordered: bool = False
    cancel_rest: bool = True

    @property
    def ad_hoc(self) -> bool:
        """Whether its activities have no fixed order."""
        return self.type == "adHocSubProcess"

    @property
    def trigger(self) -> Trigger | None:
        """The only event definition; None where there is none."""
        return self.triggers[0] if self.triggers else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What a called process takes and gives; None means everything."""

    inputs: tuple[str, ...] | None = None
    outputs: tuple[str, ...] | None = None
