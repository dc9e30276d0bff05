"""The command ``fuwu``, called as its users call it."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
import uvicorn

from api.cli import main
from engine import resources

BPMN = resources.bundled("processes") / "90_shared" / "dual_signoff.bpmn"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _own_place(monkeypatch, tmp_path):
    """Nobody's settings but the test's, and no place but its own."""
    for name in list(os.environ):  # noqa: TID251 - to take them away
        if name.startswith("FUWU_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))


@pytest.fixture
def data(tmp_path):
    return str(tmp_path / "data")


@pytest.fixture
def upgraded(data, capsys):
    assert main(["db", "upgrade", "--data", data]) == 0
    capsys.readouterr()
    return data


def printed(capsys):
    return json.loads(capsys.readouterr().out)


def test_a_database_is_made_and_found_up_to_date(data, capsys):
    assert main(["db", "upgrade", "--data", data, "--json"]) == 0

    told = printed(capsys)
    assert told["upToDate"]
    assert main(["db", "check", "--data", data]) == 0


def test_an_empty_database_is_found_out_of_date(data):
    assert main(["db", "check", "--data", data]) == 1


@pytest.mark.parametrize("name", ["session-secret", "secret-key"])
def test_a_secret_is_drawn_once_and_kept_from_others(data, capsys, name):
    main(["config", "--data", data])
    file = Path(data) / name
    first = file.read_text(encoding="ascii")
    shown = capsys.readouterr().out

    main(["config", "--data", data])

    assert file.read_text(encoding="ascii") == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert first not in shown


def test_settings_come_from_arguments_variables_and_a_file(
    data, tmp_path, monkeypatch, capsys
):
    file = tmp_path / "fuwu.toml"
    file.write_text("job_attempts = 3\nsession_hours = 2\n", encoding="utf-8")
    monkeypatch.setenv("FUWU_CONFIG", str(file))
    monkeypatch.setenv("FUWU_SESSION_HOURS", "5")

    assert main(["config", "--data", data, "--json"]) == 0

    told = printed(capsys)
    assert (told["job_attempts"], told["session_hours"]) == (3, 5)
    assert told["data"] == data
    assert set(told["session_secret"]) == {"*"}


def test_no_secret_is_shown_with_the_settings(data, monkeypatch, capsys):
    url = "postgresql://fuwu:geheim@db.example.com/fuwu"
    monkeypatch.setenv("FUWU_JIRA__URL", "https://jira.example.com")
    monkeypatch.setenv("FUWU_JIRA__TOKEN", "geheim")
    monkeypatch.setenv("FUWU_SECRET_KEYS", f'["{"geheim" * 8}"]')

    assert main(["config", "--data", data, "--database-url", url]) == 0

    shown = capsys.readouterr().out
    assert "jira.example.com" in shown
    assert "db.example.com" in shown
    assert "geheim" not in shown


def test_a_wrong_setting_is_named(data, monkeypatch, capsys):
    monkeypatch.setenv("FUWU_JOB_ATTEMPTS", "none")

    with pytest.raises(SystemExit) as ended:
        main(["config", "--data", data])

    assert ended.value.code == 2
    assert "FUWU_JOB_ATTEMPTS" in capsys.readouterr().err


def test_a_sound_diagram_has_no_findings(capsys):
    assert main(["check", str(BPMN), "--json"]) == 0

    assert printed(capsys) == []


def test_a_broken_diagram_is_told_where_and_what_to_do(tmp_path, capsys):
    file = tmp_path / "broken.bpmn"
    text = BPMN.read_text(encoding="utf-8")
    file.write_text(text.replace('targetRef="GW_sign_join"', 'targetRef="nowhere"', 1))

    assert main(["check", str(file), "--json"]) == 1

    found = [each for each in printed(capsys) if each["severity"] == "error"]
    assert found
    assert all(each["remedy"]["zh"] and each["remedy"]["en"] for each in found)


def test_what_is_no_xml_is_refused(tmp_path, capsys):
    file = tmp_path / "note.bpmn"
    file.write_text("no diagram", encoding="utf-8")

    assert main(["check", str(file)]) == 1

    assert "note.bpmn" in capsys.readouterr().out


def test_a_package_is_deployed_once(upgraded, tmp_path, capsys):
    folder = tmp_path / "hello"
    folder.mkdir()
    diagram = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
      targetNamespace="urn:t"><process id="hello" isExecutable="true">
      <startEvent id="a"/><sequenceFlow id="f" sourceRef="a" targetRef="b"/>
      <endEvent id="b"/></process></definitions>"""
    (folder / "hello.bpmn").write_text(diagram, encoding="utf-8")

    first = main(["deploy", str(folder), "--data", upgraded, "--json"])
    created = printed(capsys)
    main(["deploy", str(folder), "--data", upgraded, "--json"])
    again = printed(capsys)

    assert first == 0
    assert (created["package"], created["version"]) == ("hello", 1)
    assert (created["created"], again["created"]) == (True, False)
    assert again["version"] == 1


