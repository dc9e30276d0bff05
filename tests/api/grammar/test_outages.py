"""A database that is away, locked, full or read-only: 503, and nothing is lost."""

from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, event, text

from api import upgrade
from api.platform import open_platform
from engine.errors import UnavailableError
from tests.api.driver import Company
from tests.api.models import noting
from tests.api.serving import House, served, settings_for

GOOD = {"variables": {"text": "gut", "approved": True}}


@pytest.fixture
def house(bare_template, tmp_path):
    """A server that waits for locks only shortly."""
    with served(bare_template, tmp_path / "data", lock_wait_ms=100) as opened:
        yield opened


@pytest.fixture
def path(company: Company) -> str:
    """Where 王立民 completes his task."""
    return f"/v2/user-tasks/{noting(company)}/completion"


@pytest.fixture
def sqlite(house: House) -> House:
    if not house.platform.database.is_sqlite:
        pytest.skip("what SQLite does")
    return house


def rows(house: House) -> dict[str, int]:
    """Count the rows of all that a completion writes."""
    tables = ("journal_entry", "user_task", "user_task_candidate", "element_instance")
    with house.platform.database.reading() as session:
        return {
            table: session.scalar(text(f"SELECT count(*) FROM {table}")) or 0  # noqa: S608 - names of ours
            for table in tables
        }


def is_unavailable(answer, code: str) -> bool:
    body = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
    assert "SELECT" not in answer.text
    assert "UPDATE" not in answer.text
    return (answer.status_code, body["code"]) == (503, code)


@contextmanager
def on_every_connection(house: House, pragma: str, back: str):
    """Give all connections of the server a pragma for a while."""
    engine = house.platform.database.engine

    def limit(connection, *_):
        connection.execute(f"PRAGMA {pragma}")

    engine.dispose()
    event.listen(engine, "connect", limit)
    try:
        yield
    finally:
        event.remove(engine, "connect", limit)
        engine.dispose()
    with engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA {back}")


def test_a_locked_database_is_waited_for_and_then_reported(
    house: House, company: Company, path: str
):
    before = rows(house)
    other = create_engine(house.platform.database.engine.url)
    with other.connect() as connection:
        lock(connection, house)
        answer = company.wang.call("POST", path, json=GOOD)
        connection.rollback()
    other.dispose()

    assert is_unavailable(answer, "database-unavailable")
    assert rows(house) == before
    assert company.wang.call("POST", path, json=GOOD).status_code == 204


def lock(connection, house: House) -> None:
    if house.platform.database.is_sqlite:
        connection.connection.driver_connection.isolation_level = None
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text("LOCK TABLE process_instance, user_task"))


def test_a_locked_database_still_answers_questions(sqlite: House, company: Company):
    other = create_engine(sqlite.platform.database.engine.url)
    with other.connect() as connection:
        lock(connection, sqlite)

        answer = company.wang.call("POST", "/v2/user-tasks/search", json={})

        assert answer.status_code == 200
    other.dispose()


def test_a_full_disk_is_reported_and_nothing_is_lost(
    sqlite: House, company: Company, path: str
):
    before = rows(sqlite)
    with sqlite.platform.database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    big = {"variables": {"text": "x" * 50, "approved": True}}
    draft = {"variables": {"text": "y" * 200_000}}
    drafts = path.replace("completion", "draft")

    with on_every_connection(sqlite, f"max_page_count={pages}", "user_version"):
        refused = company.wang.call("PUT", drafts, json=draft)
        after = rows(sqlite)

    assert is_unavailable(refused, "disk-full")
    assert after == before
    assert company.wang.call("GET", drafts).status_code == 204
    assert company.wang.call("POST", path, json=big).status_code == 204


def test_a_read_only_database_answers_questions_and_refuses_changes(
    sqlite: House, company: Company, path: str
):
    before = rows(sqlite)

    with on_every_connection(sqlite, "query_only=1", "query_only=0"):
        refused = company.wang.call("POST", path, json=GOOD)
        read = company.wang.call("POST", "/v2/user-tasks/search", json={})
        after = rows(sqlite)

    assert is_unavailable(refused, "database-unavailable")
    assert read.status_code == 200
    assert after == before
    assert company.wang.call("POST", path, json=GOOD).status_code == 204


def test_a_database_that_is_away_comes_back(sqlite: House, company: Company, path: str):
    data = sqlite.settings.data
    sqlite.platform.database.engine.dispose()
    away = data.rename(data.with_name("away"))

    answers = [
        sqlite.client.get("/v2/status"),
        company.wang.call("POST", path, json=GOOD),
        company.wang.call("POST", "/v2/user-tasks/search", json={}),
    ]
    away.rename(data)

    assert all(is_unavailable(each, "database-unavailable") for each in answers)
    assert sqlite.client.get("/v2/status").status_code == 204
    assert company.wang.call("POST", path, json=GOOD).status_code == 204


def test_pages_say_it_too(sqlite: House):
    data = sqlite.settings.data
    sqlite.platform.database.engine.dispose()
    away = data.rename(data.with_name("away"))
    headers = {"Accept": "text/html", "Cookie": "fuwu_session=x"}

    answer = sqlite.client.get("/", headers=headers)
    away.rename(data)

    assert answer.status_code == 503
    assert answer.headers["content-type"].startswith("text/html")
    assert "数据库" in answer.text


def test_a_database_of_a_later_release_is_left_alone(bare_template, tmp_path):
    with bare_template.copied(tmp_path / "data") as url:
        platform = open_platform(settings_for(tmp_path / "data", url), works=False)
        with platform.database.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num='later'"))

        with pytest.raises(UnavailableError) as error:
            upgrade.upgrade(platform.database)

        assert error.value.code == "database-newer"
        assert upgrade.current(platform.database) == "later"
        platform.stop()


def test_a_server_without_its_database_does_not_start(tmp_path):
    settings = settings_for(tmp_path, "sqlite:////nonexistent/fuwu.db")
    platform = open_platform(settings, works=False)

    with pytest.raises(UnavailableError) as error:
        upgrade.upgrade(platform.database)

    assert error.value.code == "database-unavailable"


def test_a_full_document_store_is_reported(house: House, company: Company):
    """The disk of the documents may be another one."""
    place = house.settings.data / "documents"
    place.write_bytes(b"a file where the folder would be")

    files = {"file": ("a.pdf", b"%PDF-1.4", "application/pdf")}
    answer = company.hou.call("POST", "/v2/documents", files=files)

    assert is_unavailable(answer, "document-store-unavailable")
