"""Every package's scenarios, played on the runtime."""

import tomllib
from pathlib import Path

import pytest

from tests.processes import library
from tests.processes.player import Player

FILES = sorted(library.PROCESSES.glob("[0-9]*/scenarios/*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parts[-3][:2]}-{p.stem}")
def test_scenario_goes_as_told(path: Path) -> None:
    Player(tomllib.loads(path.read_text(encoding="utf-8"))).play()
