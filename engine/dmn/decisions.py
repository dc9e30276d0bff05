"""What others use: a parsed decision file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from engine.dmn.document import Document, name_of
from engine.dmn.errors import DecisionNotFoundError, DmnError
from engine.dmn.graph import Graph, InputData, Key, Logic, Service
from engine.dmn.reading import FileReader
from engine.dmn.run import DecisionRun, MatchedRule, TableTaken
from engine.dmn.session import ServiceFunction, Session
from engine.errors import Text
from engine.feel.budget import refuse
from engine.feel.callables import Closure
from engine.feel.scope import NOTHING_LENT
from engine.feel.values import measure, plain

_ADD_FILE: Final = Text("Add that file to the package", "请将该文件加入流程包")


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """What a decision gave.

    ``outputs`` is what a business rule task merges into the data of the process;
    ``notes`` say what the standard silently turned into null: rows that match
    together under UNIQUE, values that are not of their type. ``given`` is what each
    decision gave that was needed for it, by id, itself last.
    """

    output: Any
    outputs: dict[str, Any] = field(default_factory=dict)
    matched: tuple[MatchedRule, ...] = ()
    notes: tuple[Text, ...] = ()
    tables: tuple[TableTaken, ...] = ()
    given: Mapping[str, Any] = field(default_factory=dict)


class Decisions:
    """The decisions of one file; immutable, shared by threads."""

    def __init__(self, reader: FileReader) -> None:
        self.file, self.namespace = reader.document.file, reader.document.namespace
        self._graph = reader.graph
        self._titles = {key[1]: name_of(xml) for key, xml in reader.raw.items()}
        self._tables = frozenset(
            key[1]
            for key, xml in reader.raw.items()
            if reader.document.child(xml, "decisionTable") is not None
        )
        self.problems = tuple(reader.problems)

    def _of(self, kind: type) -> tuple[str, ...]:
        elements = self._graph.elements
        return tuple(
            i for i in self._titles if isinstance(elements[self._key(i)], kind)
        )

    def _key(self, element_id: str) -> Key:
        return self.namespace, element_id

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the decisions, in the order of the file."""
        return tuple(
            i
            for i in self._of(Logic)
            if not self._graph.logic(self._key(i)).is_function
        )

    def is_table(self, decision_id: str) -> bool:
        """Tell whether a decision is a decision table.

        Raises:
            DecisionNotFoundError: there is none of that id.
        """
        self._element(decision_id)
        return decision_id in self._tables

    @property
    def services(self) -> tuple[str, ...]:
        """The ids of the decision services."""
        return self._of(Service)

    def name(self, decision_id: str) -> str:
        """Return the title of an element, for people.

        Raises:
            DecisionNotFoundError: there is none of that id.
        """
        self._element(decision_id)
        return self._titles[decision_id]

    def _element(self, decision_id: str) -> Logic | Service:
        element = self._graph.elements.get(self._key(decision_id))
        if isinstance(element, Logic | Service) and decision_id in self._titles:
            return element
        raise DecisionNotFoundError(
            f"{self.file or 'the file'} has no decision {decision_id!r}",
            f"{self.file or '文件'} 中没有决策 {decision_id!r}",
        )

    def inputs(self, decision_id: str) -> frozenset[str]:
        """Return the names that a decision and what it requires take from outside.

        Raises:
            DecisionNotFoundError: there is none of that id.
        """
        names: set[str] = set()
        for element in self._graph.behind(self._element(decision_id).key):
            if isinstance(element, InputData):
                names.add(element.name)
            elif isinstance(element, Logic):
                names |= element.reads.variables
        return frozenset(names)

    def functions(self, decision_id: str) -> frozenset[str]:
        """Return the names of functions that a decision calls and nobody defines.

        Raises:
            DecisionNotFoundError: there is none of that id.
        """
        found = self._graph.behind(self._element(decision_id).key)
        logic = [element for element in found if isinstance(element, Logic)]
        return frozenset(name for one in logic for name in one.reads.functions)

    def evaluate(
        self,
        decision_id: str,
        context: Mapping[str, Any],
        *,
        now: datetime | None = None,
        functions: Mapping[str, Callable[..., Any]] = NOTHING_LENT,
    ) -> DecisionResult:
        """Evaluate a decision, knowledge model or decision service.

        Args:
            decision_id: The id of the element.
            context: Values by name; a missing one is null.
            now: What ``now()`` gives; without it the real time.
            functions: What the host lends to the expressions.

        Raises:
            DecisionNotFoundError: there is none of that id.
            FeelLimitError: it takes too many steps, depth or memory.
            FeelHostError: a value is of a foreign type, or a lent function failed.
        """
        element = self._element(decision_id)
        run = DecisionRun(now, functions)
        try:
            value = self._value(element, context, run)
            measure(value, run)
            output = plain(value)
        except RecursionError:
            refuse("the decision is nested too deeply", "决策嵌套过深")
        outputs = _outputs(element, output)
        return DecisionResult(
            output,
            outputs,
            tuple(run.matched),
            tuple(run.notes),
            tuple(run.tables),
            run.given,
        )

    def _value(
        self, element: Logic | Service, context: Mapping[str, Any], run: DecisionRun
    ) -> Any:
        if isinstance(element, Logic):
            value = Session(self._graph, context, run, {}).value(element.key)
            if not isinstance(value, Closure):
                return value
            return value.call(run, [context.get(name) for name in value.parameters])
        names = (self._graph.elements[key].name for key in element.inputs)
        service = ServiceFunction(self._graph, element)
        return service.call(run, [context.get(name) for name in names])


