"""The drawings: everything drawn, nothing on top of another, lines at right angles."""

from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from lxml import etree

from tests.processes import library

NAMES = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "di": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "dd": "http://www.omg.org/spec/DD/20100524/DI",
}
DIAGRAM = pytest.mark.parametrize("path", library.diagrams(), ids=lambda p: p.stem)
SILENT = ("process", "collaboration", "message", "laneSet", "ioSpecification")
CONTAINERS = ("subProcess", "lane", "participant")


class Box(NamedTuple):
    """Where a shape lies."""

    x: float
    y: float
    right: float
    bottom: float

    def covers(self, other: "Box") -> bool:
        return (
            self.x < other.right
            and other.x < self.right
            and self.y < other.bottom
            and other.y < self.bottom
        )

    def holds(self, x: float, y: float) -> bool:
        return self.x <= x <= self.right and self.y <= y <= self.bottom


class Drawing:
    """A diagram file with its shapes and lines by the id of what they draw."""

    def __init__(self, path: Path) -> None:
        self.root = etree.parse(path).getroot()
        self.boxes = dict(self._boxes())
        self.lines = {
            str(edge.get("bpmnElement")): [
                (float(p.get("x", "0")), float(p.get("y", "0")))
                for p in edge.iterfind("dd:waypoint", NAMES)
            ]
            for edge in self.root.iterfind(".//di:BPMNEdge", NAMES)
        }
        self.nodes = {
            str(node.get("id")): node
            for node in self.root.iterfind(".//bpmn:*", NAMES)
            if node.get("id")
        }

    def _boxes(self) -> Iterator[tuple[str, Box]]:
        for shape in self.root.iterfind(".//di:BPMNShape", NAMES):
            bounds = shape.find("dc:Bounds", NAMES)
            assert bounds is not None
            x, y, width, height = (
                float(bounds.get(name, "0")) for name in ("x", "y", "width", "height")
            )
            yield str(shape.get("bpmnElement")), Box(x, y, x + width, y + height)

    def kind(self, element_id: str) -> str:
        return etree.QName(self.nodes[element_id]).localname

    def to_draw(self) -> set[str]:
        return {
            name
            for name, node in self.nodes.items()
            if not name.startswith(("Def_", "Definitions_", "Io_"))
            and self.kind(name) not in SILENT
            and self.kind(name) not in ("dataInput", "dataOutput")
            and "bpmndi" not in str(node.tag)
        }

    def steps(self) -> dict[str, Box]:
        """Return what lies in the lanes: tasks, gateways, events."""
        return {
            name: box
            for name, box in self.boxes.items()
            if self.kind(name) not in (*CONTAINERS, "boundaryEvent")
        }


@DIAGRAM
def test_everything_is_drawn(path: Path) -> None:
    drawing = Drawing(path)

    assert drawing.to_draw() == {*drawing.boxes, *drawing.lines}


@DIAGRAM
def test_no_step_lies_on_another(path: Path) -> None:
    steps = Drawing(path).steps()
    covered = [
        (a, b) for (a, x), (b, y) in combinations(steps.items(), 2) if x.covers(y)
    ]

    assert covered == []


@DIAGRAM
def test_lines_run_at_right_angles(path: Path) -> None:
    slanted = [
        name
        for name, points in Drawing(path).lines.items()
        for a, b in pairwise(points)
        if a[0] != b[0] and a[1] != b[1]
    ]

    assert slanted == []


@DIAGRAM
def test_lines_end_at_what_they_connect(path: Path) -> None:
    drawing = Drawing(path)
    loose = []
    for name, points in drawing.lines.items():
        node = drawing.nodes[name]
        for end, point in (("sourceRef", points[0]), ("targetRef", points[-1])):
            if not drawing.boxes[str(node.get(end))].holds(*point):
                loose.append((name, end))

    assert loose == []


@DIAGRAM
def test_no_line_crosses_a_step_that_it_does_not_connect(path: Path) -> None:
    drawing = Drawing(path)
    crossing = []
    for name, points in drawing.lines.items():
        node = drawing.nodes[name]
        ends = {node.get("sourceRef"), node.get("targetRef")}
        for a, b in pairwise(points):
            line = Box(
                min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])
            )
            crossing += [
                (name, step)
                for step, box in drawing.steps().items()
                if step not in ends and line.covers(box)
            ]

    assert crossing == []


@DIAGRAM
def test_steps_lie_in_the_lane_that_names_them(path: Path) -> None:
    """What lies in an event sub-process is drawn there, whoever does it."""
    drawing = Drawing(path)
    outside = []
    for lane in drawing.root.iterfind(".//bpmn:lane", NAMES):
        band = drawing.boxes[str(lane.get("id"))]
        for reference in lane.iterfind("bpmn:flowNodeRef", NAMES):
            name = str(reference.text)
            parent = drawing.nodes[name].getparent()
            nested = parent is not None and parent.get("triggeredByEvent") == "true"
            box = drawing.boxes[name]
            middle = (box.x + (box.right - box.x) / 2, box.y + 1)
            if not nested and not band.holds(*middle):
                outside.append(name)

    assert outside == []
