"""Very many rows at once: copies of one waiting case, and timers, made in SQL."""

from collections.abc import Mapping, Sequence

from benchmarks.databases import Place
from engine.schema import Base

_COPIED = (
    ("process_instance", "key", {"key": "n.i", "root_key": "n.i"}),
    ("user_task", "instance_key", {"key": "n.i", "instance_key": "n.i"}),
    ("timer", "instance_key", {"key": "n.i", "instance_key": "n.i"}),
)
_CANDIDATES = """
    INSERT INTO user_task_candidate ({columns}) {numbers}
    SELECT {values} FROM user_task_candidate t, n WHERE t.task_key = {task}
"""
_TIMERS = """
    INSERT INTO timer (key, instance_key, ref, element_id, due_at, cycle, created_at)
    {numbers}
    SELECT {instances} + n.i, 1 + n.i % {instances}, 'copy' || n.i, t.element_id,
           t.due_at, t.cycle, t.created_at
    FROM n, (SELECT * FROM timer WHERE key = 1) t
"""


def copy_case(place: Place, instance: str, count: int) -> None:
    """Copy a case that waits at one task, with its rows, so many times.

    The copies have the keys 1 to ``count``; they wait as the original does and are
    listed as it is.
    """
    key = int(instance)
    task = place.one(f"SELECT key FROM user_task WHERE instance_key = {key}")  # noqa: S608 - a number
    statements = [
        _copy(place, table, f"t.{column} = {key}", changed, count)
        for table, column, changed in _COPIED
    ]
    columns = _columns("user_task_candidate")
    values = ["n.i" if each == "task_key" else f"t.{each}" for each in columns]
    statements.append(
        _CANDIDATES.format(
            columns=", ".join(columns),
            values=", ".join(values),
            numbers=place.numbers(count),
            task=int(task),
        )
    )
    place.load(statements)


def add_timers(place: Place, instances: int, count: int) -> None:
    """Let the ``instances`` copied cases wait for so many more timers."""
    place.load([_TIMERS.format(instances=instances, numbers=place.numbers(count))])


def _copy(
    place: Place, table: str, condition: str, changed: Mapping[str, str], count: int
) -> str:
    columns = _columns(table)
    values = (changed.get(each, f"t.{each}") for each in columns)
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) {place.numbers(count)} "  # noqa: S608 - names of our own
        f"SELECT {', '.join(values)} FROM {table} t, n WHERE {condition}"
    )


def _columns(table: str) -> Sequence[str]:
    return [column.name for column in Base.metadata.tables[table].c]
