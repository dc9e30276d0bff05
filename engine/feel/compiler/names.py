"""Where a name will be found when the expression runs, decided while compiling."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from engine.feel.types import FeelType


class Level(Enum):
    """What the variables of a level are."""

    ROOT = "what the host hands in"
    LOCAL = "names that the expression introduces"
    FILTER = "the entries of the item that a filter looks at"


@dataclass
class Reads:
    """The free names that one expression uses, and the paths that begin with one."""

    variables: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    paths: set[tuple[str, ...]] = field(default_factory=set)


@dataclass(frozen=True)
class Place:
    """Where to look: in the filters so many levels up, then at ``level``."""

    filters: tuple[int, ...]
    level: int
    is_root: bool


class Scope:
    """One level of names and those around it."""

    def __init__(
        self,
        parent: "Scope | None" = None,
        names: Iterable[str] = (),
        level: Level = Level.LOCAL,
        types: Mapping[str, FeelType] | None = None,
    ) -> None:
        self.parent, self.names, self.level = parent, set(names), level
        self.reads: Reads = parent.reads if parent else Reads()
        self.types: Mapping[str, FeelType] = (
            parent.types if parent else (types if types is not None else {})
        )

    def inside(self, names: Iterable[str] = ()) -> "Scope":
        """Return a level of local names within this one."""
        return Scope(self, names)

    def within_filter(self) -> "Scope":
        """Return the level of a filter's item within this one."""
        return Scope(self, ("item",), Level.FILTER)

    def find(self, name: str, *, called: bool = False) -> Place:
        """Return where ``name`` is; a free one is noted down."""
        filters: list[int] = []
        scope: Scope | None = self
        hops = 0
        while scope is not None:
            if scope.level is Level.ROOT:
                break
            if scope.level is Level.FILTER:
                filters.append(hops)
            elif name in scope.names:
                return Place(tuple(filters), hops, is_root=False)
            scope, hops = scope.parent, hops + 1
        if name != "item" or not filters:
            reads = self.reads.functions if called else self.reads.variables
            reads.add(name)
        return Place(tuple(filters), hops, is_root=True)

    def is_free(self, name: str) -> bool:
        """Tell whether a name means a variable, whatever is around it."""
        scope: Scope = self
        while scope.parent is not None and scope.level is Level.LOCAL:
            if name in scope.names:
                return False
            scope = scope.parent
        return scope.level is Level.ROOT


def root(types: Mapping[str, FeelType] | None = None) -> Scope:
    """Return the outermost level."""
    return Scope(level=Level.ROOT, types=types)