def _outputs(element: Logic | Service, output: Any) -> dict[str, Any]:
    names = element.outputs if isinstance(element, Logic) else ()
    if len(names) == 1:
        return {names[0] or element.name: output}
    if isinstance(output, dict) and set(output) >= set(names):
        return dict(output)
    if output is None and names:
        return dict.fromkeys(names)
    return {element.name: output}


def examine(
    xml: bytes, file_name: str = "", imports: Mapping[str, bytes] | None = None
) -> Decisions:
    """Return the decisions of a file with all its problems; bad parts are null.

    Args:
        xml: The file.
        file_name: Its name, for messages.
        imports: Other files by name; those whose namespace is imported are used.

    Raises:
        DmnError: the file is no decision file, or an imported one is missing.
    """
    loader = _Loader(imports or {})
    return Decisions(loader.load(Document(xml, file_name)))


def parse(
    xml: bytes, file_name: str = "", imports: Mapping[str, bytes] | None = None
) -> Decisions:
    """Return the decisions of a file; arguments as for ``examine``.

    Raises:
        DmnError: the first thing that is wrong.
    """
    decisions = examine(xml, file_name, imports)
    for problem in decisions.problems:
        raise problem
    return decisions


class _Loader:
    """Loads a file and those that it imports, each once."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.documents: dict[str, Document] | None = None
        self.files = files
        self.readers: dict[str, FileReader] = {}
        self.graph = Graph()
        self.loading: list[str] = []

    def load(self, document: Document) -> FileReader:
        self.loading.append(document.namespace)
        imports: dict[str, FileReader] = {}
        for element in document.children(document.root, "import"):
            if "/DMN/" not in element.get("importType", "/DMN/"):
                continue
            namespace = element.get("namespace", "")
            if namespace in self.loading:
                rule = Text("the files import each other", "文件互相导入")
                raise document.error(element, rule, _ADD_FILE)
            imports[namespace] = self._imported(namespace, document)
        reader = FileReader(document, imports, self.graph)
        reader.read()
        for imported in imports.values():
            reader.problems.extend(imported.problems)
        self.loading.pop()
        return reader

    def _imported(self, namespace: str, importer: Document) -> FileReader:
        if namespace not in self.readers:
            document = self._find(namespace)
            if document is None:
                rule = Text(
                    f"the imported file {namespace!r} is missing",
                    f"缺少导入的文件 {namespace!r}",
                )
                raise importer.error(None, rule, _ADD_FILE)
            self.readers[namespace] = self.load(document)
        return self.readers[namespace]

    def _find(self, namespace: str) -> Document | None:
        if self.documents is None:
            documents = [Document(xml, name) for name, xml in self.files.items()]
            self.documents = {document.namespace: document for document in documents}
        return self.documents.get(namespace)


__all__ = ["DecisionResult", "Decisions", "DmnError", "examine", "parse"]
