"""Servers for tests: the application in this process, on a folder of its own.

Preparing an installation takes seconds, so it is done once a session; each test gets
a copy. On PostgreSQL (``FUWU_TEST_DATABASE_URL``) the copy is a database cloned from
a template database.
"""

import os
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import create_engine, make_url, text
from starlette.testclient import TestClient

from api import upgrade
from api.app import create_app
from api.platform import Platform, open_platform, prepare
from api.request_heads import BoundedHeads
from company import installation
from engine.settings import Settings
from tests.api import proving
from tests.api.driver import PASSWORD, Company

_URL = os.environ.get("FUWU_TEST_DATABASE_URL", "")  # noqa: TID251 - no settings yet
CHINA = timezone(timedelta(hours=8))
START = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA)
CHEAP = {"password_memory_kib": 64, "password_rounds": 1}


def settings_for(folder: Path, database_url: str = "", **more: Any) -> Settings:
    """Return the settings of a sample installation in ``folder``."""
    given = {
        "sample": True,
        "sample_password": PASSWORD,
        "admin_password": PASSWORD,
        "test_clock": True,
        "session_secret": "s" * 40,
        # Papers are there when an answer comes, however busy the machine is.
        "answer_wait_seconds": 10,
        **CHEAP,
        **more,
    }
    url = database_url or f"sqlite:///{folder}/fuwu.db"
    return Settings(data=folder, database_url=url, **given)


@dataclass(frozen=True)
class Template:
    """A prepared installation that nobody serves; it is there to be copied."""

    folder: Path
    database: str

    @classmethod
    def prepare(cls, folder: Path, *, bundled: bool) -> "Template":
        """Prepare an installation, with the bundled processes or without any."""
        database = f"fuwu_template_{uuid.uuid4().hex[:12]}" if _URL else ""
        if database:
            _on_server(f"CREATE DATABASE {database}")
        platform = open_platform(settings_for(folder, _url_of(database)), works=False)
        if bundled:
            prepare(platform)
        else:
            prepare_bare(platform)
        platform.stop()
        return cls(folder, database)

    def drop(self) -> None:
        """Give the template database back."""
        if self.database:
            _on_server(f"DROP DATABASE {self.database} WITH (FORCE)")

    def advanced(self, folder: Path, work: Callable[[Company], object]) -> "Template":
        """Return a copy in which ``work`` has been done over the API."""
        grown = self.cloned(folder)
        with grown.reopened() as house:
            company = Company(house.client)
            company.set_clock(START)
            work(company)
        return grown

    @contextmanager
    def copied(self, folder: Path) -> Iterator[str]:
        """Copy everything into ``folder``; yield the URL of the copied database."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        if not self.database:
            yield ""
            return
        name = f"fuwu_test_{uuid.uuid4().hex[:12]}"
        _on_server(f"CREATE DATABASE {name} TEMPLATE {self.database}")
        try:
            yield _url_of(name)
        finally:
            _on_server(f"DROP DATABASE {name} WITH (FORCE)")

    def cloned(self, folder: Path) -> "Template":
        """Copy the installation for good, to change it and copy it again."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        name = f"fuwu_template_{uuid.uuid4().hex[:12]}" if self.database else ""
        if name:
            _on_server(f"CREATE DATABASE {name} TEMPLATE {self.database}")
        return Template(folder, name)

    @contextmanager
    def reopened(self) -> Iterator["House"]:
        """Serve the installation itself, so that it changes."""
        house = House(settings_for(self.folder, _url_of(self.database)))
        house.open()
        try:
            yield house
        finally:
            house.close()


class House:
    """A server in this process that can be closed and opened again.

    ``client`` stays the same over restarts; ``platform`` and ``app`` are what runs now.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._fitted: dict[str, Any] = {}
        self.client = TestClient(self.forward, raise_server_exceptions=False)
        self.platform: Platform
        self.app: FastAPI

    def open(self) -> None:
        """Serve, with the worker running."""
        self.platform = open_platform(self.settings)
        self.platform.database.info.update(self._fitted)
        self.app = create_app(self.platform)
        self.client.__enter__()

    def fit(self, **parts: Any) -> None:
        """Put other parts in, which stay over restarts: ``connectors`` and the like."""
        self._fitted.update(parts)
        self.platform.database.info.update(parts)

    def close(self) -> None:
        """Stop serving; what was not committed is gone."""
        self.client.__exit__()

    def restart(self, **changed: Any) -> None:
        """Close and open on the same folder and database, with other settings."""
        self.close()
        self.settings = self.settings.model_copy(update=changed)
        self.open()

    async def forward(self, scope: Any, receive: Any, send: Any) -> None:
        """Hand a request to what runs now."""
        await self.app(scope, receive, send)


def prepare_bare(platform: Platform) -> None:
    upgrade.upgrade(platform.database)
    with platform.database.transaction() as session:
        installation.install(session, platform.settings)


@contextmanager
def listening(house: House) -> Iterator[str]:
    """Let a house answer on a port of this machine; yield its address."""
    config = uvicorn.Config(
        house.forward,
        host="127.0.0.1",
        port=0,
        interface="asgi3",
        http=BoundedHeads,
        lifespan="off",
        log_level="error",
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="listening")
    thread.start()
    while not server.started:
        time.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


def _url_of(database: str) -> str:
    if not database:
        return ""
    url = make_url(_URL).set(database=database)
    return url.render_as_string(hide_password=False)


def _on_server(command: str) -> None:
    url = make_url(_URL).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(command))
    engine.dispose()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template]:
    """The sample company with all bundled processes."""
    made = Template.prepare(tmp_path_factory.mktemp("company"), bundled=True)
    yield made
    made.drop()


@pytest.fixture(scope="session")
def bare_template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template]:
    """The sample company with nothing deployed."""
    made = Template.prepare(tmp_path_factory.mktemp("bare"), bundled=False)
    yield made
    made.drop()


@contextmanager
def served(template: Template, folder: Path, **more: Any) -> Iterator[House]:
    """Serve a copy of ``template`` in ``folder``."""
    with template.copied(folder) as url:
        house = House(settings_for(folder, url, **more))
        house.open()
        since = proving.begin(house.platform.database)
        try:
            yield house
            proving.note(house.platform.database, since)
        finally:
            house.close()


@pytest.fixture
def house(template: Template, tmp_path: Path) -> Iterator[House]:
    """A server of the sample company that a test may stop and start again."""
    with served(template, tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def client(house: House) -> TestClient:
    """A client of the server, as nobody in particular."""
    return house.client


@pytest.fixture
def company(client: TestClient) -> Company:
    """The sample company at work, on Monday 2026-03-02 at 09:00 in China."""
    found = Company(client)
    found.set_clock(START)
    return found
