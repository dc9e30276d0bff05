"""A served application and a real browser in front of it."""

import os
import shutil
import socket
import threading
import time
from contextlib import closing

import httpx2
import pytest
import uvicorn
from playwright.sync_api import sync_playwright
from pydantic import SecretStr

from api.app import create_app
from api.platform import open_platform, prepare
from engine.settings import Settings
from tests.api.driver import PASSWORD, Company
from tests.pages.desk import Desk

_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_CHROMIUM = next(
    (
        path
        for path in map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
        if path
    ),
    None,
)


def _free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def platform(tmp_path_factory):
    """The sample company with the test clock, prepared."""
    folder = tmp_path_factory.mktemp("served")
    opened = open_platform(
        Settings(
            data=folder,
            database_url=f"sqlite:///{folder}/fuwu.db",
            session_secret=SecretStr("s" * 32),
            sample=True,
            sample_password=SecretStr(PASSWORD),
            admin_password=SecretStr(PASSWORD),
            test_clock=True,
        )
    )
    prepare(opened)
    return opened


@pytest.fixture(scope="session")
def address(platform):
    """The address of a server in front of it."""
    port = _free_port()
    config = uvicorn.Config(create_app(platform), port=port, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    base = f"http://127.0.0.1:{port}"
    _wait(base)
    yield base
    server.should_exit = True
    thread.join()


def _wait(base):
    for _ in range(200):
        try:
            if httpx2.get(f"{base}/v2/status").status_code == 204:
                return
        except httpx2.ConnectError:
            time.sleep(0.05)
    pytest.fail("The server did not come up")


@pytest.fixture(scope="session")
def company(address):
    """The same company through the API, to look behind the pages."""
    with httpx2.Client(base_url=address, timeout=60) as http:
        yield Company(http)


@pytest.fixture(scope="session")
def browser():
    """Debian's chromium."""
    if _CHROMIUM is None:
        reason = "there is no chromium on this machine (Debian package: chromium)"
        if os.environ.get("CI") == "true":  # noqa: TID251 - tests have no settings
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=_CHROMIUM, args=list(_ARGUMENTS)
        )
        yield opened
        opened.close()


@pytest.fixture
def desk(browser, address, tmp_path):
    """Opens a desk for somebody: a browser of his own, signed in."""
    opened = []

    def sit_down(username, locale="zh-CN"):
        desk = Desk(browser, address, username, locale, tmp_path)
        opened.append(desk)
        return desk

    yield sit_down
    for each in opened:
        each.close()
