"""Two diagrams for tests that move tokens about: a row, and two branches in a loop."""

from engine.runtime import Model
from tests.unit.runtime.diagrams import chain, end, flow, fork, start, user, xor
from tests.unit.runtime.driving import compiled


def straight(*names: str) -> Model:
    return compiled(start(), *map(user, names), end(), chain("start", *names, "end"))


def parallel() -> Model:
    """Two branches of two tasks each, then a last one; a loop leads back."""
    nodes = [user(name) for name in ("first", "a1", "a2", "b1", "b2", "last")]
    ways = (
        chain("start", "m", "first", "f", "a1", "a2", "j", "last", "g")
        + chain("f", "b1", "b2", "j")
        + flow("g", "m", "again") + flow("g", "end", name="out")
    )  # fmt: skip
    return compiled(start(), *nodes, xor("m"), xor("g", default="out"), fork("f"),
                    fork("j"), end(), ways)  # fmt: skip
