"""The lint of diagrams and the server agree about what service tasks can call."""

import json
from pathlib import Path

from pydantic import SecretStr

from api.platform import open_platform
from engine.resources import bundled
from engine.settings import Settings


def test_lint_knows_the_operations_that_the_server_registers(tmp_path: Path) -> None:
    settings = Settings(
        data=tmp_path,
        database_url=f"sqlite:///{tmp_path / 'fuwu.db'}",
        session_secret=SecretStr("s" * 32),
    )
    platform = open_platform(settings, works=False)
    registered: frozenset[str] = platform.database.info["operations"].names
    platform.stop()

    listed = (bundled("processes") / "lint" / "operations.json").read_text("utf-8")

    assert json.loads(listed) == sorted(registered)
