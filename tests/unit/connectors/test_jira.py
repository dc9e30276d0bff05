"""JIRA in both versions of its API: each thing is done once, however it answers."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from engine.connectors import (
    ConnectorRefusedError,
    ConnectorUnavailableError,
    JiraConnector,
)
from engine.settings import JiraSettings
from tests.unit.connectors.jira_server import Jira, jira_serving
from tests.unit.connectors.test_web import ISSUE

VERSIONS = [2, 3]


@pytest.fixture
def jira() -> Iterator[Jira]:
    with jira_serving() as running:
        yield running


def connector(jira: Jira, api: Any, **more: Any) -> JiraConnector:
    return JiraConnector(JiraSettings(url=jira.url, project="KB", api=api, **more))


def repeated(call: Any, times: int = 3) -> Any:
    """Call as a job does: again, under the same key, until it works."""
    for _ in range(times):
        try:
            return call()
        except ConnectorUnavailableError:
            continue
    raise AssertionError("it never worked")


@pytest.mark.parametrize("api", VERSIONS)
def test_issue_is_opened_with_description_and_urgency(jira: Jira, api: int) -> None:
    answer = connector(jira, api).call("create_issue", ISSUE, key="99")

    (issue,) = jira.issues.values()
    assert answer == {"key": "KB-1", "url": f"{jira.url}/browse/KB-1"}
    assert issue["labels"] == ["fuwu-99"]
    assert issue["priority"] == {"name": "Highest"}
    text = json.dumps(issue["description"], ensure_ascii=False)
    assert "按效期提前预警" in text
    assert "GSP检查" in text


@pytest.mark.parametrize("api", VERSIONS)
def test_issue_that_was_opened_without_an_answer_is_found_again(
    jira: Jira, api: int
) -> None:
    jira.upsets = [None, ("after", 502)]

    answer = repeated(lambda: connector(jira, api).call("create_issue", ISSUE, key="1"))

    assert answer["key"] == "KB-1"
    assert list(jira.issues) == ["KB-1"]


@pytest.mark.parametrize("api", VERSIONS)
def test_comment_is_written_once_however_jira_answers(jira: Jira, api: int) -> None:
    connector(jira, api).call("create_issue", ISSUE, key="1")
    given = {"issue_key": "KB-1", "text": "已交付\n\n版本2"}
    jira.upsets = [500, None, ("after", 500)]

    answer = repeated(lambda: connector(jira, api).call("comment", given, key="2"))

    assert answer["status"] == "To Do"
    (comment,) = jira.issues["KB-1"]["comments"]
    assert "版本2" in json.dumps(comment, ensure_ascii=False)
    assert "fuwu-2" in json.dumps(comment)


@pytest.mark.parametrize("to", ["Done", "done", "Finish"])
@pytest.mark.parametrize("api", VERSIONS)
def test_issue_is_moved_by_status_or_transition(jira: Jira, api: int, to: str) -> None:
    connector(jira, api).call("create_issue", ISSUE, key="1")
    given = {"issue_key": "KB-1", "to": to}

    answer = connector(jira, api).call("transition", given, key="2")

    assert answer["status"] == jira.issues["KB-1"]["status"] == "Done"


def test_issue_that_has_moved_already_is_left_there(jira: Jira) -> None:
    connector(jira, 2).call("create_issue", ISSUE, key="1")
    given = {"issue_key": "KB-1", "to": "Done"}
    jira.upsets = [None, None, ("after", 503)]

    repeated(lambda: connector(jira, 2).call("transition", given, key="2"))

    moves = [a for a in jira.asked if a.startswith("POST") and "transitions" in a]
    assert (len(moves), jira.issues["KB-1"]["status"]) == (1, "Done")


def test_status_without_a_way_to_it_is_refused(jira: Jira) -> None:
    connector(jira, 3).call("create_issue", ISSUE, key="1")

    given = {"issue_key": "KB-1", "to": "Archived"}
    with pytest.raises(ConnectorRefusedError, match="no transition to Archived"):
        connector(jira, 3).call("transition", given, key="2")


@pytest.mark.parametrize("api", VERSIONS)
def test_status_is_read(jira: Jira, api: int) -> None:
    connector(jira, api).call("create_issue", ISSUE, key="1")

    answer = connector(jira, api).call("status", {"issue_key": "KB-1"}, key="2")

    assert answer == {"status": "To Do", "updated": "2026-03-02"}


def test_busy_jira_says_when_to_come_back(jira: Jira) -> None:
    jira.upsets = [429]

    with pytest.raises(ConnectorUnavailableError) as caught:
        connector(jira, 2).call("create_issue", ISSUE, key="1")

    assert caught.value.pause == 90


def test_slow_jira_is_given_up_and_found_to_have_done_it(jira: Jira) -> None:
    """It takes a minute; nobody waits that long, and nothing is done twice."""
    jira.upsets = [None, "slow"]
    call = connector(jira, 2, timeout_seconds=0.3).call

    answer = repeated(lambda: call("create_issue", ISSUE, key="1"))

    assert answer["key"] == "KB-1"
    assert list(jira.issues) == ["KB-1"]


def test_issue_of_nobody_is_refused(jira: Jira) -> None:
    with pytest.raises(ConnectorRefusedError, match="404"):
        connector(jira, 2).call("status", {"issue_key": "KB-9"}, key="1")


def test_cloud_is_asked_as_a_user_with_a_token(jira: Jira) -> None:
    given = {"user": "bot@kb.test", "token": SecretStr("geheim")}

    connector(jira, 3, **given).call("create_issue", ISSUE, key="1")

    assert jira.authorizations == {"Basic Ym90QGtiLnRlc3Q6Z2VoZWlt"}
