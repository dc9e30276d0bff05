"""The business clock; only where the server runs with the test clock."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from pydantic import Field

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Platform
from api.shapes import Body
from engine import worker
from engine.authorization import Permission
from engine.errors import NotFoundError

router = APIRouter(prefix="/v2/clock", tags=["clock"], route_class=CommandRoute)

grant(Permission.SET_CLOCK, "PUT /v2/clock", "POST /v2/clock/reset")


class NoTestClockError(NotFoundError):
    """The server runs with the real clock."""

    code = "no-test-clock"

    def __init__(self) -> None:
        super().__init__(
            "This server runs without the test clock", "本服务未启用测试时钟"
        )


class ClockSetting(Body):
    """Where the clock stands from now on, in milliseconds since 1970."""

    timestamp: int = Field(ge=0, lt=4_102_444_800_000)  # before 2100


@router.put("", status_code=204, operation_id="pin_clock")
def pin_clock(
    body: ClockSetting, actor: CurrentActor, platform: Platform, request: Request
) -> None:
    """Let the business clock stand; due timers have fired before the answer."""
    _require_test_clock(request)
    moment = datetime.fromtimestamp(body.timestamp / 1000, UTC)
    worker.set_clock(platform, moment, actor)


@router.post("/reset", status_code=204, operation_id="reset_clock")
def reset_clock(actor: CurrentActor, platform: Platform, request: Request) -> None:
    """Let the business clock run with real time again."""
    _require_test_clock(request)
    worker.reset_clock(platform, actor)


def _require_test_clock(request: Request) -> None:
    if not request.app.state.settings.test_clock:
        raise NoTestClockError
