"""What stands in the way of changing a running instance, and what to know about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.errors import ConflictError, Problem, Text


class Weight(StrEnum):
    """How much a remark weighs."""

    NOTE = "note"  # it goes all the same
    NEEDS_MAPPING = "needs-mapping"  # it goes once the element is mapped
    UNSAFE = "unsafe"  # it does not go


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing to say about one element; ``code`` is stable."""

    code: str
    element_id: str
    text: Text
    weight: Weight = Weight.UNSAFE
    path: tuple[str, ...] = ()


class ChangeRefusedError(ConflictError):
    """A running instance cannot be changed like this; ``remarks`` say why.

    They are the ``problems`` too, each pointing at an element.
    """

    code = "change-refused"

    def __init__(self, remarks: Sequence[Remark]) -> None:
        super().__init__(
            " ".join(remark.text.en for remark in remarks),
            "".join(remark.text.zh for remark in remarks),
        )
        self.remarks = tuple(remarks)
        self.problems = tuple(
            Problem(f"/elements/{remark.element_id}", remark.code, remark.text)
            for remark in remarks
        )


class MigrationRefusedError(ChangeRefusedError):
    """An instance cannot go over to the other version."""

    code = "migration-refused"


class MoveRefusedError(ChangeRefusedError):
    """Tokens of an instance cannot be put there, or taken away."""

    code = "move-refused"


def hindering(remarks: Iterable[Remark]) -> list[Remark]:
    """Return the remarks that are more than notes."""
    return [found for found in remarks if found.weight is not Weight.NOTE]


def stranded(element_id: str, path: tuple[str, ...] = ()) -> Remark:
    """Say that tokens would wait at a join for others that cannot come."""
    where_en = f" in {element_id}" if element_id else ""
    where_zh = f"“{element_id}”中的" if element_id else ""
    return Remark(
        code="join-stranded",
        element_id=element_id,
        path=path,
        text=Text(
            f"A join{where_en} would wait for ever for a branch that cannot come.",
            f"{where_zh}汇聚网关将一直等待不会到来的分支。",
        ),
    )
