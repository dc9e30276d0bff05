"""JIRA, by its REST API version 2: issues, found again by a label of our own."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from engine.connectors.ports import ConnectorUnavailableError
from engine.connectors.web import Web
from engine.settings import JiraSettings

CREATE = "create_issue"
_PRIORITIES = {
    "critical": "Highest",
    "high": "High",
    "normal": "Medium",
    "low": "Low",
}


class JiraConnector:
    """Opens issues; asked again under the same key it finds the one it opened.

    JIRA knows no idempotency keys, so each issue bears the key as a label.
    """

    def __init__(self, settings: JiraSettings) -> None:
        self._web = Web("JIRA", settings)
        self._base = settings.url.rstrip("/")
        self._project = settings.project
        self._issue_type = settings.issue_type

    def call(
        self, action: str, payload: Mapping[str, Any], *, key: str
    ) -> Mapping[str, Any]:
        """Open an issue from ``issue`` (title, description, …); return key and url.

        Raises:
            ConnectorUnavailableError: Trying later may help.
            ConnectorRefusedError: JIRA does not take the issue as it is.
        """
        if action != CREATE:
            raise ValueError(f"JIRA is not asked for {action}")
        label = f"fuwu-{key}"
        found = self._known(label) or self._open(label, payload)
        return {"key": found, "url": f"{self._base}/browse/{found}"}

    def _known(self, label: str) -> str | None:
        query = quote(f'labels = "{label}"')
        path = f"/rest/api/2/search?jql={query}&fields=key&maxResults=1"
        issues = (self._web.ask("GET", path) or {}).get("issues") or []
        return str(issues[0]["key"]) if issues else None

    def _open(self, label: str, payload: Mapping[str, Any]) -> str:
        fields = {
            "project": {"key": self._project},
            "issuetype": {"name": self._issue_type},
            "labels": [label],
            **_fields(payload),
        }
        answer = self._web.ask("POST", "/rest/api/2/issue", {"fields": fields})
        if not answer or not answer.get("key"):
            raise ConnectorUnavailableError("JIRA", "no key")
        return str(answer["key"])


def _fields(payload: Mapping[str, Any]) -> dict[str, Any]:
    issue = payload["issue"]
    lines = (
        issue.get("description") or "",
        f"业务理由:{issue.get('business_reason') or '-'}",
        f"模块:{issue.get('module') or '-'}",
        f"影响正常运行:{'是' if issue.get('blocks_operation') else '否'}",
        f"项目:{payload.get('project_no') or '-'}",
        f"需求:{payload.get('requirement_no') or '-'}",
    )
    return {
        "summary": " ".join(str(issue["title"]).split()),
        "description": "\n".join(lines),
        "priority": {"name": _PRIORITIES.get(issue["urgency"], "Medium")},
    }
