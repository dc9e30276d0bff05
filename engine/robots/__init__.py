"""Robots of chat groups, which pass notices of the company's people on."""

from engine.robots.passing import KIND, Heard, failed, pass_on, prepare, said, transmit
from engine.robots.registry import (
    RobotDetails,
    RobotNotFoundError,
    add,
    change,
    get,
    remove,
    search,
    try_out,
)

__all__ = [
    "KIND",
    "Heard",
    "RobotDetails",
    "RobotNotFoundError",
    "add",
    "change",
    "failed",
    "get",
    "pass_on",
    "prepare",
    "remove",
    "said",
    "search",
    "transmit",
    "try_out",
]
