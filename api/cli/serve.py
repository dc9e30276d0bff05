"""``fuwu serve``: API, pages and jobs in one process."""

import argparse
import secrets
import socket
import sys

import uvicorn
from pydantic import SecretStr
from typing_extensions import override

from api import logs
from api.app import create_app
from api.cli import options
from api.platform import Platform, open_platform, prepare
from api.request_heads import BoundedHeads
from engine.settings import Settings
from engine.worker.lobby import Lobby, lobby_of

_NOT_STARTED = 3
_HOST, _PORT = "127.0.0.1", 8080
_PEOPLE = (
    "zhao 赵明 · hou 侯福龙 · wang 王立民 · pan 潘晓彤 · jin 金忠权 · chen 陈刚 · "
    "li 李娜 · hp, ht, jf, hm 客户"
)


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser("serve", help="serve API and pages, work jobs")
    parser.add_argument("--host", default=_HOST)
    parser.add_argument("--port", type=int, default=_PORT)
    parser.add_argument("--sample", action="store_true", help="with sample people")
    parser.add_argument(
        "--test-clock", action="store_true", help="PUT /v2/clock exists; tests only"
    )
    options.add_place(parser)
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Create what is missing, say how to sign in, serve until stopped."""
    logs.configure()
    settings = options.settings_from(
        chosen, sample=chosen.sample or None, test_clock=chosen.test_clock or None
    )
    if settings.sample and settings.sample_password is None:
        password = SecretStr(secrets.token_urlsafe(12))
        settings = settings.model_copy(update={"sample_password": password})
        drawn = True
    else:
        drawn = False
    platform = open_platform(settings)
    notes = prepare(platform)
    _greet(chosen, platform, notes, show_password=drawn)
    config = uvicorn.Config(
        create_app(platform),
        host=chosen.host,
        port=chosen.port,
        http=BoundedHeads,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=10,
    )
    server = _Server(config, lobby_of(platform.database))
    server.run()
    return 0 if server.started else _NOT_STARTED


class _Server(uvicorn.Server):
    """A server that sends those home who wait for jobs before it stops."""

    def __init__(self, config: uvicorn.Config, lobby: Lobby) -> None:
        super().__init__(config)
        self._lobby = lobby

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._lobby.close()
        await super().shutdown(sockets)


def _greet(
    chosen: argparse.Namespace,
    platform: Platform,
    notes: tuple[str, ...],
    *,
    show_password: bool,
) -> None:
    settings = platform.settings
    address = f"http://{chosen.host}:{chosen.port}"
    lines = [f"Fuwu {platform.version}: {address}  (API: {address}/openapi.json)"]
    if settings.sample:
        lines.append(f"Sign in as / 登录账号: {_PEOPLE}")
        lines.append(f"Password / 密码: {_password(settings, show=show_password)}")
    if settings.test_clock:
        lines.append("TEST CLOCK ON / 测试时钟已启用: never in production")
    lines += [f"admin: {note}" for note in notes]
    print("\n".join(lines), file=sys.stderr, flush=True)


def _password(settings: Settings, *, show: bool) -> str:
    if show and settings.sample_password is not None:
        return settings.sample_password.get_secret_value()
    return "the one in FUWU_SAMPLE_PASSWORD / FUWU_SAMPLE_PASSWORD所设密码"
