"""Section 一 with the server killed (-9) after every single HTTP call."""

import os
import time
import uuid
from collections import Counter
from datetime import datetime, timedelta, timezone
from typing import cast

import httpx2
import pytest
from sqlalchemy import create_engine, select, text

from engine import journal
from engine.cache import Caches
from engine.database import Database
from engine.schema import ProcessInstance
from tests.api.driver import Company
from tests.chaos.mortal import Server, Undaunted

_URL = os.environ.get("FUWU_TEST_DATABASE_URL", "")  # noqa: TID251 - as tests/conftest
START = datetime(2026, 3, 2, 9, 0, tzinfo=timezone(timedelta(hours=8)))
PAPERS = {
    "milestone_schedule",
    "preparation_confirmation",
    "survey_form",
    "import_template",
    "issue_opinion",
    "implementation_plan",
    "plan_schedule",
}


@pytest.fixture
def database_url(tmp_path):
    """A database of its own: a SQLite file, or one on the PostgreSQL server."""
    if not _URL:
        yield f"sqlite:///{tmp_path}/data/fuwu.db"
        return
    name = f"fuwu_kills_{uuid.uuid4().hex[:8]}"
    plain = _URL.replace("postgresql://", "postgresql+psycopg://")
    admin = create_engine(plain, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield admin.url.set(database=name, drivername="postgresql").render_as_string(
        hide_password=False
    )
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def server(tmp_path, database_url):
    started = Server(tmp_path, database_url)
    started.start()
    yield started
    started.kill()


def chains_are_intact(database_url):
    opened = Database(database_url)
    opened.info["caches"] = Caches()
    try:
        with opened.reading() as session:
            keys = session.scalars(select(ProcessInstance.key)).all()
            return all(journal.verify(session, key).intact for key in keys)
    finally:
        opened.close()


def papers_of(case):
    path = f"/v2/projects/{case.project_no}/documents"
    return [d["kind"] for d in case.company.hou.ask("GET", path)["items"]]


def test_a_contract_becomes_a_team_although_the_server_dies_after_every_call(
    server, database_url
):
    http = Undaunted(server)
    company = Company(cast("httpx2.Client", http))
    company.set_clock(START)
    case = company.open_project("C-001")
    chen = case.to_documents_sent()
    case.plan_confirmed(chen)
    case.return_confirmation()
    case.confirm_readiness(chen)
    case.mobilise(chen)
    http.mortal = False

    assert case.project()["stage"] == "implementation"
    deadline = time.monotonic() + 90
    while not set(papers_of(case)) >= PAPERS and time.monotonic() < deadline:
        time.sleep(0.5)
    made = Counter(kind for kind in papers_of(case) if kind in PAPERS)
    timeline = company.hou.ask("GET", f"/v2/projects/{case.project_no}/timeline")
    done = Counter(
        (entry["elementId"], entry["actor"])
        for entry in timeline["items"]
        if entry["event"] == "TaskCompleted"
    )
    told = company.hou.ask("GET", f"/v2/projects/{case.project_no}/notifications")
    twice = Counter(
        (n["recipient"], n["template"], n["elementId"]) for n in told["items"]
    )
    assert made == dict.fromkeys(PAPERS, 1)
    assert set(done.values()) == {1}
    assert set(twice.values()) == {1}
    assert company.admin.search("incidents", state="ACTIVE") == []
    assert chains_are_intact(database_url)
    assert (http.calls, server.kills) == (45, 45)
