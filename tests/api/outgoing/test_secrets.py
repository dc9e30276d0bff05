"""Secrets that others entrust to us: nowhere in the open."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from pydantic import SecretStr
from sqlalchemy import select
from structlog.testing import capture_logs

from engine.schema import Base
from engine.settings import JiraSettings, SmtpSettings
from tests.api.driver import Company
from tests.api.outgoing.conftest import SEAL
from tests.api.outgoing.robot_servers import SECRET, TOKEN, chatting
from tests.api.outgoing.waiting import until
from tests.api.serving import House
from tests.unit.connectors.conversation import talking

WEBHOOK = base64.b64encode(b"webhook secret of thirty-two byt").decode()
JIRA, MAIL = "jira-token-geheim", "smtp-password-geheim"
HIDDEN = (WEBHOOK, TOKEN, SECRET, SEAL, JIRA, MAIL)


@pytest.fixture
def logs() -> Iterator[list[Any]]:
    with capture_logs() as seen:
        yield seen


def files(folder: Path) -> Iterator[bytes]:
    for file in folder.rglob("*"):
        if file.is_file():
            yield file.read_bytes()


def cells(house: House) -> Iterator[str]:
    """Every value of every row, as a database tool would show it."""
    with house.platform.database.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)):
                yield from map(repr, row)


def test_secrets_are_nowhere_in_the_open(
    house: House, company: Company, logs: list[Any]
) -> None:
    """Not in the files, not in a row, not in the journal, a log line or an answer."""
    house.restart(
        jira=JiraSettings(url="http://127.0.0.1:9", token=SecretStr(JIRA)),
        smtp=SmtpSettings(url="smtp://u@127.0.0.1:9", password=SecretStr(MAIL)),
    )
    admin, said_back = company.admin, []
    with talking((200, {})) as said, chatting("dingtalk") as group:
        hook = {"name": "w", "url": said.url, "events": ["*"], "secret": WEBHOOK}
        robot = {
            "name": "r",
            "kind": "dingtalk",
            "address": group.address,
            "secret": SECRET,
            "audience": ["*"],
        }
        made = [
            admin.call("POST", "/v2/webhooks", json=hook),
            admin.call("POST", "/v2/robots", json=robot),
            # Wrong in another field: the problem must not repeat the secret.
            admin.call("POST", "/v2/webhooks", json={**hook, "events": ["a b"]}),
            admin.call("POST", "/v2/robots", json={**robot, "kind": "x"}),
            admin.call("POST", "/v2/robots", json={**robot, "audience": ["x"]}),
        ]
        said_back += [answer.text for answer in made]
        for path, key in (("webhooks", "webhookKey"), ("robots", "robotKey")):
            one = f"/v2/{path}/{made[path == 'robots'].json()[key]}"
            said_back.append(admin.call("POST", f"{one}/test").text)
            said_back.append(admin.call("GET", one).text)
            said_back.append(admin.call("PATCH", one, json={"name": "n"}).text)
        until(lambda: group.heard)
        until(
            lambda: admin.search("webhook-deliveries", event="Test", state="DELIVERED")
        )
    # A robot whose server is gone fails with an address in its hands.
    path = f"/v2/robots/{made[1].json()['robotKey']}"
    admin.call("POST", f"{path}/test")
    until(lambda: admin.ask("GET", path)["error"])
    for resource in ("webhooks", "webhook-deliveries", "robots", "jobs"):
        said_back.append(admin.call("POST", f"/v2/{resource}/search", json={}).text)

    stored = list(files(house.settings.data)) + [c.encode() for c in cells(house)]
    shown = said_back + [repr(line) for line in logs]
    assert any("robot" in line for line in shown)
    leaks = {
        secret
        for secret in HIDDEN
        if any(secret.encode() in content for content in stored)
        or any(secret in line for line in shown)
    }
    assert leaks == set()


def test_settings_are_shown_without_their_secrets(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = house.settings.model_copy(
        update={"jira": JiraSettings(url="http://j", token=SecretStr(JIRA))}
    ).model_dump(mode="json")

    structlog.get_logger().info("settings", **shown)

    assert not [s for s in HIDDEN if s in repr(shown) + capsys.readouterr().out]
