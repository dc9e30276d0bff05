"""Attempts to leave the language or to exhaust the machine, each in bounded time.

Every attempt must end in a typed error or in a harmless value, within a second and
without large memory; nothing of Python may show.
"""

import builtins
import time
from pathlib import Path
from typing import Any

import pytest

from engine.feel import FeelError, compile_expression, compile_script
from engine.feel.budget import MAX_SIZE, MAX_TEXT
from engine.feel.expression import known_names
from engine.feel.parser import parse_expression, parse_tests

SECONDS = 5.0
"""Generous: the machine may be busy. Every attempt takes below a second alone."""
MEMORY = 120_000_000

TO_PYTHON = [
    "a.__class__",
    "a.__class__.__mro__[2].__subclasses__()",
    '"".__class__.__bases__[1]',
    "a.__dict__",
    "a.__init__.__globals__",
    "(function() 1).__code__",
    "(function() 1).__globals__",
    "(function() 1).frame",
    "(function() 1).parent.values",
    "count.__self__",
    "count.overloads",
    "count.implementation.__globals__",
    "now.__module__",
    "now().__class__",
    "now().tzinfo",
    '@"P1D".__reduce__()',
    "[1].append(2)",
    "[1].__len__()",
    "{a: 1}.keys()",
    "{a: 1}.items",
    "{a: 1}.pop",
    '"{0.__class__}".format(a)',
    '"%s" % a',
    'f"{a}"',
    'string("{a.__class__}")',
    'string join(["{", "0.__class__", "}"])',
    'replace("x", "x", "{0.__class__}")',
    'replace("x", "x", "\\g<0>")',
    'matches("a", "(?P<x>a)")',
    'matches("a", "(?{print})")',
    'matches("a", "(?#comment)a")',
    'matches("a", "a(?=b)")',
    '__import__("os")',
    '__import__("os").system("id")',
    "__builtins__",
    '__builtins__["eval"]',
    'eval("1")',
    'exec("1")',
    'compile("1")',
    'open("/etc/passwd")',
    "globals()",
    "locals()",
    "vars()",
    'getattr(a, "__class__")',
    'get value(a, "__class__")',
    'get value({}, "__class__")',
    "get entries(count)",
    "lambda x: x",
    "import os",
    "from os import system",
    "print(1)",
    "[x for x in [1]]",
    "(x := 1)",
    "raise a",
    "yield a",
    "await a",
    "self",
    "frame",
    "run.functions",
    "engine.feel",
    'time("10:00:00@../../../etc/passwd")',
    'function(x) external {java: {class: "java.lang.Runtime"}}',
    "`__class__`",
    "a.`__class__`",
    '{"__class__": 1}.__class__.__class__',
    "item.__class__",
    "[1][item.__class__ = 1]",
    "for __class__ in [1] return __class__.__class__",
    "partial.__class__",
    "?.__class__",
]

TO_EXHAUSTION = [
    "9 ** 9 ** 9 ** 9",
    "9 ** 999999999",
    "(10 ** 6144) * 10",
    "exp(10 ** 9)",
    "1e999999999",
    "decimal(1, 10 ** 9)",
    "for i in 1..10 ** 30 return i",
    "count(for i in 1..99999, j in 1..99999 return 1)",
    "some i in 1..10 ** 12 satisfies i < 0",
    'for d in @"0001-01-01"..@"9999-12-31" return d',
    'for i in 1..99 return if i = 1 then "aaaaaaaa" else partial[-1] + partial[-1]',
    "for i in 1..99 return if i = 1 then [1] else [partial[-1], partial[-1]]",
    "for i in 1..99 return if i = 1 then [1] else concatenate(partial, partial[-1])",
    "for i in 1..999 return if i = 1 then [1] else [partial[-1]]",
    "string(for i in 1..99 return if i = 1 then [1] else [partial[-1], partial[-1]])",
    "flatten(for i in 1..99 return if i = 1 then [1] else [partial[-1], partial[-1]])",
    "for i in 1..5000 return partial",
    "for i in 1..99999 return long",
    "for i in 1..99 return {a: long, b: long, c: long}",
    "for i in 1..9999 return long + long",
    "for i in 1..9999 return upper case(long)",
    "for i in 1..200000 return long = same",
    "for i in 1..200000 return contains(long, missing + 1)",
    'for i in 1..200000 return contains(long, "b")',
    "for i in 1..200000 return number(digits)",
    'string join(for i in 1..90000 return long, ",")',
    "{f: function(x) f(x)}.f(1)",
    "{f: function(x) f(x) + f(x)}.f(1)",
    "(function(g) g(g))(function(g) g(g))",
    "{a: function(x) x(x), b: a(a)}.b",
    "sort(for i in 1..99999 return i, function(x, y) x > y)",
    "distinct values(for i in 1..9999 return {a: i})",
    "index of(for i in 1..99999 return 1, 2)",
    'matches(long, "(a+)+$")',
    'matches(long, "^(a|a)*b$")',
    'matches(long, "(a*)*(a*)*(a*)*b")',
    'matches(long, "(.*)(.*)(.*)(.*)\\1\\2x")',
    'matches("a", "((((a{99}){99}){99}){99}){99}")',
    'matches("a", "(?:(?:(?:){999}){999}){999}")',
    'replace(long, "a", long)',
    'replace(long, "(a)", "$1$1$1$1$1$1$1$1$1$1")',
    'split(long, "a")',
    'split(long, "")',
    "(" * 5_000 + "1" + ")" * 5_000,
    "[" * 5_000 + "]" * 5_000,
    "{a: " * 500 + "1" + "}" * 500,
    "-" * 20_000 + "1",
    "1 + " * 10_000 + "1",
    "a" + ".a" * 10_000,
    "a" + "[1]" * 10_000,
    "if a then " * 500 + "1",
    "x in (" * 500 + "1" + ")" * 500,
    "[1.." * 500,
    "]" * 500,
    "](" * 500,
    "x in [1..(" * 500,
    "not(" * 500,
    "function(a) " * 500 + "1",
    "a instance of " + "list<" * 500,
    '"' + "a" * 100_000 + '"',
    "/*" * 20_000,
    '@"' + "9" * 10_000 + '"',
    "{" + ",".join(f"a b{i}: 1" for i in range(4_000)) + "}",
]


