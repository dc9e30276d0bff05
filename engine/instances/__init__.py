"""Instances: begun, ended before their time, suspended, looked at."""

from engine.instances.commands import (
    MayNotStartError,
    SuspensionError,
    cancel,
    cancel_all,
    create,
    end,
    resume,
    set_variables,
    suspend,
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
from engine.instances.waiting import Waiting, waiting
from engine.steps import InstanceNotFoundError

__all__ = [
    "Activate",
    "Change",
    "ElementNotActiveError",
    "InstanceNotFoundError",
    "MayNotStartError",
    "MoveTokens",
    "SuspensionError",
    "Terminate",
    "Waiting",
    "cancel",
    "cancel_all",
    "create",
    "data_of",
    "element_instances",
    "end",
    "get",
    "hierarchy",
    "history",
    "modify",
    "resume",
    "search",
    "sequence_flows",
    "set_variables",
    "suspend",
    "variables",
    "visible",
    "waiting",
]
