"""Evaluating decision tables: which rows match and what they make together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from engine.dmn.run import Cell, DecisionRun, MatchedRule, TableTaken
from engine.dmn.tables import Output, Rule, Table
from engine.errors import Text
from engine.feel import tree
from engine.feel.comparison import equal
from engine.feel.compiler import compile_tests
from engine.feel.compiler.dispatch import compile_node, compiles
from engine.feel.compiler.names import Scope
from engine.feel.functions import BUILTINS
from engine.feel.scope import Evaluate, Frame, Run

_LISTS: Final = frozenset({"RULE ORDER", "OUTPUT ORDER", "COLLECT"})
_AGGREGATES: Final[Mapping[str, str]] = {
    "SUM": "sum",
    "MIN": "min",
    "MAX": "max",
    "COUNT": "count",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A compiled output column."""

    id: str
    name: str
    ranks: tuple[Evaluate, ...]
    default: Evaluate | None

    def rank(self, value: Any, frame: Frame) -> int:
        """Return the place of a value among the possible ones, from 0."""
        inner = Frame({"?": value}, frame, frame.run)
        for place, test in enumerate(self.ranks):
            if test(inner) is True:
                return place
        return len(self.ranks)


@dataclass(frozen=True, slots=True)
class Row:
    """A compiled row."""

    tests: tuple[Evaluate, ...]
    outputs: tuple[Evaluate, ...]
    match: MatchedRule


Values = tuple[Any, ...]
Combine = Callable[["TableRun"], Any]


@compiles(Table)
def compile_table(table: Table, scope: Scope) -> Evaluate:
    """Compile a decision table."""
    inputs = tuple(compile_node(column.looks_at, scope) for column in table.inputs)
    cell_scope = scope.inside(["?"])
    columns = tuple(_column(output, scope, cell_scope) for output in table.outputs)
    rows = tuple(_row(rule, table, scope, cell_scope) for rule in table.rules)
    first = table.policy == "FIRST"

    def value(frame: Frame) -> Any:
        frame.run.spend(len(rows))
        cells = [Frame({"?": read(frame)}, frame, frame.run) for read in inputs]
        matched = _matching(rows, cells, only_first=first)
        return TableRun(table, columns, matched, cells, frame).result()

    return value


def _column(output: Output, scope: Scope, cell_scope: Scope) -> Column:
    items = output.values.items if output.values else ()
    ranks = tuple(compile_tests(tree.Tests((item,)), cell_scope) for item in items)
    default = None if output.default is None else compile_node(output.default, scope)
    return Column(output.id, output.name, ranks, default)


def _row(rule: Rule, table: Table, scope: Scope, cell_scope: Scope) -> Row:
    return Row(
        tuple(compile_tests(tests, cell_scope) for tests in rule.tests),
        tuple(compile_node(node, scope) for node in rule.outputs),
        MatchedRule(table.owner_id, rule.id, rule.index, rule.annotations),
    )


def _matching(
    rows: Sequence[Row], cells: Sequence[Frame], *, only_first: bool
) -> list[Row]:
    matched: list[Row] = []
    for row in rows:
        for test, cell in zip(row.tests, cells, strict=False):
            if test(cell) is not True:
                break
        else:
            matched.append(row)
            if only_first:
                break
    return matched


class TableRun:
    """One evaluation of a table after its rows have been compared."""

    def __init__(
        self,
        table: Table,
        columns: tuple[Column, ...],
        matched: list[Row],
        cells: Sequence[Frame],
        frame: Frame,
    ) -> None:
        self.table, self.columns, self.matched = table, columns, matched
        self.frame, self.run = frame, frame.run
        inputs = (
            Cell(column.id, column.name, cell.values["?"])
            for column, cell in zip(table.inputs, cells, strict=True)
        )
        self.taken = TableTaken(table.owner_id, tuple(inputs))

    def result(self) -> Any:
        """Return the value of the table by its hit policy."""
        value = self._result()
        if isinstance(self.run, DecisionRun):
            self.run.take(self.taken)
        return value

    def _result(self) -> Any:
        if not self.matched:
            return self._nothing()
        rows = [self._values(row) for row in self.matched]
        match self.table.policy:
            case "UNIQUE":
                return self._unique(rows)
            case "ANY":
                return self._any(rows)
            case "PRIORITY":
                self._keep(rows, [self._best(rows)])
                return self._box(rows[self._best(rows)])
            case "OUTPUT ORDER":
                order = sorted(range(len(rows)), key=lambda i: self._priority(rows[i]))
                self._keep(rows, order)
                return [self._box(rows[index]) for index in order]
            case _:
                return self._others(rows)

    def _others(self, rows: list[Values]) -> Any:
        if self.table.policy == "FIRST":
            self._keep(rows, [0])
            return self._box(rows[0])
        self._keep(rows, range(len(rows)))
        return self._aggregate([self._box(row) for row in rows])

    def _values(self, row: Row) -> Values:
        return tuple(output(self.frame) for output in row.outputs)

    def _box(self, values: Values) -> Any:
        if len(self.columns) == 1:
            return values[0]
        names = (column.name for column in self.columns)
        return dict(zip(names, values, strict=True))

    def _keep(self, rows: Sequence[Values], indexes: Sequence[int]) -> None:
        for index in indexes:
            pairs = zip(self.columns, rows[index], strict=True)
            given = tuple(Cell(c.id, c.name or self.table.owner, v) for c, v in pairs)
            self.taken.rows.append((self.matched[index].match, given))

    def _nothing(self) -> Any:
        if any(column.default for column in self.columns):
            defaults = (column.default for column in self.columns)
            value = self._box(tuple(d(self.frame) if d else None for d in defaults))
            return self._aggregate([value]) if self.table.policy in _LISTS else value
        if self.table.policy not in _LISTS:
            return None
        if self.table.aggregation == "COUNT":
            return Decimal(0)
        return None if self.table.aggregation else []

    def _unique(self, rows: list[Values]) -> Any:
        self._keep(rows, range(len(rows)))
        if len(rows) > 1:
            return self._contradiction()
        return self._box(rows[0])

    def _any(self, rows: list[Values]) -> Any:
        self._keep(rows, range(len(rows)))
        first = list(rows[0])
        if any(not _all_equal(first, list(row), self.run) for row in rows[1:]):
            return self._contradiction()
        return self._box(rows[0])

    def _contradiction(self) -> None:
        if isinstance(self.run, DecisionRun):
            rows = ", ".join(str(row.match.index) for row in self.matched)
            name, policy = self.table.owner, self.table.policy
            self.run.note(
                Text(
                    f"rows {rows} of {name} match together, against {policy}",
                    f"{name} 的第 {rows} 行同时命中，命中策略 {policy} 不允许",
                )
            )

    def _priority(self, values: Values) -> tuple[int, ...]:
        pairs = zip(self.columns, values, strict=True)
        return tuple(column.rank(value, self.frame) for column, value in pairs)

    def _best(self, rows: list[Values]) -> int:
        return min(range(len(rows)), key=lambda index: self._priority(rows[index]))

    def _aggregate(self, values: list[Any]) -> Any:
        aggregation = self.table.aggregation
        if self.table.policy != "COLLECT" or not aggregation:
            return values
        return BUILTINS[_AGGREGATES[aggregation]].call(self.run, [values])


def _all_equal(one: list[Any], other: list[Any], run: Run) -> bool:
    return equal(one, other, run) is True
