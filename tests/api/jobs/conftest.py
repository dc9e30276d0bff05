"""A server with the sample people, and a program that works jobs for it."""

from pathlib import Path

import pytest

from tests.api.driver import Company
from tests.api.jobs.working import Program, hire
from tests.api.serving import served


@pytest.fixture
def house(bare_template, tmp_path: Path):
    with served(bare_template, tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def program(company: Company) -> Program:
    """A program that may work jobs of any type."""
    return hire(company)
