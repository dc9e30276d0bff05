"""The set-up commands, the lock files and the wheel keep their promises."""

import importlib
import json
import re
import subprocess
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hatchling.metadata.core import ProjectMetadata
from hatchling.plugin.manager import PluginManager
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from hatch_build import BundleData

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKS = {
    "requirements.lock": PROJECT["project"]["dependencies"],
    "requirements-dev.lock": PROJECT["dependency-groups"]["dev"],
    "requirements-node.lock": PROJECT["dependency-groups"]["node"],
}
PINNED = re.compile(r"^([\w.-]+)(?:\[[\w,-]+\])?==([\w.!+]+)", re.MULTILINE)


def locked(lock: str) -> dict[str, str]:
    text = (ROOT / lock).read_text("utf-8")
    return {canonicalize_name(name): version for name, version in PINNED.findall(text)}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_declared_dependency_is_locked(lock: str) -> None:
    declared = [Requirement(text) for text in LOCKS[lock] if isinstance(text, str)]
    versions = locked(lock)

    missing = [
        str(requirement)
        for requirement in declared
        if not requirement.specifier.contains(
            versions.get(canonicalize_name(requirement.name), "0")
        )
    ]

    assert missing == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_a_hash(lock: str) -> None:
    entries = re.split(r"\n(?=[\w])", (ROOT / lock).read_text("utf-8"))

    assert [entry for entry in entries if "--hash=sha256:" not in entry][1:] == []
    assert len(locked(lock)) == sum("--hash=" in entry for entry in entries)


def test_tests_run_on_the_versions_that_are_served() -> None:
    development = locked("requirements-dev.lock")

    runtime = locked("requirements.lock")

    assert {name: development.get(name) for name in runtime} == runtime


@pytest.mark.parametrize("folder", ["web", "processes"])
def test_npm_locks_name_versions_and_no_addresses(folder: str) -> None:
    lock = json.loads((ROOT / folder / "package-lock.json").read_text("utf-8"))
    packages: dict[str, dict[str, Any]] = lock["packages"]

    addresses = [package.get("resolved", "") for package in packages.values()]
    fetched = [p for name, p in packages.items() if "node_modules/" in name]

    assert [address for address in addresses if "://" in address] == []
    assert all("integrity" in p or p.get("link") for p in fetched)


def hook(root: Path) -> BundleData:
    metadata = ProjectMetadata(str(root), PluginManager())
    return BundleData(str(root), {}, None, metadata, str(root), "wheel")


def write(root: Path, *names: str) -> None:
    for name in names:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x", "utf-8")


COMPLETE = (
    "processes/01/a.bpmn",
    "forms/01/UT_a.json",
    "migrations/env.py",
    "api/web/static/dist/manifest.json",
)


def bundled(root: Path) -> dict[str, str]:
    build_data: dict[str, Any] = {"force_include": {}}
    hook(root).initialize("standard", build_data)
    files: dict[str, str] = build_data["force_include"]
    return files


def test_data_folders_travel_inside_the_engine(tmp_path: Path) -> None:
    write(tmp_path, *COMPLETE)

    assert bundled(tmp_path) == {
        "processes/01/a.bpmn": "engine/_bundled/processes/01/a.bpmn",
        "forms/01/UT_a.json": "engine/_bundled/forms/01/UT_a.json",
        "migrations/env.py": "engine/_bundled/migrations/env.py",
    }


def test_tools_of_the_authors_stay_behind(tmp_path: Path) -> None:
    tools = ("node_modules/x/index.js", "lint/rules/a.js", "package.json", ".npmrc")
    write(tmp_path, *COMPLETE, *(f"processes/{name}" for name in tools))

    assert [name for name in bundled(tmp_path) if "processes" in name] == [
        "processes/01/a.bpmn"
    ]


@pytest.mark.parametrize("absent", COMPLETE)
def test_a_wheel_that_would_lack_something_is_not_built(
    tmp_path: Path, absent: str
) -> None:
    write(tmp_path, *COMPLETE)
    (tmp_path / absent).unlink()

    with pytest.raises(FileNotFoundError, match=absent.split("/", maxsplit=1)[0]):
        bundled(tmp_path)


def test_an_editable_install_needs_nothing_built(tmp_path: Path) -> None:
    build_data: dict[str, Any] = {"force_include": {}}

    hook(tmp_path).initialize("editable", build_data)

    assert build_data == {"force_include": {}}


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_the_checks_can_be_listed() -> None:
    assert "postgresql" in run("scripts/test", "--list").stdout.splitlines()


def test_an_unknown_check_is_refused_before_anything_is_installed() -> None:
    answer = run("scripts/test", "nonsense")

    assert (answer.returncode, answer.stdout) == (1, "")
    assert "nonsense" in answer.stderr


@pytest.fixture
def suites(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "scripts")
    module = importlib.import_module("suites")
    monkeypatch.setattr(module, "RESULTS", tmp_path)
    return module


def write_results(folder: Path, suite: str, *cases: str) -> None:
    xml = f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>"
    (folder / f"{suite}.xml").write_text(xml, "utf-8")


RAN = '<testcase classname="tests.a" name="test_x"/>'
SKIPPED = RAN.replace("/>", '><skipped message="no server"/></testcase>')


def test_a_test_that_no_suite_ran_is_left_out(
    suites: ModuleType, tmp_path: Path
) -> None:
    write_results(tmp_path, "sqlite", SKIPPED)

    assert suites.skipped() == {"no server": 1}


def test_a_test_skipped_in_one_suite_only_is_not_left_out(
    suites: ModuleType, tmp_path: Path
) -> None:
    write_results(tmp_path, "sqlite", SKIPPED)
    write_results(tmp_path, "postgresql", RAN)

    assert not suites.skipped()


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_what_the_readme_names_is_there(readme: str) -> None:
    text = (ROOT / readme).read_text("utf-8")
    named = re.findall(r"\]\(([\w./-]+)\)", text) + re.findall(r"\./([\w./-]+)", text)

    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
