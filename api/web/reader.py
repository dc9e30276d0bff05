"""A signed-in person in front of a page."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.authorization import Actor


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks at a page; ``csrf`` is his session's token for its forms.

    ``counts`` are the numbers beside the menu's entries, by text key; ``study`` is
    the version of the procedure that he has not acknowledged yet, empty otherwise.
    """

    actor: Actor
    csrf: str
    counts: Mapping[str, int] = field(default_factory=dict)
    study: str = ""
