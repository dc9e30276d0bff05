"""Whether a duty configuration suffices for the diagrams and the people there are."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date

from engine.duty_book import Duty, DutyBook, is_role
from engine.errors import Finding, Text

FILE = "duties.toml"
_FEWEST_TOGETHER = 2

Used = Mapping[str, Collection[str]]
"""Duties that diagrams name, each with the modes in which they name it.

An empty mode, or none at all, stands for the duty's own.
"""


def check(book: DutyBook, used: Used, active: Collection[str]) -> tuple[Finding, ...]:
    """Return what is missing: duties, people, or a second one where all must act.

    A role of a project (``project.manager``) is taken to be held by somebody, each
    role by somebody else; absences are left aside.

    Args:
        book: The configuration.
        used: Duties that diagrams name, with their modes.
        active: Accounts that can sign in.
    """
    lasting = replace(book, deputies=())
    findings: list[Finding] = []
    for name, modes in used.items():
        duty = book.duties.get(name)
        if duty is None:
            findings.append(_not_defined(name))
        else:
            findings += _too_few(lasting, duty, modes, active)
    return tuple(findings)


def _too_few(
    book: DutyBook, duty: Duty, modes: Collection[str], active: Collection[str]
) -> list[Finding]:
    roles = {
        source: (f"({source})",)
        for each in book.duties.values()
        for source in each.members
        if is_role(source)
    }
    everybody = frozenset({*active, *(who for (who,) in roles.values())})
    people = book.resolve(duty.name, roles, everybody, date.min)
    if not people:
        return [_held_by_nobody(duty)]
    together = "all" in {mode or duty.mode for mode in modes or ("",)}
    if together and len(people) < _FEWEST_TOGETHER and not duty.single:
        return [_held_by_one(duty)]
    return []


def _not_defined(name: str) -> Finding:
    return Finding(
        FILE,
        name,
        "duty-not-defined",
        Text(
            f"A diagram names the duty {name}, which is not defined",
            f"流程图使用了职责{name},但配置中没有定义",
        ),
        Text(
            f"Add [duties.{name}] or correct the diagram",
            f"请添加[duties.{name}],或更正流程图",
        ),
    )


def _held_by_nobody(duty: Duty) -> Finding:
    return Finding(
        FILE,
        duty.name,
        "duty-held-by-nobody",
        Text(
            f"The duty {duty.title_en} ({duty.name}) is held by no active account",
            f"职责“{duty.title}”({duty.name})没有可用的人员",
        ),
        Text(
            "Name a position or a person with an active account",
            "请指定岗位或账号可用的人员",
        ),
    )


def _held_by_one(duty: Duty) -> Finding:
    return Finding(
        FILE,
        duty.name,
        "joint-duty-held-by-one",
        Text(
            f"All holders of {duty.title_en} ({duty.name}) must act together, but "
            "there is only one",
            f"职责“{duty.title}”({duty.name})须由多人共同办理,但只有一人",
        ),
        Text(
            "Name a second person, or declare `single = true`",
            "请再指定一人,或声明single = true",
        ),
    )
