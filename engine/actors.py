"""Who acts: every command that comes from outside names its actor."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

ActorKind = Literal["staff", "customer", "service", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody, or a program, on whose behalf a command runs.

    ``authenticated_at`` is when the proof of identity was given last (a signature
    asks for a fresh one). ``scopes`` are those of the API token that was used;
    None where the actor came in person and may do all that the account may.
    """

    username: str
    display_name: str
    kind: ActorKind
    administrator: bool = False
    language: str = "zh"
    positions: frozenset[str] = frozenset()
    authenticated_at: datetime | None = None
    scopes: frozenset[str] | None = None

    @property
    def is_customer(self) -> bool:
        """Customers see only what they take part in."""
        return self.kind == "customer"


SYSTEM = Actor("system", "系统", kind="system")
"""Timers, jobs and messages act as the system; nobody can sign in as it."""
