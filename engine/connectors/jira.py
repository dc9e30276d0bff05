"""JIRA, by its REST API of version 2 (texts) or 3 (documents).

JIRA knows no idempotency keys: each issue bears the key of its job as a label, each
comment in its last line, and a transition looks first whether it has happened.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from engine.connectors.ports import ConnectorUnavailableError
from engine.connectors.web import ConnectorRefusedError, Web
from engine.settings import JiraSettings

CREATE, COMMENT, MOVE, STATUS = "create_issue", "comment", "transition", "status"
_PRIORITIES = {
    "critical": "Highest",
    "high": "High",
    "normal": "Medium",
    "low": "Low",
}
_CONFLICT = 409


class JiraConnector:
    """Opens issues, comments on them, moves them and tells how they stand."""

    def __init__(self, settings: JiraSettings) -> None:
        self._web = Web("JIRA", settings)
        self._base = settings.url.rstrip("/")
        self._api = f"/rest/api/{settings.api}"
        self._documents = settings.api == 3  # noqa: PLR2004 - the version
        self._project = settings.project
        self._issue_type = settings.issue_type

    def call(
        self, action: str, payload: Mapping[str, Any], *, key: str
    ) -> Mapping[str, Any]:
        """Do one thing; asked again under the same key it is not done twice.

        ``create_issue`` takes ``issue`` (title, description, …) and returns key and
        url. The others take ``issue_key``: ``comment`` with ``text``, ``transition``
        with ``to`` (a status or the name of a transition), and ``status``, which
        returns ``status`` and the time of the last change, ``updated``.

        Raises:
            ConnectorUnavailableError: Trying later may help.
            ConnectorRefusedError: JIRA does not take it as it is.
        """
        mark = f"fuwu-{key}"
        if action == CREATE:
            found = self._known(mark) or self._open(mark, payload)
            return {"key": found, "url": f"{self._base}/browse/{found}"}
        issue = f"{self._api}/issue/{quote(str(payload['issue_key']), safe='')}"
        if action == COMMENT:
            self._comment(issue, str(payload["text"]), mark)
        elif action == MOVE:
            self._move(issue, str(payload["to"]))
        elif action != STATUS:
            raise ValueError(f"JIRA is not asked for {action}")
        return self._status(issue)

    def _known(self, label: str) -> str | None:
        query = quote(f'labels = "{label}"')
        search = "search/jql" if self._documents else "search"
        path = f"{self._api}/{search}?jql={query}&fields=key&maxResults=1"
        issues = (self._web.ask("GET", path) or {}).get("issues") or []
        return str(issues[0]["key"]) if issues else None

    def _open(self, label: str, payload: Mapping[str, Any]) -> str:
        issue = payload["issue"]
        fields = {
            "project": {"key": self._project},
            "issuetype": {"name": self._issue_type},
            "labels": [label],
            "summary": " ".join(str(issue["title"]).split()),
            "description": self._text(_description(payload)),
            "priority": {"name": _PRIORITIES.get(issue["urgency"], "Medium")},
        }
        answer = self._web.ask("POST", f"{self._api}/issue", {"fields": fields})
        if not answer or not answer.get("key"):
            raise ConnectorUnavailableError("JIRA", "no key")
        return str(answer["key"])

    def _comment(self, issue: str, text: str, mark: str) -> None:
        asked = f"{issue}/comment?orderBy=-created&maxResults=100"
        known = (self._web.ask("GET", asked) or {}).get("comments") or ()
        if any(mark in json.dumps(comment) for comment in known):
            return
        lines = (*text.splitlines(), f"[{mark}]")
        self._web.ask("POST", f"{issue}/comment", {"body": self._text(lines)})

    def _move(self, issue: str, to: str) -> None:
        if self._status(issue)["status"].casefold() == to.casefold():
            return
        known = self._web.ask("GET", f"{issue}/transitions") or {}
        for transition in known.get("transitions") or ():
            names = transition["name"], (transition.get("to") or {}).get("name", "")
            if to.casefold() in {name.casefold() for name in names}:
                body = {"transition": {"id": transition["id"]}}
                self._web.ask("POST", f"{issue}/transitions", body)
                return
        raise ConnectorRefusedError("JIRA", _CONFLICT, f"no transition to {to}")

    def _status(self, issue: str) -> dict[str, str]:
        answer = self._web.ask("GET", f"{issue}?fields=status,updated") or {}
        return standing(answer)

    def _text(self, lines: Sequence[str]) -> Any:
        """Return lines as version 2 wants them (a text) or version 3 (a document)."""
        if not self._documents:
            return "\n".join(lines)
        paragraphs = [
            {"type": "paragraph", "content": _words(line)}
            for text in lines
            for line in text.splitlines() or [""]
        ]
        return {"type": "doc", "version": 1, "content": paragraphs}


def standing(issue: Mapping[str, Any]) -> dict[str, str]:
    """Return ``status`` and ``updated`` of an issue as JIRA describes it.

    Raises:
        ConnectorUnavailableError: It says neither.
    """
    fields = issue.get("fields") or {}
    status = (fields.get("status") or {}).get("name")
    if not status:
        raise ConnectorUnavailableError("JIRA", "no status")
    return {"status": str(status), "updated": str(fields.get("updated") or "")}


def _words(line: str) -> list[dict[str, str]]:
    return [{"type": "text", "text": line}] if line else []


def _description(payload: Mapping[str, Any]) -> tuple[str, ...]:
    issue = payload["issue"]
    return (
        issue.get("description") or "",
        f"业务理由:{issue.get('business_reason') or '-'}",
        f"模块:{issue.get('module') or '-'}",
        f"影响正常运行:{'是' if issue.get('blocks_operation') else '否'}",
        f"项目:{payload.get('project_no') or '-'}",
        f"需求:{payload.get('requirement_no') or '-'}",
    )
