"""What the kernel knows of processes: the CPU they used, the memory they hold."""

import os
from collections.abc import Iterable
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")
# Positions behind the name, which may hold spaces and is therefore cut off first.
_UTIME, _CSTIME = 11, 14


def cpu_seconds(pids: Iterable[int]) -> float:
    """Return the CPU seconds of these processes and of the children they waited for.

    A process that is gone counts nothing.
    """
    return sum(_ticks(pid) for pid in pids) / _TICK


def resident_mb(pid: int, field: str = "VmRSS") -> float:
    """Return the resident memory in MB, or its peak with ``VmHWM``."""
    for line in (_PROC / str(pid) / "status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(field)


def name_of(pid: int) -> str:
    """Return the name of a process; empty where there is none on this machine."""
    try:
        return (_PROC / str(pid) / "comm").read_text().strip()
    except OSError:
        return ""


def _ticks(pid: int) -> int:
    try:
        text = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return 0
    fields = text.rpartition(")")[2].split()
    return sum(int(field) for field in fields[_UTIME : _CSTIME + 1])
