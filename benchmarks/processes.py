"""What the kernel knows of processes: the CPU they used, the memory they hold."""

import time
from collections.abc import Iterable
from pathlib import Path

_PROC = Path("/proc")
# How the kernel names the CPU clock of another process: nanoseconds, no ticks.
_SCHEDULED = 2


def cpu_seconds(pids: Iterable[int]) -> float:
    """Return the CPU seconds of these processes; one that is gone counts nothing."""
    return sum(_seconds(pid) for pid in pids)


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


def _seconds(pid: int) -> float:
    try:
        return time.clock_gettime((~pid << 3) | _SCHEDULED)
    except OSError:
        return 0
