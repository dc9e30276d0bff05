"""Reading files with SpiffWorkflow's parser: processes, and what is defined beside.

SpiffWorkflow indexes messages, signals, errors, escalations and correlations; how
nodes are made of a process is ours (``compiling.processes``), because its own way
drops flows without an id, orders gateways by where they are drawn and recurses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from typing_extensions import override

from engine.errors import Finding, Text
from engine.runtime import xml
from engine.runtime.faults import ModelError
from engine.runtime.normalise import normalise
from engine.runtime.step import SourceFile
from engine.runtime.xml import Element


class _ProcessNode(ProcessParser):  # type: ignore[misc]  # SpiffWorkflow has no types
    """A process as SpiffWorkflow's parser holds it until it is needed."""

    node: Element
    filename: str


class Reader(BpmnParser):  # type: ignore[misc]  # SpiffWorkflow has no types
    """One file, indexed; ids of messages and the like count in their file only."""

    PROCESS_PARSER_CLASS = _ProcessNode
    process_parsers: dict[str, _ProcessNode]

    def __init__(self, file: SourceFile) -> None:
        """Read the file.

        Raises:
            UnreadableFileError: it is no BPMN XML that may be read.
            ModelError: SpiffWorkflow refuses it (``file-refused``).
        """
        super().__init__()
        self.definitions = Definitions(self)
        root = normalise(xml.parse(file))
        try:
            self.add_bpmn_xml(etree.ElementTree(root), file.name)
        except (ValidationException, ValueError, KeyError, TypeError) as error:
            raise ModelError([_refused(file.name, error)]) from error

    @override
    def _add_diagram_indexes(self, bpmn: Any) -> None:
        """Pass the drawing over: nothing that runs depends on it."""

    @override
    def _add_data_stores(self, bpmn: Any) -> None:
        """Pass data stores over: they are drawing, process data is the store."""

    @override
    def _add_correlations(self, bpmn: Any) -> None:
        """Index the retrieval expressions by message, in the order of the file."""
        for found in bpmn.getroot().iter(f"{{{xml.BPMN}}}correlationProperty"):
            for one in xml.children(found, "correlationPropertyRetrievalExpression"):
                message = xml.reference(one, one.get("messageRef"))
                text = xml.text_of(one)
                if text:
                    self.message_correlations.setdefault(message, []).append(text)


class Library:
    """The files that belong together: which process is in which of them."""

    def __init__(self, files: Sequence[SourceFile]) -> None:
        """Read the files.

        Raises:
            UnreadableFileError: one is no BPMN XML that may be read.
            ModelError: one is refused, or two hold the same process.
        """
        self._readers: dict[str, Reader] = {}
        for file in files:
            reader = Reader(file)
            for process_id in reader.process_parsers:
                if process_id in self._readers:
                    raise ModelError([_twice(file.name, process_id)])
                self._readers[process_id] = reader

    def find(self, process_id: str) -> "Found | None":
        """Return the process with this id."""
        reader = self._readers.get(process_id)
        if reader is None:
            return None
        parsed = reader.process_parsers[process_id]
        return Found(parsed.node, parsed.filename, reader.definitions)


@dataclass(frozen=True, slots=True)
class Found:
    """A process, the file that it is in and what that file defines."""

    node: Element
    file: str
    definitions: "Definitions"


class Definitions:
    """What elements refer to, by id."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def message(self, reference: str) -> str:
        """Return the name of a message, or an empty string."""
        return self._name(self._reader.messages, reference)

    def signal(self, reference: str) -> str:
        """Return the name of a signal, or an empty string."""
        return self._name(self._reader.signals, reference)

    def error(self, reference: str) -> str:
        """Return the code of an error; empty stands for any."""
        found = self._reader.errors.get(reference) or {}
        known = self._known(found, reference)
        return found.get("error_code") or found.get("name") or known

    def escalation(self, reference: str) -> str:
        """Return the code of an escalation; empty stands for any."""
        found = self._reader.escalations.get(reference) or {}
        known = self._known(found, reference)
        return found.get("escalation_code") or found.get("name") or known

    def correlations(self, message: str) -> list[str]:
        """Return the expressions that give the key of a message."""
        return list(self._reader.message_correlations.get(message, []))

    @staticmethod
    def _known(found: Mapping[str, Any], reference: str) -> str:
        return reference if found else ""

    @staticmethod
    def _name(index: dict[str, str], reference: str) -> str:
        return index.get(reference) or (reference if reference in index else "")


def _refused(file: str, error: Exception) -> Finding:
    return Finding(
        file,
        getattr(error, "id", None) or None,
        "file-refused",
        Text(f"The file cannot be read: {error}.", f"文件无法读取：{error}。"),
        Text("Correct the element named.", "请更正所指的元素。"),
        line=getattr(error, "line_number", None) or None,
    )


def _twice(file: str, process_id: str) -> Finding:
    return Finding(
        file,
        process_id,
        "process-duplicate",
        Text(
            f"The process {process_id!r} is in more than one file.",
            f"流程“{process_id}”出现在多个文件中。",
        ),
        Text("Give one of them another id.", "请为其中一个改用其他 id。"),
    )
