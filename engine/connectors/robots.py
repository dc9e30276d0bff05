"""Robots of chat groups: WeCom (企业微信), DingTalk (钉钉), Feishu (飞书).

Each takes a text at an address that carries its token; DingTalk and Feishu also want
a signature where the group's owner has switched that on. None of them recognises a
repetition, so that the text itself bears the number of its notice.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast
from urllib.parse import quote

from engine import clock
from engine.connectors.exchange import Answer, Caller
from engine.connectors.ports import ConnectorUnavailableError
from engine.errors import ConflictError

Kind = Literal["wecom", "dingtalk", "feishu"]
KINDS: tuple[Kind, ...] = ("wecom", "dingtalk", "feishu")
NAMES: Mapping[str, str] = {
    "wecom": "企业微信机器人",
    "dingtalk": "钉钉机器人",
    "feishu": "飞书机器人",
}
_TOO_FAST = frozenset({-1, 45009, 130101, 9499, 11232, 410100})
"""What they answer when they are busy or have been told too much at once."""

_SERVER_ERROR, _TOO_MANY = 500, 429


class RobotRefusedError(ConflictError):
    """The robot does not take messages from us as it is set up."""

    code = "robot-refused"

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(
            f"The {kind} robot refuses ({reason}); correct its address or secret",
            f"{NAMES[kind]}拒绝接收({reason});请更正其地址或密钥",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRobot:
    """A robot as its group's owner has set it up; nothing of it is shown in logs."""

    kind: Kind
    address: str = field(repr=False)
    secret: str | None = field(default=None, repr=False)


def say(robot: GroupRobot, text: str, caller: Caller) -> None:
    """Let a robot say something in its group.

    Raises:
        AddressNotAllowedError: The operator does not allow the address.
        ConnectorUnavailableError: Trying later may help.
        RobotRefusedError: It will not.
    """
    seconds = clock.system_now().timestamp()
    url, body = _request(robot, text, seconds)
    content = json.dumps(body, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8"}
    _judge(robot.kind, caller.send("POST", url, headers, content))


def _request(
    robot: GroupRobot, text: str, seconds: float
) -> tuple[str, dict[str, Any]]:
    if robot.kind == "feishu":
        message = {"msg_type": "text", "content": {"text": text}}
        return robot.address, {**_feishu_proof(robot.secret, int(seconds)), **message}
    body = {"msgtype": "text", "text": {"content": text}}
    if robot.kind == "wecom" or robot.secret is None:
        return robot.address, body
    moment = int(seconds * 1000)
    sign = quote(_digest(robot.secret, f"{moment}\n{robot.secret}"), safe="")
    joint = "&" if "?" in robot.address else "?"
    return f"{robot.address}{joint}timestamp={moment}&sign={sign}", body


def _feishu_proof(secret: str | None, seconds: int) -> dict[str, str]:
    if secret is None:
        return {}
    # As they document it: the text to be signed is the key, and nothing is signed.
    sign = _digest(f"{seconds}\n{secret}", "")
    return {"timestamp": str(seconds), "sign": sign}


def _digest(key: str, text: str) -> str:
    digest = hmac.digest(key.encode(), text.encode(), hashlib.sha256)
    return base64.b64encode(digest).decode()


def _judge(kind: Kind, answer: Answer) -> None:
    if answer.status >= _SERVER_ERROR or answer.status == _TOO_MANY:
        raise ConnectorUnavailableError(
            NAMES[kind], str(answer.status), pause=answer.pause
        )
    said = _read(answer.content)
    code = said.get("errcode", said.get("code", said.get("StatusCode")))
    if code in _TOO_FAST:
        raise ConnectorUnavailableError(NAMES[kind], str(code), pause=answer.pause)
    if code != 0:
        raise RobotRefusedError(kind, str(answer.status if code is None else code))


def _read(content: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(content)
    except ValueError:
        return {}
    return cast("Mapping[str, Any]", said) if isinstance(said, dict) else {}
