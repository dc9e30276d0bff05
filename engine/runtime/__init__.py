"""Running BPMN on SpiffWorkflow: bytes in, steps out; no database, no network.

The only package that knows SpiffWorkflow. A file is described and checked, then
compiled once into a ``Model`` that all instances share; a ``LiveInstance`` takes
commands and says in a ``Step`` what they did.
"""

from engine.runtime.counterparts import Pair, compare
from engine.runtime.data import accept_value
from engine.runtime.describe import describe
from engine.runtime.faults import (
    ModelError,
    NotWaitingError,
    StateError,
    UnsuitableValueError,
)
from engine.runtime.findings import check, read_decisions
from engine.runtime.instance import LiveInstance
from engine.runtime.migrating import Migrated
from engine.runtime.model import Model, compile_model
from engine.runtime.moving import Activation, Instruction, Move, Termination
from engine.runtime.remarks import (
    ChangeRefusedError,
    MigrationRefusedError,
    MoveRefusedError,
    Remark,
    Weight,
)
from engine.runtime.rescheduling import TimerOutlook
from engine.runtime.returning import Return
from engine.runtime.step import (
    BpmnFile,
    Closed,
    DecisionTaken,
    ElementEvent,
    ElementInfo,
    Known,
    ProcessInfo,
    SourceFile,
    StartEvent,
    Step,
    StepIncident,
    Surroundings,
    ThrownMessage,
    Wait,
    WaitKind,
    WorkingCalendar,
)
from engine.runtime.xml import UnreadableFileError

__all__ = [
    "Activation",
    "BpmnFile",
    "ChangeRefusedError",
    "Closed",
    "DecisionTaken",
    "ElementEvent",
    "ElementInfo",
    "Instruction",
    "Known",
    "LiveInstance",
    "Migrated",
    "MigrationRefusedError",
    "Model",
    "ModelError",
    "Move",
    "MoveRefusedError",
    "NotWaitingError",
    "Pair",
    "ProcessInfo",
    "Remark",
    "Return",
    "SourceFile",
    "StartEvent",
    "StateError",
    "Step",
    "StepIncident",
    "Surroundings",
    "Termination",
    "ThrownMessage",
    "TimerOutlook",
    "UnreadableFileError",
    "UnsuitableValueError",
    "Wait",
    "WaitKind",
    "Weight",
    "WorkingCalendar",
    "accept_value",
    "check",
    "compare",
    "compile_model",
    "describe",
    "read_decisions",
]
