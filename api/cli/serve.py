"""``fuwu serve``: API, pages and jobs in one process."""

import argparse
import asyncio
import secrets
import socket
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from types import FrameType

import uvicorn
from pydantic import SecretStr
from typing_extensions import override

from api import logs
from api.app import create_app
from api.cli import options
from api.platform import Platform, open_platform, prepare
from api.request_heads import BoundedHeads
from engine.errors import UnavailableError
from engine.settings import Settings
from engine.worker.lobby import Lobby, lobby_of

_NOT_STARTED = 3
_LOOK_SECONDS = 1.0
_HOST, _PORT = "127.0.0.1", 8080
_PEOPLE = (
    "zhao 赵明 · hou 侯福龙 · wang 王立民 · pan 潘晓彤 · jin 金忠权 · chen 陈刚 · "
    "li 李娜 · hp, ht, jf, hm 客户"
)


class AddressTakenError(UnavailableError):
    """Nothing can be served at this address."""

    code = "address-unavailable"

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            f"{host}:{port} cannot be served: {reason}; stop the program that uses it, "
            "or choose another one with --host and --port",
            f"无法在{host}:{port}提供服务:{reason};请停止占用该地址的程序,"
            "或用--host和--port另选地址",
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
    with closing(_bound(chosen.host, chosen.port)) as place:
        platform = open_platform(settings)
        notes = prepare(platform)
        _greet(chosen, platform, notes, show_password=drawn)
        server = _server(platform)
        server.run(sockets=[place])
    return 0 if server.started else _NOT_STARTED


def _server(platform: Platform) -> "_Server":
    config = uvicorn.Config(
        create_app(platform),
        http=BoundedHeads,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=10,
    )
    return _Server(config, lobby_of(platform.database))


def _bound(host: str, port: int) -> socket.socket:
    """Take the address before anything else is done; it is served only later."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    place = socket.socket(family, socket.SOCK_STREAM)
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        place.bind((host, port))
    except OSError as error:
        place.close()
        raise AddressTakenError(host, port, error.strerror or str(error)) from error
    return place


class _Server(uvicorn.Server):
    """A server that rests, and sends home who waits for jobs before it stops."""

    def __init__(self, config: uvicorn.Config, lobby: Lobby) -> None:
        super().__init__(config)
        self._lobby = lobby
        self._wake: Callable[[], object] | None = None

    @override
    async def main_loop(self) -> None:
        """Look once a second, and at once when told to stop.

        Looking ten times a second is most of what a server costs that nobody uses.
        """
        told, loop = asyncio.Event(), asyncio.get_running_loop()
        self._wake = partial(loop.call_soon_threadsafe, told.set)
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(told.wait(), _LOOK_SECONDS)

    @override
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        if self._wake is not None:
            self._wake()

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