def memory(name: str) -> int:
    """Return what Linux says of this process: VmRSS now, VmHWM at most; in bytes."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    (line,) = [line for line in lines if line.startswith(f"{name}:")]
    return int(line.split()[1]) * 1024


def forget_peak() -> None:
    """Begin to measure anew: what other tests needed is not what this one needs."""
    Path("/proc/self/clear_refs").write_text("5", "ascii")


def attempt(text: str) -> tuple[Any, float, int]:
    context = {
        "a": 1,
        "long": "a" * 900_000,
        "same": "a" * 900_000,
        "digits": "1" * 900_000,
    }
    forget_peak()
    before, started = memory("VmRSS"), time.thread_time()
    try:
        value = compile_expression(text).evaluate(context)
    except FeelError as error:
        value = error
    seconds = time.thread_time() - started
    return value, seconds, memory("VmHWM") - before


def weight(value: Any) -> int:
    if isinstance(value, str):
        assert len(value) <= MAX_TEXT
        return len(value)
    if isinstance(value, dict):
        return sum(weight(item) for item in value.values())
    return sum(weight(item) for item in value) if isinstance(value, list) else 1


@pytest.mark.parametrize("text", TO_PYTHON, ids=range(len(TO_PYTHON)))
def test_python_is_never_reached(text: str) -> None:
    value, seconds, _ = attempt(text)

    shown = "" if isinstance(value, FeelError) else repr(value)
    assert not any(word in shown for word in ("<class", "0x", "module", "frame"))
    assert value is None or isinstance(value, FeelError | str | bool | int | list)
    assert seconds < SECONDS


@pytest.mark.parametrize("text", TO_EXHAUSTION, ids=range(len(TO_EXHAUSTION)))
def test_time_and_memory_are_bounded(text: str) -> None:
    value, seconds, growth = attempt(text)

    assert seconds < SECONDS
    assert growth < MEMORY
    assert isinstance(value, FeelError) or weight(value) <= MAX_SIZE


@pytest.mark.parametrize("text", ["[1.." * 500, "]" * 500, "a in [1.." * 500])
def test_brackets_are_bounded_before_the_stack_is(text: str) -> None:
    with pytest.raises(FeelError):
        parse_expression(text, known_names())
    with pytest.raises(FeelError):
        parse_tests(text, known_names())


def test_there_are_at_least_sixty_attempts_of_each_kind() -> None:
    assert len(set(TO_PYTHON)) >= 60
    assert len(set(TO_EXHAUSTION)) >= 60


def test_the_language_has_no_name_for_what_surrounds_it() -> None:
    assert compile_expression("SECRET").evaluate({}) is None


@pytest.mark.parametrize(
    "text", ["__builtins__ = 1", "__class__ = {}", "a = __import__", "item = 1"]
)
def test_scripts_assign_names_of_their_own_only(text: str) -> None:
    before = dict(vars(builtins))

    result = compile_script(text).run({})

    assert list(result) == [text.partition(" = ")[0]]
    assert dict(vars(builtins)) == before
