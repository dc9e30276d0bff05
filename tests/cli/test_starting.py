"""Starting where something is in the way: a sentence with place and remedy."""

import os
import socket
import sqlite3
from contextlib import closing

import pytest

from api.cli import main


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch):
    for name in list(os.environ):  # noqa: TID251 - to take them away
        if name.startswith("FUWU_"):
            monkeypatch.delenv(name)


def refused(capsys, *arguments):
    """Return what a start that fails says on standard error."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    assert main(["serve", "--port", port, *arguments]) == 1
    return capsys.readouterr().err


def test_the_folder_of_the_database_is_not_there(tmp_path, capsys):
    url = f"sqlite:///{tmp_path}/nowhere/fuwu.db"

    told = refused(capsys, "--data", str(tmp_path), "--database-url", url)

    assert told.startswith("database-unavailable: ")
    assert url in told
    assert "请确认其存在" in told


def test_a_file_that_is_no_database(tmp_path, capsys):
    file = tmp_path / "fuwu.db"
    file.write_bytes(b"minutes of the meeting, by no means a database" * 50)

    told = refused(capsys, "--data", str(tmp_path))

    assert "file is not a database" in told
    assert str(file) in told
    assert file.read_bytes().startswith(b"minutes")


def test_a_database_that_somebody_else_holds(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("FUWU_LOCK_WAIT_MS", "50")
    other = sqlite3.connect(tmp_path / "fuwu.db", isolation_level=None)
    with closing(other):
        other.execute("BEGIN EXCLUSIVE")

        told = refused(capsys, "--data", str(tmp_path))

    assert "database is locked" in told


def test_a_database_server_that_does_not_answer(tmp_path, capsys):
    url = "postgresql://nobody:secret@127.0.0.1:1/fuwu"

    told = refused(capsys, "--data", str(tmp_path), "--database-url", url)

    assert told.startswith("database-unavailable: ")
    assert "secret" not in told


def test_a_kind_of_database_that_we_do_not_speak(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("FUWU_DATABASE_URL", "mysql://localhost/fuwu")

    with pytest.raises(SystemExit) as ended:
        main(["serve", "--data", str(tmp_path)])

    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert "FUWU_DATABASE_URL" in told
    assert "sqlite:///" in told


def test_a_data_folder_that_is_a_file(tmp_path, capsys):
    place = tmp_path / "data"
    place.write_text("no folder")

    told = refused(capsys, "--data", str(place))

    assert told.startswith("data-folder-unavailable: ")
    assert str(place) in told
    assert "--data" in told


def test_an_address_that_is_taken(tmp_path, capsys):
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])

        assert main(["serve", "--data", str(tmp_path), "--port", port]) == 1

    told = capsys.readouterr().err
    assert told.startswith("address-unavailable: ")
    assert "--port" in told
    assert not (tmp_path / "fuwu.db").exists()
