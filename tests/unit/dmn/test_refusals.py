"""What is refused when a file is parsed, and attempts to do harm with one."""

import resource
import time

import pytest

from engine.dmn import DmnError, examine, parse
from engine.feel import FeelError
from tests.unit.dmn.drawing import (
    decide,
    decision,
    file,
    input_data,
    knowledge,
    literal,
    table,
)

ENTITY = (
    b'<?xml version="1.0"?><!DOCTYPE definitions [%s]>'
    b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" '
    b'namespace="n" name="n"><decision id="d" name="d"><literalExpression><text>'
    b'"%s"</text></literalExpression></decision></definitions>'
)
BOMB = b"".join(
    b'<!ENTITY l%d "%s">' % (level, b"&l%d;" % (level - 1) * 10)
    for level in range(1, 30)
)


def refusal(xml: bytes) -> DmnError:
    with pytest.raises(DmnError) as caught:
        parse(xml, "test.dmn")
    return caught.value


@pytest.mark.parametrize(
    ("xml", "element_id"),
    [
        (file(decision("bad", literal("1 +"))), "bad"),
        (file(decision("bad", literal("approved = True"))), "bad"),
        (file(decision("bad", table("FIRST", ["a +"], ["x"], ["1", "2"]))), "t"),
        (file(decision("bad", table("FIRST", ["a"], ["x"], ["> ", "2"]))), "r1"),
        (file(decision("bad", table("FIRST", ["a"], ["x"], ["1", "2 2"]))), "r1"),
        (file(decision("bad", table("FIRST", ["a"], ["x"], ["1"]))), "r1"),
        (file(decision("bad", table("FIRST", [""], ["x"], ["1", "2"]))), "t"),
        (file(decision("bad", table("BEST", ["a"], ["x"], ["1", "2"]))), "t"),
        (file(decision("bad", table("COLLECT/AVG", ["a"], ["x"], ["1", "2"]))), "t"),
        (file(decision("bad", table("PRIORITY", ["a"], ["x"], ["1", "2"]))), "t"),
        (file(decision("bad", table("FIRST", ["a"], [], ["1"]))), "t"),
        (
            file(decision("bad", table("FIRST", ["a"], ["x", "x"], ["1", "2", "3"]))),
            "t",
        ),
        (file(decision("bad", literal("1"), needs=["missing"])), "bad"),
        (file(decision("bad", literal("1"), kind="tMissing")), "bad"),
        (file(decision("bad", literal("1")), decision("bad", literal("2"))), "bad"),
        (file(knowledge("bad", ["a"], literal("1"), kind="Java")), "bad_logic"),
        (file(knowledge("bad", ["a"], literal("1"), kind="PMML")), "bad_logic"),
        (
            file(decision("bad", literal('function(a) external {java: {class: "x"}}'))),
            "bad",
        ),
    ],
)
def test_the_element_and_a_remedy_are_named(xml: bytes, element_id: str) -> None:
    error = refusal(xml)

    assert (error.file, error.element_id) == ("test.dmn", element_id)
    assert error.remedy.en
    assert error.remedy.zh in error.text.zh


def test_decisions_that_require_each_other_are_refused() -> None:
    error = refusal(
        file(
            decision("a", literal("b"), needs=["b"]),
            decision("b", literal("a"), needs=["a"]),
        )
    )

    assert "a" in error.rule.en
    assert "b" in error.rule.en


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"no xml",
        b"<definitions/>",
        b"\xff\xfe\x00",
        b'<definitions xmlns="http://www.omg.org/spec/DMN/20110701/DI"/>',
        b'<process xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>',
    ],
)
def test_what_is_no_decision_file_is_refused(xml: bytes) -> None:
    assert refusal(xml).file == "test.dmn"


def test_examine_finds_all_problems_at_once() -> None:
    xml = file(
        decision("one", literal("1 +")),
        decision("two", literal("2")),
        decision("three", literal("'x'")),
    )

    decisions = examine(xml, "test.dmn")

    assert [problem.element_id for problem in decisions.problems] == ["one", "three"]
    assert decisions.evaluate("two", {}).output == 2


@pytest.mark.parametrize(
    ("entities", "text"),
    [
        (b'<!ENTITY x SYSTEM "file:///etc/passwd">', b"&x;"),
        (b'<!ENTITY x SYSTEM "http://127.0.0.1:9/">', b"&x;"),
        (b'<!ENTITY % x SYSTEM "http://127.0.0.1:9/"> %x;', b"x"),
        (b'<!ENTITY l0 "lol">' + BOMB, b"&l29;"),
        (b'<!ENTITY x "y">', b"&x;"),
        (b"", b"x"),
    ],
)
def test_a_doctype_is_refused(entities: bytes, text: bytes) -> None:
    assert refusal(ENTITY % (entities, text)).remedy.en


@pytest.mark.parametrize(
    "xml",
    [
        file("<list>" * 300 + "</list>" * 300),
        file(decision("d", "<list>" * 100 + "</list>" * 100)),
        file("<x/>" * 200_000),
        b" " * 5_000_000,
        file(decision("d", literal("(" * 10_000))),
        file(decision("d", literal("[" * 200 + "]" * 200))),
    ],
    ids=["deep", "nested boxes", "many", "long", "brackets", "lists"],
)
def test_files_that_are_too_large_or_deep_are_refused(xml: bytes) -> None:
    started = time.thread_time()

    refusal(xml)

    assert time.thread_time() - started < 5


def test_types_that_are_aliases_of_each_other_are_refused() -> None:
    one = '<itemDefinition name="a" id="a"><typeRef>b</typeRef></itemDefinition>'
    other = '<itemDefinition name="b" id="b"><typeRef>a</typeRef></itemDefinition>'

    error = refusal(file(one, other, decision("d", literal("1"), kind="a")))

    assert error.element_id == "a"


def chain(length: int) -> bytes:
    links = [
        decision(f"d{n}", literal(f"d{n + 1} + 1"), needs=[f"d{n + 1}"])
        for n in range(length)
    ]
    return file(*links, decision(f"d{length}", literal("1")))


@pytest.mark.parametrize(
    ("xml", "element_id"),
    [
        (chain(3_000), "d0"),
        (
            file(
                knowledge("f", ["n"], literal("f(n) + f(n)")),
                decision("d", literal("f(1)"), knows=["f"]),
            ),
            "d",
        ),
        (file(decision("d", literal("for i in 1..10 ** 12 return i"))), "d"),
        (file(decision("d", table("FIRST", ["9 ** 9 ** 9"], ["x"], ["-", "1"]))), "d"),
        (
            file(
                input_data("n"),
                decision("o", literal("svc(n)"), inputs=["n"], knows=["svc"]),
                '<decisionService id="svc" name="svc"><outputDecision href="#o"/>'
                '<inputData href="#in_n"/></decisionService>',
            ),
            "o",
        ),
    ],
    ids=["chain", "recursion", "loop", "power", "service"],
)
def test_evaluation_ends_in_time_and_bounds(xml: bytes, element_id: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.thread_time()

    try:
        result = decide(xml, element_id, n=1).output
    except (FeelError, DmnError) as error:
        result = error

    assert time.thread_time() - started < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000
    assert result == 1 or isinstance(result, FeelError | DmnError)


def test_a_shared_prefix_of_the_file_system_is_never_read() -> None:
    xml = file('<import name="x" namespace="file:///etc/passwd"/>')

    assert "missing" in refusal(xml).rule.en
