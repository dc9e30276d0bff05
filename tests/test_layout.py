"""What holds for every file of the project, whoever wrote it."""

import re
import subprocess
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 400
VAGUE = {"utils", "helpers", "common", "services", "manager", "core"}
# This file has to spell out what no other may say.
EXEMPT = {"tests/test_layout.py"}

REGISTRIES = re.compile(
    r"pypi\.org|pythonhosted\.org|npmjs\.(org|com)|npmmirror|deb\.debian\.org"
    r"|index-url[= ]+http|tuna\.tsinghua|mirrors\.(aliyun|cloud)"
)
MACHINES = re.compile(r"/work/(main|shared|\.)|/root/|/home/\w|/tmp/fuwu|\.library\b")
MAKING_OF = re.compile(
    r"\b(coding|working) sessions?\b"
    r"|\b(system|user) prompt\b|\bprompt engineering\b|\bsub-?agents?\b"
    r"|\b(language model|LLM|chatbot|AI assistant|as an AI)\b"
    r"|\b(issues?|tickets?|pull requests?|PRs?|fixes|closes) #?\d+\b",
    re.IGNORECASE,
)


def tracked() -> list[str]:
    command = ["git", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    names = listed.stdout.decode().split("\0")
    return [name for name in names if name and (ROOT / name).is_file()]


def texts() -> Iterator[tuple[str, str]]:
    for name in tracked():
        try:
            yield name, (ROOT / name).read_text("utf-8")
        except UnicodeDecodeError:
            continue


@pytest.fixture(scope="module")
def lines() -> list[tuple[str, int, str]]:
    return [
        (name, number, line)
        for name, text in texts()
        if name not in EXEMPT
        for number, line in enumerate(text.splitlines(), start=1)
    ]


def found(pattern: re.Pattern[str], lines: list[tuple[str, int, str]]) -> list[str]:
    return [
        f"{name}:{number}: {match[0]}"
        for name, number, line in lines
        if (match := pattern.search(line))
    ]


def test_no_python_file_is_longer_than_one_can_read() -> None:
    sizes = {
        name: len(text.splitlines()) for name, text in texts() if name.endswith(".py")
    }

    assert {name: size for name, size in sizes.items() if size > LONGEST} == {}


def test_a_module_is_named_after_a_noun_of_the_business() -> None:
    parts = {part for name in tracked() for part in Path(name).with_suffix("").parts}

    assert parts & VAGUE == set()


@pytest.mark.parametrize("package", ["engine", "company", "api"])
def test_no_dependency_brings_a_package_of_our_name(package: str) -> None:
    assert set(packages_distributions().get(package, [])) <= {"fuwu"}


def test_no_file_names_a_package_registry(lines: list[tuple[str, int, str]]) -> None:
    assert found(REGISTRIES, lines) == []


def test_no_file_names_a_path_of_one_machine(lines: list[tuple[str, int, str]]) -> None:
    assert found(MACHINES, lines) == []


def test_no_file_tells_how_the_project_was_made(
    lines: list[tuple[str, int, str]],
) -> None:
    assert found(MAKING_OF, lines) == []
