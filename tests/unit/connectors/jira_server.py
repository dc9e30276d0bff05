"""A server that behaves like JIRA: what it keeps, what it refuses, how it fails."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from typing_extensions import override

JSON = dict[str, Any]
Said = tuple[int, Any]
TRANSITIONS = [
    {"id": "11", "name": "Start work", "to": {"name": "In Progress"}},
    {"id": "31", "name": "Finish", "to": {"name": "Done"}},
]


@dataclass
class Jira:
    """Issues by key. ``upsets`` happen to the next requests, one each:

    a status is answered instead of doing anything, ``("after", status)`` instead of
    the answer once it is done, ``"slow"`` answers when ``patience`` is over.
    """

    url: str = ""
    issues: dict[str, JSON] = field(default_factory=dict)
    upsets: list[Any] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    authorizations: set[str] = field(default_factory=set)
    over: threading.Event = field(default_factory=threading.Event)

    def answer(self, method: str, path: str, body: JSON) -> Said:
        """Do what is asked for and say so."""
        parts = urlsplit(path)
        self.asked.append(f"{method} {parts.path}")
        match = re.fullmatch(r"/rest/api/([23])/(.*)", parts.path)
        if match is None:
            return 404, {"errorMessages": ["no such page"]}
        documents, rest = match[1] == "3", match[2]
        if rest == ("search/jql" if documents else "search"):
            (query,) = parse_qs(parts.query)["jql"]
            label = query.partition('"')[2].rstrip('"')
            labelled = [i for i in self.issues.values() if label in i["labels"]]
            return 200, {"issues": [{"key": issue["key"]} for issue in labelled]}
        if (method, rest) == ("POST", "issue"):
            return self._create(body["fields"], documents=documents)
        key, _, part = rest.removeprefix("issue/").partition("/")
        if key not in self.issues:
            return 404, {"errorMessages": ["Issue does not exist"]}
        return self._of(self.issues[key], method, part, body, documents=documents)

    def _create(self, fields: JSON, *, documents: bool) -> Said:
        if not _fits(fields["description"], documents=documents):
            reason = "Operation value must be an Atlassian Document"
            return 400, {"errors": {"description": reason}}
        key = f"{fields['project']['key']}-{len(self.issues) + 1}"
        self.issues[key] = {**fields, "key": key, "status": "To Do", "comments": []}
        return 201, {"id": "1", "key": key}

    def _of(
        self, issue: JSON, method: str, part: str, body: JSON, *, documents: bool
    ) -> Said:
        if (method, part) == ("GET", ""):
            fields = {"status": {"name": issue["status"]}, "updated": "2026-03-02"}
            return 200, {"key": issue["key"], "fields": fields}
        if (method, part) == ("GET", "comment"):
            return 200, {"comments": issue["comments"]}
        if (method, part) == ("POST", "comment"):
            if not _fits(body["body"], documents=documents):
                return 400, {"errorMessages": ["Comment body is not valid!"]}
            issue["comments"].append(body)
            return 201, body
        if method == "GET":
            return 200, {"transitions": TRANSITIONS}
        (chosen,) = [t for t in TRANSITIONS if t["id"] == body["transition"]["id"]]
        issue["status"] = chosen["to"]["name"]  # type: ignore[index]
        return 204, None


def _fits(text: Any, *, documents: bool) -> bool:
    if not documents:
        return isinstance(text, str)
    return (
        isinstance(text, dict)
        and (text["type"], text["version"]) == ("doc", 1)
        and all(
            paragraph["type"] == "paragraph"
            and all(word["text"] for word in paragraph["content"])
            for paragraph in text["content"]
        )
    )


@contextmanager
def jira_serving() -> Iterator[Jira]:
    """Serve a JIRA without issues on a free port."""
    jira = Jira()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = json.loads(content) if content else {}
            jira.authorizations.add(self.headers.get("Authorization", ""))
            upset = jira.upsets.pop(0) if jira.upsets else None
            headers: dict[str, str] = {}
            if isinstance(upset, int):
                status, said = upset, None
                headers = {"Retry-After": "90"} if upset == 429 else {}
            else:
                status, said = jira.answer(self.command, self.path, body)
            if isinstance(upset, tuple):
                status, said = upset[1], None
            if upset == "slow":
                jira.over.wait(60)
            answer = b"" if said is None else json.dumps(said).encode()
            try:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
            except OSError:
                self.close_connection = True  # the caller has given up

        do_GET = do_POST = _serve  # noqa: N815 - the names that the base class calls

        @override
        def log_message(self, format: str, *args: Any) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    jira.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield jira
    finally:
        jira.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
