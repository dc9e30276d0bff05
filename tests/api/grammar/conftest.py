"""Servers with the sample people and nothing deployed: diagrams come from the tests."""

from pathlib import Path

import pytest

from tests.api.serving import served


@pytest.fixture
def house(bare_template, tmp_path: Path):
    with served(bare_template, tmp_path / "data") as opened:
        yield opened
