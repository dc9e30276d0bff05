"""Reading a diagram's XML safely, and the few words that every reader of it needs.

A file comes from somebody's browser. It is bounded in size, elements and depth
before and after parsing; a document type is refused altogether, so there are no
entities to expand and nothing to fetch.
"""

from collections.abc import Iterator
from typing import TypeAlias, cast

from lxml import etree
from lxml.etree import _Element

from engine.errors import Finding, InvalidInputError, Text
from engine.runtime.step import SourceFile

Element: TypeAlias = _Element

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DRAWING = "http://www.omg.org/spec/BPMN/20100524/DI"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"

MAX_BYTES = 4 * 1024 * 1024
MAX_ELEMENTS = 40_000
MAX_DEPTH = 100


class UnreadableFileError(InvalidInputError):
    """The file is no XML that may be read; ``finding`` says why and where.

    Codes of the finding: ``file-too-large``, ``too-many-elements``,
    ``xml-too-deep``, ``xml-invalid``, ``doctype-not-allowed``, ``not-bpmn``.
    """

    code = "unreadable-file"

    def __init__(self, finding: Finding) -> None:
        where = (
            finding.file if finding.line is None else f"{finding.file}:{finding.line}"
        )
        super().__init__(
            f"{where}: {finding.rule.en} {finding.remedy.en}",
            f"{where}：{finding.rule.zh}{finding.remedy.zh}",
        )
        self.finding = finding


def parse(file: SourceFile) -> Element:
    """Return the root ``bpmn:definitions`` of ``file``, without comments.

    Raises:
        UnreadableFileError: the bytes are no XML, too large, too deep, carry a
            document type, or their root is not ``bpmn:definitions``.
    """
    _check_size(file)
    try:
        root = etree.fromstring(file.content, _parser())
    except etree.XMLSyntaxError as error:
        raise _syntax_error(file, error) from error
    _check_document_type(file, root)
    _check_shape(file, root)
    if root.tag != f"{{{BPMN}}}definitions":
        raise _unreadable(file, "not-bpmn", line_of(root))
    return root


def local_name(element: Element) -> str:
    """Return the name of ``element`` without its namespace."""
    return str(element.tag).rpartition("}")[2]


def line_of(element: Element) -> int | None:
    """Return the line on which ``element`` begins, where the parser knows it."""
    return cast("int | None", element.sourceline)


def is_bpmn(element: Element) -> bool:
    """Tell whether ``element`` belongs to BPMN rather than to an extension."""
    return str(element.tag).startswith(f"{{{BPMN}}}")


def children(element: Element, *names: str) -> Iterator[Element]:
    """Yield the BPMN children with one of the ``names``, in document order."""
    return element.iterchildren(*(f"{{{BPMN}}}{name}" for name in names))


def child(element: Element, name: str) -> Element | None:
    """Return the first BPMN child called ``name``."""
    return element.find(f"{{{BPMN}}}{name}")


def text_of(element: Element | None) -> str:
    """Return the text inside ``element`` without the space around it."""
    return "" if element is None else "".join(map(str, element.itertext())).strip()


def reference(element: Element, value: str | None) -> str:
    """Return the id that a qualified name means: the part behind its prefix.

    The prefix is taken off only where it is declared, because a colon may also
    be part of an id.
    """
    name = (value or "").strip()
    prefix, colon, rest = name.partition(":")
    return rest if colon and prefix in element.nsmap else name


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _check_size(file: SourceFile) -> None:
    # Counting the brackets first keeps the parser from building a huge tree.
    if len(file.content) > MAX_BYTES:
        raise _unreadable(file, "file-too-large")
    if file.content.count(b"<") > 2 * MAX_ELEMENTS:
        raise _unreadable(file, "too-many-elements")


def _check_document_type(file: SourceFile, root: Element) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise _unreadable(file, "doctype-not-allowed", 1)


def _check_shape(file: SourceFile, root: Element) -> None:
    count = depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        count += event == "start"
        if depth > MAX_DEPTH:
            raise _unreadable(file, "xml-too-deep", line_of(element))
        if count > MAX_ELEMENTS:
            raise _unreadable(file, "too-many-elements", line_of(element))


_RULES = {
    "file-too-large": (
        Text(
            f"A diagram has at most {MAX_BYTES // 1024 // 1024} MB.",
            f"流程图文件不得超过 {MAX_BYTES // 1024 // 1024} MB。",
        ),
        Text(
            "Split it into several processes that call each other.",
            "请拆分成若干互相调用的流程。",
        ),
    ),
    "too-many-elements": (
        Text(
            f"A diagram has at most {MAX_ELEMENTS} XML elements.",
            f"流程图文件不得超过 {MAX_ELEMENTS} 个 XML 元素。",
        ),
        Text(
            "Split it into several processes that call each other.",
            "请拆分成若干互相调用的流程。",
        ),
    ),
    "xml-too-deep": (
        Text(
            f"XML elements are nested at most {MAX_DEPTH} deep.",
            f"XML 元素嵌套不得超过 {MAX_DEPTH} 层。",
        ),
        Text(
            "Move inner sub-processes into processes of their own.",
            "请把内层子流程改为独立的流程。",
        ),
    ),
    "doctype-not-allowed": (
        Text(
            "A diagram carries no document type and no entities.",
            "流程图文件不得含文档类型声明或实体。",
        ),
        Text(
            "Remove the <!DOCTYPE …> and write the text out.",
            "请删除 <!DOCTYPE …> 并直接写出文本。",
        ),
    ),
    "not-bpmn": (
        Text(
            "The root of a diagram is bpmn:definitions of BPMN 2.0.",
            "流程图文件的根元素必须是 BPMN 2.0 的 bpmn:definitions。",
        ),
        Text("Export the diagram as BPMN 2.0 XML.", "请把流程图导出为 BPMN 2.0 XML。"),
    ),
}


def _unreadable(
    file: SourceFile, code: str, line: int | None = None
) -> UnreadableFileError:
    rule, remedy = _RULES[code]
    return UnreadableFileError(Finding(file.name, None, code, rule, remedy, line=line))


def _syntax_error(file: SourceFile, error: etree.XMLSyntaxError) -> UnreadableFileError:
    if "Maximum entity" in str(error) or "entity" in str(error).lower():
        return _unreadable(file, "doctype-not-allowed", error.lineno)
    if "depth" in str(error):
        return _unreadable(file, "xml-too-deep", error.lineno)
    rule = Text(
        f"The file is no well-formed XML: {error.msg}.",
        f"文件不是格式正确的 XML：{error.msg}。",
    )
    remedy = Text("Export the diagram again.", "请重新导出流程图。")
    return UnreadableFileError(
        Finding(file.name, None, "xml-invalid", rule, remedy, line=error.lineno)
    )
