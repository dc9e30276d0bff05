"""Reading the compatibility cases: inputs, what is asked, what must come out."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

CASES = Path(__file__).resolve().parents[3].parent / "shared/conformance/dmn-tck"
_NS = "{http://www.omg.org/spec/DMN/20160719/testcase}"
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_MONTHS = re.compile(r"(-?)P(?:(\d+)Y)?(?:(\d+)M)?")
_DAYS = re.compile(
    r"(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d+))?S)?)?"
)


@dataclass(frozen=True)
class Months:
    """An expected duration of years and months."""

    months: int


@dataclass(frozen=True)
class Question:
    """One expected result of one case."""

    folder: Path
    model: str
    case: str
    asked: str
    service: str
    inputs: dict[str, Any]
    expected: Any

    @property
    def level(self) -> str:
        return self.folder.parent.name

    @property
    def title(self) -> str:
        """The name in reports and in the list of known failures."""
        return f"{self.level}/{self.folder.name}/{self.case}/{self.asked}"


def questions(root: Path = CASES) -> Iterator[Question]:
    """Yield everything that the cases below a folder ask."""
    for file in sorted(root.rglob("*-test-*.xml")):
        document = etree.parse(file).getroot()
        model = document.findtext(f"{_NS}modelName") or ""
        for case in document.iter(f"{_NS}testCase"):
            for node in case.iter(f"{_NS}resultNode"):
                yield Question(
                    file.parent,
                    model,
                    f"{file.stem.rpartition('-')[2]}.{case.get('id', '')}",
                    node.get("name", ""),
                    case.get("invocableName", ""),
                    {
                        str(i.get("name")): value(i)
                        for i in case.iter(f"{_NS}inputNode")
                    },
                    value(node.find(f"{_NS}expected")),
                )


def value(element: Any) -> Any:
    """Return what an element of the case describes; nothing is None."""
    if element is None:
        return None
    components = element.findall(f"{_NS}component")
    if components:
        return {c.get("name"): value(c) for c in components}
    items = element.find(f"{_NS}list")
    if items is not None and not _is_nil(items):
        return [value(item) for item in items.findall(f"{_NS}item")]
    scalar = element.find(f"{_NS}value")
    if scalar is None or _is_nil(scalar):
        return None
    kind = (scalar.get(f"{_XSI}type") or "xsd:string").rpartition(":")[2]
    return _READERS.get(kind, str)(scalar.text or "")


def _is_nil(element: Any) -> bool:
    return bool(element.get(f"{_XSI}nil") == "true")


def _duration(text: str) -> Any:
    match = _MONTHS.fullmatch(text)
    if match:
        months = int(match[2] or 0) * 12 + int(match[3] or 0)
        return Months(-months if match[1] else months)
    found = _DAYS.fullmatch(text)
    assert found, text
    days, hours, minutes, seconds = (int(found[n] or 0) for n in (2, 3, 4, 5))
    span = timedelta(
        days=days,
        hours=hours,
        minutes=minutes,
        seconds=seconds,
        microseconds=int((found[6] or "0")[:6].ljust(6, "0")),
    )
    return -span if found[1] else span


_READERS: dict[str, Callable[[str], Any]] = {
    "boolean": lambda text: text.strip() == "true",
    **dict.fromkeys(
        ("decimal", "double", "integer", "int", "float", "long"),
        lambda text: Decimal(text.strip()),
    ),
    "date": lambda text: date.fromisoformat(text.strip()),
    "time": lambda text: time.fromisoformat(text.strip()),
    "dateTime": lambda text: datetime.fromisoformat(text.strip()),
    "duration": lambda text: _duration(text.strip()),
}