def test_a_package_with_errors_is_not_deployed(upgraded, tmp_path, capsys):
    file = tmp_path / "note.bpmn"
    file.write_text("no diagram", encoding="utf-8")

    assert main(["deploy", str(file), "--data", upgraded]) == 1

    assert "note.bpmn" in capsys.readouterr().err


def test_an_account_gets_a_one_time_way_in(upgraded, capsys):
    arguments = ["users", "add", "qian", "--name", "钱进", "--data", upgraded]

    assert main([*arguments, "--json"]) == 0

    assert printed(capsys)["path"].startswith("/password?token=")
    assert main(["users", "reset", "qian", "--data", upgraded]) == 0
    assert main(arguments) == 1
    assert "username-taken" in capsys.readouterr().err


def test_the_trace_leads_from_every_rule_to_what_carries_it(capsys):
    assert main(["trace", "--json"]) == 0

    rules = {each["id"]: each for each in printed(capsys)["rules"]}
    assert len(rules) == 90
    assert "UT_appoint_manager" in rules["R1.2.1"]["elements"]
    assert rules["R0.3"]["elements"] == ["API"]
    assert rules["R1.2.1"]["clause"] == "一.2"


def test_the_trace_of_a_section_is_a_table(capsys):
    assert main(["trace", "--section", "R1.6"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[:2]] == ["R1.6.1", "R1.6.2"]


def test_serving_says_how_to_sign_in(data, monkeypatch, capsys):
    def serve(server, sockets):
        server.started = bool(sockets)

    monkeypatch.setattr(uvicorn.Server, "run", serve)
    arguments = ["--test-clock", "--port", "0", "--data", data]

    assert main(["serve", "--sample", *arguments]) == 0

    told = capsys.readouterr().err
    assert "http://127.0.0.1:" in told
    assert "zhao" in told
    assert "TEST CLOCK" in told
    assert "/password?token=" in told


def test_a_newer_database_is_left_alone(upgraded, capsys):
    import sqlite3  # noqa: PLC0415 - only here

    database = sqlite3.connect(Path(upgraded) / "fuwu.db")
    database.execute("UPDATE alembic_version SET version_num = '9999_later'")
    database.commit()
    database.close()

    assert main(["db", "upgrade", "--data", upgraded]) == 1

    assert "database-newer" in capsys.readouterr().err


def test_a_worker_works_until_it_is_told_to_stop(data):
    command = [sys.executable, "-m", "api.cli", "worker", "--data", data]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}  # noqa: TID251 - its own
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    for _ in range(300):  # what it writes first stands beside the file itself
        if sum(each.stat().st_size for each in Path(data).glob("fuwu.db*")) > 1_000_000:
            break
        time.sleep(0.1)
    time.sleep(1)

    process.send_signal(signal.SIGTERM)

    assert process.wait(timeout=30) == 0


def test_decisions_and_forms_are_checked_too(tmp_path, capsys):
    table = tmp_path / "t.dmn"
    table.write_bytes(b"<no/>")
    form = tmp_path / "UT_a.json"
    form.write_text('{"schema": 1}', encoding="utf-8")

    assert main(["check", str(table), str(form), "--json"]) == 1

    found = printed(capsys)
    assert [each["file"] for each in found] == [str(table), str(form)]
    assert found[0]["code"] == "decision-invalid"


@pytest.mark.parametrize("command", ["check", "deploy"])
def test_a_file_that_is_not_there_is_wrong_use(tmp_path, capsys, command):
    with pytest.raises(SystemExit) as stopped:
        main([command, str(tmp_path / "none.bpmn")])

    assert stopped.value.code == 2
    assert "none.bpmn is not there" in capsys.readouterr().err


def test_a_folder_is_not_checked(tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["check", str(tmp_path)])

    assert stopped.value.code == 2
    assert "is no file" in capsys.readouterr().err
