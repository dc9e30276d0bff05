"""Decision tables as nodes, and how they are read from XML."""

from dataclasses import dataclass
from typing import Final

from engine.dmn.boxes import BoxReader
from engine.dmn.document import Xml, name_of
from engine.errors import Text
from engine.feel import tree

HIT_POLICIES: Final = frozenset(
    {"UNIQUE", "FIRST", "ANY", "PRIORITY", "RULE ORDER", "OUTPUT ORDER", "COLLECT"}
)
AGGREGATIONS: Final = frozenset({"", "SUM", "MIN", "MAX", "COUNT"})


@dataclass(frozen=True, slots=True)
class Output(tree.Node):
    """An output column; ``values`` are its possible values, best first."""

    id: str
    name: str
    values: tree.Tests | None
    default: tree.Node | None


@dataclass(frozen=True, slots=True)
class Input(tree.Node):
    """An input column; its name is its label, else what it looks at."""

    id: str
    name: str
    looks_at: tree.Node


@dataclass(frozen=True, slots=True)
class Rule(tree.Node):
    """A row; ``index`` counts from 1."""

    id: str
    index: int
    tests: tuple[tree.Tests, ...]
    outputs: tuple[tree.Node, ...]
    annotations: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table(tree.Node):
    """A decision table of the decision or knowledge model ``owner_id``."""

    owner_id: str
    owner: str
    policy: str
    aggregation: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]


class TableReader:
    """Reads the tables of one element of the diagram."""

    def __init__(self, boxes: BoxReader, owner: Xml) -> None:
        self.boxes, self.owner = boxes, owner
        self.document = boxes.document
        boxes.learn("decisionTable", self.read)

    def read(self, element: Xml) -> tree.Node:
        """Return the node of a table."""
        inputs = self.document.children(element, "input")
        columns = self.document.children(element, "output")
        outputs = self._outputs(element, columns)
        rules = self.document.children(element, "rule")
        names = [
            name_of(column) for column in self.document.children(element, "annotation")
        ]
        table = Table(
            self.owner.get("id") or name_of(self.owner),
            name_of(self.owner),
            " ".join(element.get("hitPolicy", "UNIQUE").upper().split()),
            element.get("aggregation", "").upper(),
            tuple(self._input(column) for column in inputs),
            outputs,
            tuple(
                self._rule(rule, index, len(inputs), columns, names)
                for index, rule in enumerate(rules, 1)
            ),
        )
        self._check(table, element)
        return table

    def _check(self, table: Table, element: Xml) -> None:
        if table.policy not in HIT_POLICIES or table.aggregation not in AGGREGATIONS:
            self.boxes.problem(
                element,
                Text(
                    f"the hit policy {table.policy} {table.aggregation} is unknown",
                    f"未知的命中策略 {table.policy} {table.aggregation}",
                ),
                Text("Choose a hit policy in the editor", "请在编辑器中选择命中策略"),
            )
        if table.policy in {"PRIORITY", "OUTPUT ORDER"} and not any(
            output.values for output in table.outputs
        ):
            self.boxes.problem(
                element,
                Text(
                    f"{table.policy} needs the values of an output, best first",
                    f"命中策略 {table.policy} 需按优先顺序列出输出值",
                ),
                Text(
                    "List the output values of the column", "请在输出列填写输出值列表"
                ),
            )

    def _input(self, column: Xml) -> Input:
        expression = self.document.child(column, "inputExpression")
        text = self.document.text(expression)
        label = column.get("label", "") or text
        return Input(column.get("id", ""), label, self._looks_at(column, expression))

    def _looks_at(self, column: Xml, expression: Xml | None) -> tree.Node:
        text = self.document.text(expression)
        if expression is None or not text:
            self.boxes.problem(
                column,
                Text("the input column has no expression", "输入列没有表达式"),
                Text("Say what the column looks at", "请填写该列的输入表达式"),
            )
            return tree.Constant(None)
        return self.boxes.expression(text, expression)

    def _outputs(self, element: Xml, columns: list[Xml]) -> tuple[Output, ...]:
        names = [name_of(column) for column in columns]
        if not columns:
            self._complain(
                element, "a table needs an output column", "决策表需要输出列"
            )
        elif len(columns) > 1 and (not all(names) or len(set(names)) < len(names)):
            self._complain(
                element,
                "several output columns need different names",
                "多个输出列须有各不相同的名称",
            )
        return tuple(
            self._output(column, single=len(columns) == 1) for column in columns
        )

    def _complain(self, element: Xml, en: str, zh: str) -> None:
        remedy = Text("Complete the table", "请补全决策表")
        self.boxes.problem(element, Text(en, zh), remedy)

    def _output(self, column: Xml, *, single: bool) -> Output:
        values = self.document.child(column, "outputValues")
        text = self.document.text(values)
        if values is not None and text:
            tests: tree.Tests | None = self.boxes.tests(text, values)
        else:
            tests = self.boxes.types.allowed_of(column)
            if tests is None and single:
                variable = self.document.child(self.owner, "variable")
                tests = self.boxes.types.allowed_of(variable)
        default = self.document.child(column, "defaultOutputEntry")
        text = self.document.text(default)
        node = self.boxes.expression(text, column) if text else None
        return Output(column.get("id", ""), name_of(column), tests, node)

    def _rule(
        self, rule: Xml, index: int, inputs: int, outputs: list[Xml], names: list[str]
    ) -> Rule:
        cells = self.document.children(rule, "inputEntry")
        results = self.document.children(rule, "outputEntry")
        if len(cells) != inputs or len(results) != len(outputs):
            self._complain(
                rule,
                f"row {index} does not have a cell for every column",
                f"第 {index} 行的单元格与列数不一致",
            )
            cells, results = [], []
        return Rule(
            rule.get("id", ""),
            index,
            tuple(self.boxes.tests(self.document.text(cell), cell) for cell in cells),
            tuple(
                self._result(result, column)
                for result, column in zip(results, outputs, strict=False)
            ),
            self._annotations(rule, names),
        )

    def _result(self, cell: Xml, column: Xml) -> tree.Node:
        node = self.boxes.expression(self.document.text(cell), cell)
        return self.boxes.typed(node, column, name_of(column))

    def _annotations(self, rule: Xml, names: list[str]) -> tuple[tuple[str, str], ...]:
        entries = self.document.children(rule, "annotationEntry")
        names = names + [f"{n}" for n in range(len(names) + 1, len(entries) + 1)]
        pairs = [
            (name, self.document.text(entry))
            for name, entry in zip(names, entries, strict=False)
        ]
        description = self.document.text(rule, "description")
        return tuple(([("", description)] if description else []) + pairs)
