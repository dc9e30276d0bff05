"""Servers that may call this machine, with the sample people and nothing deployed."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.api.serving import served

SEAL = "seal-" * 10


@pytest.fixture
def house(bare_template, tmp_path: Path):
    more = {
        "outgoing": ("127.0.0.0/8",),
        "secret_keys": (SecretStr(SEAL),),
        "public_url": "https://fuwu.example.com",
        "job_attempts": 2,
    }
    with served(bare_template, tmp_path / "data", **more) as opened:
        yield opened
