"""Instances: begun, ended before their time, suspended, looked at."""

from engine.instances.commands import (
    MayNotStartError,
    SuspensionError,
    cancel,
    cancel_all,
    create,
    end,
    resume,
    suspend,
)
from engine.instances.correction import (
    ElementNotFoundError,
    ElementOverError,
    set_element_variables,
    set_variables,
)
from engine.instances.modification import (
    Activate,
    Change,
    ElementNotActiveError,
    MoveTokens,
    Terminate,
    modify,
)
from engine.instances.reading import (
    data_of,
    element_instances,
    get,
    hierarchy,
    history,
    search,
    sequence_flows,
    variables,
    visible,
)
from engine.instances.timers import (
    TimerChange,
    get_timer,
    move_timer,
    search_timers,
)
from engine.instances.waiting import Waiting, waiting
from engine.steps import InstanceNotFoundError

__all__ = [
    "Activate",
    "Change",
    "ElementNotActiveError",
    "ElementNotFoundError",
    "ElementOverError",
    "InstanceNotFoundError",
    "MayNotStartError",
    "MoveTokens",
    "SuspensionError",
    "Terminate",
    "TimerChange",
    "Waiting",
    "cancel",
    "cancel_all",
    "create",
    "data_of",
    "element_instances",
    "end",
    "get",
    "get_timer",
    "hierarchy",
    "history",
    "modify",
    "move_timer",
    "resume",
    "search",
    "search_timers",
    "sequence_flows",
    "set_element_variables",
    "set_variables",
    "suspend",
    "variables",
    "visible",
    "waiting",
]
