"""Work dropped as files: whole or not at all, once, and answered in the same way."""

import base64
import json
import os
from pathlib import Path

import pytest

from engine.connectors import ConnectorPendingError, ConnectorUnavailableError, FileDrop
from engine.settings import RemoteSettings

CONTENT = base64.b64encode("商品,税率\n".encode()).decode()
ASKED = {
    "project_no": "KB-2026-001",
    "tables": ["商品"],
    "files": [
        {"name": "数据.csv", "media_type": "text/csv", "content": CONTENT},
        {"name": "../../etc/passwd", "media_type": "text/csv", "content": CONTENT},
        {"name": "..\\数据.csv", "media_type": "text/csv", "content": CONTENT},
    ],
}


def drop(folder: Path) -> FileDrop:
    return FileDrop("康博ERP", RemoteSettings(url=folder.as_uri()))


def ask(folder: Path) -> None:
    with pytest.raises(ConnectorPendingError):
        drop(folder).call("import_data", ASKED, key="17")


def test_work_appears_whole_and_answer_comes_back(tmp_path: Path) -> None:
    folder = tmp_path / "康博 ERP"
    ask(folder)

    (place,) = folder.iterdir()
    request = json.loads((place / "request.json").read_text("utf-8"))
    names = [file["file"] for file in request["files"]]
    assert (place.name, request["action"], request["tables"]) == (
        "17",
        "import_data",
        ["商品"],
    )
    assert names == ["01_数据.csv", "02_passwd", "03_数据.csv"]
    assert {path.name for path in place.iterdir()} == {"request.json", *names}
    assert (place / names[0]).read_bytes() == base64.b64decode(CONTENT)

    (folder / "17.answer.json").write_text('{"ok": true, "rows": 3}', "utf-8")
    answer = drop(folder).call("import_data", ASKED, key="17")
    assert answer == {"ok": True, "rows": 3}


def test_same_work_is_dropped_once(tmp_path: Path) -> None:
    ask(tmp_path)
    seen = (tmp_path / "17" / "request.json").stat().st_mtime_ns

    ask(tmp_path)

    assert (tmp_path / "17" / "request.json").stat().st_mtime_ns == seen
    assert [path.name for path in tmp_path.iterdir()] == ["17"]


def test_what_a_crash_left_half_written_is_written_anew(tmp_path: Path) -> None:
    (tmp_path / ".17").mkdir()
    (tmp_path / ".17" / "01_old").write_text("half")

    ask(tmp_path)

    assert not (tmp_path / ".17").exists()
    assert not (tmp_path / "17" / "01_old").exists()


@pytest.mark.parametrize("said", ["{", "[]", ""])
def test_answer_that_is_half_written_is_read_again_later(
    tmp_path: Path, said: str
) -> None:
    ask(tmp_path)
    (tmp_path / "17.answer.json").write_text(said)

    with pytest.raises(ConnectorUnavailableError):
        drop(tmp_path).call("import_data", ASKED, key="17")


def test_answer_that_is_missing_for_too_long_is_a_failure(tmp_path: Path) -> None:
    ask(tmp_path)
    os.utime(tmp_path / "17", (0, 0))

    with pytest.raises(ConnectorUnavailableError, match="no answer") as caught:
        drop(tmp_path).call("import_data", ASKED, key="17")

    assert not isinstance(caught.value, ConnectorPendingError)


def test_folder_that_cannot_be_used_is_tried_again_later(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")

    with pytest.raises(ConnectorUnavailableError):
        drop(tmp_path / "file").call("import_data", ASKED, key="17")


def test_address_without_a_folder_is_noticed_at_the_start() -> None:
    with pytest.raises(ValueError, match="names no folder"):
        FileDrop("康博ERP", RemoteSettings(url="file:"))
