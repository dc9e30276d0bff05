"""The three makers' robots as they behave: tokens, signatures, rate limits."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from typing_extensions import override

TOKEN = "token-of-the-group-4711"
SECRET = "SEC-of-the-group-0815"
_HOUR = 3600


@dataclass
class Group:
    """A chat group with a robot: what was said in it, and how busy its maker is."""

    address: str = ""
    heard: list[str] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)

    def answer(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Take a message as the maker of the path would."""
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if self.refusals:
            return {"errcode": self.refusals.pop(0), "errmsg": "too fast"}
        if parts.path == "/cgi-bin/webhook/send":
            return self._wecom(query, body)
        if parts.path == "/robot/send":
            return self._dingtalk(query, body)
        return self._feishu(parts.path, body)

    def _wecom(self, query: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
        if query.get("key") != TOKEN:
            return {"errcode": 93000, "errmsg": "invalid webhook url"}
        return self._said(body["text"]["content"], body["msgtype"])

    def _dingtalk(self, query: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
        signed = f"{query.get('timestamp')}\n{SECRET}"
        recent = abs(time.time() * 1000 - int(query.get("timestamp", 0)))
        if recent > _HOUR * 1000 or query.get("sign") != _sign(SECRET, signed):
            return {"errcode": 310000, "errmsg": "sign not match"}
        if query.get("access_token") != TOKEN:
            return {"errcode": 300001, "errmsg": "token is not exist"}
        return self._said(body["text"]["content"], body["msgtype"])

    def _feishu(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        key = f"{body.get('timestamp')}\n{SECRET}"
        recent = abs(time.time() - int(body.get("timestamp", 0)))
        if recent > _HOUR or body.get("sign") != _sign(key, ""):
            return {"code": 19021, "msg": "sign match fail or timestamp is invalid"}
        if path != f"/open-apis/bot/v2/hook/{TOKEN}":
            return {"code": 19001, "msg": "param invalid"}
        return {**self._said(body["content"]["text"], body["msg_type"]), "code": 0}

    def _said(self, text: str, kind: str) -> dict[str, Any]:
        assert kind == "text"
        self.heard.append(text)
        return {"errcode": 0, "errmsg": "ok"}


def _sign(key: str, text: str) -> str:
    digest = hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


PATHS = {
    "wecom": f"/cgi-bin/webhook/send?key={TOKEN}",
    "dingtalk": f"/robot/send?access_token={TOKEN}",
    "feishu": f"/open-apis/bot/v2/hook/{TOKEN}",
}


@contextmanager
def chatting(kind: str) -> Iterator[Group]:
    """Serve one maker's robot on a free port."""
    group = Group()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            answer = json.dumps(group.answer(self.path, json.loads(content))).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        @override
        def log_message(self, format: str, *args: Any) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    group.address = f"http://127.0.0.1:{server.server_port}{PATHS[kind]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield group
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
