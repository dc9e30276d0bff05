"""Systems over HTTP: what is sent, and how each kind of answer is taken."""

import pytest
from pydantic import SecretStr

from engine.connectors import (
    ConnectorRefusedError,
    ConnectorUnavailableError,
    JiraConnector,
    WebConnector,
)
from engine.settings import JiraSettings, RemoteSettings
from tests.unit.connectors.conversation import Conversation, talking

ISSUE = {
    "issue": {
        "title": "批次效期预警",
        "description": "按效期提前预警",
        "business_reason": "GSP检查",
        "urgency": "critical",
        "module": "GSP",
        "blocks_operation": True,
    },
    "project_no": "KB-2026-001",
    "requirement_no": "RQ-2026-001",
}


def erp(said: Conversation) -> WebConnector:
    settings = RemoteSettings(url=said.url, token=SecretStr("geheim"))
    return WebConnector("ERP", settings)


def jira(said: Conversation) -> JiraConnector:
    return JiraConnector(JiraSettings(url=said.url, project="KB"))


def test_action_is_posted_with_key_and_token() -> None:
    with talking((200, {"ok": True, "rows": 3})) as said:
        answer = erp(said).call("import_data", {"tables": ["商品"]}, key="17")

    (asked,) = said.asked
    assert answer == {"ok": True, "rows": 3}
    assert (asked["method"], asked["path"]) == ("POST", "/base/import_data")
    assert asked["body"] == {"tables": ["商品"]}
    assert asked["headers"]["Idempotency-Key"] == "17"
    assert asked["headers"]["Authorization"] == "Bearer geheim"


@pytest.mark.parametrize(
    "answer", [(503, {}), (429, {}), (200, b"<html>"), (200, [1])], ids=str
)
def test_answer_that_may_change_is_tried_again(answer: tuple[int, object]) -> None:
    with talking(answer) as said, pytest.raises(ConnectorUnavailableError):
        erp(said).call("import_data", {}, key="1")


def test_refusal_tells_its_reason() -> None:
    with (
        talking((422, {"error": "税率为空"})) as said,
        pytest.raises(ConnectorRefusedError) as refused,
    ):
        erp(said).call("import_data", {}, key="1")

    assert "422" in refused.value.text.en


def test_silent_system_is_unavailable() -> None:
    with talking((200, {})) as said:
        connector = erp(said)

    with pytest.raises(ConnectorUnavailableError):
        connector.call("import_data", {}, key="1")


def test_address_that_is_none_is_noticed_at_the_start() -> None:
    with pytest.raises(ValueError, match="no address"):
        WebConnector("ERP", RemoteSettings(url="ftp://erp"))


def test_jira_gets_an_issue_with_its_label() -> None:
    with talking((200, {"issues": []}), (201, {"key": "KB-7"})) as said:
        answer = jira(said).call("create_issue", ISSUE, key="99")

    asked = said.asked[1]
    fields = asked["body"]["fields"]
    assert answer == {"key": "KB-7", "url": f"{said.url}/browse/KB-7"}
    assert asked["path"] == "/base/rest/api/2/issue"
    assert (fields["project"], fields["labels"]) == ({"key": "KB"}, ["fuwu-99"])
    assert fields["priority"] == {"name": "Highest"}
    assert "GSP检查" in fields["description"]


def test_jira_is_not_asked_for_the_same_issue_twice() -> None:
    with talking((200, {"issues": [{"key": "KB-7"}]})) as said:
        answer = jira(said).call("create_issue", ISSUE, key="99")

    assert answer["key"] == "KB-7"
    assert [asked["method"] for asked in said.asked] == ["GET"]
    assert "fuwu-99" in said.asked[0]["path"]


def test_jira_without_a_key_is_tried_again() -> None:
    """R3.2.4, A34: it answers so while it re-indexes."""
    with (
        talking((200, {"issues": []}), (200, {})) as said,
        pytest.raises(ConnectorUnavailableError),
    ):
        jira(said).call("create_issue", ISSUE, key="99")
