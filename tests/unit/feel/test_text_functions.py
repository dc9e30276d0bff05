"""Functions on texts, and patterns."""

from typing import Any

import pytest

from tests.unit.feel.asking import ask


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('string length("客户𠮷")', 3),
        ('substring("客户服务", 3)', "服务"),
        ('substring("客户服务", -2, 1)', "服"),
        ('substring("abc", 0)', None),
        ('substring("abc", 4)', None),
        ('substring("abc", 2, 9)', "bc"),
        ('upper case("aé")', "AÉ"),
        ('lower case("AÉ")', "aé"),
        ('substring before("a-b-c", "-")', "a"),
        ('substring before("abc", "x")', ""),
        ('substring after("a-b-c", "-")', "b-c"),
        ('substring after("abc", "")', "abc"),
        ('contains("客户服务", "服务")', True),
        ('starts with("abc", "b")', False),
        ('ends with("abc", "bc")', True),
        ('string join(["a", null, "b"], ", ")', "a, b"),
        ("string join([1, 2])", None),
        ('split("a;b;;c", ";")', ["a", "b", "", "c"]),
        ('split("a1b22c", "\\d+")', ["a", "b", "c"]),
        ('split("abc", "x*")', None),
        ("contains(null, null)", None),
        ('string("a")', "a"),
        ("string(null)", None),
        ("string(true)", "true"),
        ('string([1, "a", null])', '[1, "a", null]'),
        ('string({a: 1, "b c": "x"})', '{a: 1, "b c": "x"}'),
        ("string([1..3))", "[1..3)"),
        ("string(function(x) x)", None),
        (r'"tab\tquote\" 中 😀 \q"', 'tab\tquote" 中 😀 \\q'),
    ],
)
def test_texts_are_taken_apart_and_put_together(text: str, expected: Any) -> None:
    assert ask(text) == expected


@pytest.mark.parametrize(
    ("pattern", "text", "flags", "expected"),
    [
        ("^1[3-9]\\d{9}$", "13812345678", "", True),
        ("^1[3-9]\\d{9}$", "23812345678", "", False),
        ("^[\\w.]+@[\\w.]+\\.cn$", "li.si@example.com.cn", "", True),
        ("b+", "abbbc", "", True),
        ("^a.c$", "a\nc", "", False),
        ("^a.c$", "a\nc", "s", True),
        ("^b$", "a\nb\nc", "m", True),
        ("^b$", "a\nb\nc", "", False),
        ("ABC", "xabcx", "i", True),
        ("a b", "ab", "x", True),
        ("(a|b)\\1", "bb", "", True),
        ("(a|b)\\1", "ab", "", False),
        ("(A)\\1", "aA", "i", True),
        ("^\\p{Lu}\\p{Ll}+$", "Über", "", True),
        ("^\\p{IsCJKUnifiedIdeographs}+$", "客户服务", "", True),
        ("^[a-z-[aeiou]]+$", "xyz", "", True),
        ("^[a-z-[aeiou]]+$", "xay", "", False),
        ("^[^\\d]$", "5", "", False),
        ("^(?:ab)+$", "abab", "", True),
        ("^a{2,3}$", "aaaa", "", False),
        ("^a{2,}$", "aaaa", "", True),
        ("^(a*)*$", "aaab", "", False),
        ("^(a?){20}a{20}$", "a" * 20, "", True),
        ("x*", "", "", True),
        ("[-a]", "-", "", True),
        ("[a\\-z]", "-", "", True),
    ],
)
def test_patterns_follow_xpath(
    pattern: str, text: str, flags: str, *, expected: bool
) -> None:
    assert ask("matches(t, p, f)", t=text, p=pattern, f=flags) is expected


@pytest.mark.parametrize(
    "pattern",
    ["(", ")", "[", "[b-a]", "a**", "*", "a{2", "a{3,2}", "\\1", "\\q", "[a", "(a)\\2"],
)
def test_what_is_no_pattern_gives_null(pattern: str) -> None:
    assert ask("matches(t, p)", t="a", p=pattern) is None


@pytest.mark.parametrize(
    ("text", "pattern", "replacement", "expected"),
    [
        ("2026-01-31", "(\\d+)-(\\d+)-(\\d+)", "$3.$2.$1", "31.01.2026"),
        ("abracadabra", "a(.)", "<$0>", "<ab>r<ac><ad><ab>ra"),
        ("a.b", "\\.", "\\$", "a$b"),
        ("aXbX", "X", "", "ab"),
        ("abc", "b", "$", None),
        ("abc", "b", "\\n", None),
        ("abc", "b*", "x", None),
        ("ab", "(a)|(b)", "[$1$2]", "[a][b]"),
        ("a", "(a)", "$10", "a0"),
    ],
)
def test_replacements_name_groups(
    text: str, pattern: str, replacement: str, expected: str | None
) -> None:
    assert ask("replace(t, p, r)", t=text, p=pattern, r=replacement) == expected
