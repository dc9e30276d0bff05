"""A decision file as XML: bounded, without entities, without network."""

from collections.abc import Iterator
from typing import Final, NoReturn, TypeAlias

from lxml import etree

from engine.dmn.errors import DmnError
from engine.errors import Text
from engine.feel.cursor import normal_name

Xml: TypeAlias = etree._Element  # noqa: SLF001 - lxml has no public name for it
MAX_BYTES: Final = 4_000_000
"""Size of a file."""
MAX_NODES: Final = 100_000
"""Elements of a file."""
MAX_DEPTH: Final = 80
"""Boxes within boxes."""
NAMESPACES: Final = frozenset(
    {
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    }
)
"""DMN 1.1 to 1.5."""

_SAVE_AS_DMN: Final = Text(
    "Save it as DMN 1.1 to 1.5 with a DMN editor",
    "请用 DMN 编辑器另存为 DMN 1.1 至 1.5",
)
_SPLIT_FILE: Final = Text("Divide it into several files", "请拆分为多个文件")


class Document:
    """A parsed file and how to find things in it."""

    def __init__(self, xml: bytes, file: str) -> None:
        self.file = file
        self.root = self._read(xml)
        self.prefix = f"{{{etree.QName(self.root).namespace}}}"
        self.namespace = self.root.get("namespace", "")

    def _read(self, xml: bytes) -> Xml:
        if len(xml) > MAX_BYTES:
            self.fail(None, Text("the file is too large", "文件过大"), _SPLIT_FILE)
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            root = etree.fromstring(xml, parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            rule = Text(f"this is no XML: {error}", f"不是有效的 XML：{error}")
            self.fail(None, rule, _SAVE_AS_DMN)
        self._check(root)
        return root

    def _check(self, root: Xml) -> None:
        if root.getroottree().docinfo.internalDTD is not None:
            self.fail(
                None,
                Text("a DOCTYPE is not allowed", "不允许使用 DOCTYPE"),
                Text("Delete the DOCTYPE line", "请删除 DOCTYPE 行"),
            )
        name = etree.QName(root)
        if name.localname != "definitions" or name.namespace not in NAMESPACES:
            self.fail(
                None,
                Text("this is no DMN 1.1 to 1.5 file", "不是 DMN 1.1 至 1.5 文件"),
                _SAVE_AS_DMN,
            )
        self._check_size(root)

    def _check_size(self, root: Xml) -> None:
        level, depth, count = [root], 0, 0
        while level:
            depth, count = depth + 1, count + len(level)
            if count > MAX_NODES or depth > MAX_DEPTH:
                self.fail(
                    None,
                    Text(
                        "the file has too many or too deep elements",
                        "元素过多或嵌套过深",
                    ),
                    _SPLIT_FILE,
                )
            level = [child for element in level for child in element]

    def fail(self, element: Xml | None, rule: Text, remedy: Text) -> NoReturn:
        """Raise the error for an element."""
        raise self.error(element, rule, remedy)

    def error(self, element: Xml | None, rule: Text, remedy: Text) -> DmnError:
        """Return the error for an element; its own id or that of what it is in."""
        while element is not None and element.get("id") is None:
            element = element.getparent()
        element_id = None if element is None else element.get("id")
        return DmnError(self.file, element_id, rule, remedy)

    def kind(self, element: Xml) -> str:
        """Return the name of a DMN element, "" for elements of other vocabularies."""
        tag = element.tag
        return tag[len(self.prefix) :] if tag.startswith(self.prefix) else ""

    def children(self, element: Xml, kind: str) -> list[Xml]:
        """Return the direct children of that name."""
        return element.findall(self.prefix + kind)

    def child(self, element: Xml, kind: str) -> Xml | None:
        """Return the first direct child of that name."""
        return element.find(self.prefix + kind)

    def text(self, element: Xml | None, kind: str = "text") -> str:
        """Return the text of a child, "" without one."""
        child = None if element is None else self.child(element, kind)
        return "" if child is None else (child.text or "").strip()

    def dmn_children(self, element: Xml) -> Iterator[Xml]:
        """Yield the direct children that are DMN elements."""
        return (child for child in element if self.kind(child))


def name_of(element: Xml | None) -> str:
    """Return the normalised ``name`` of an element, "" without one."""
    return "" if element is None else normal_name(element.get("name", ""))
