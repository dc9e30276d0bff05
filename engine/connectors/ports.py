"""What every connector promises, and how it says that the other side is silent."""

from collections.abc import Mapping
from typing import Any, Protocol

from engine.errors import UnavailableError


class ConnectorUnavailableError(UnavailableError):
    """The other system did not answer, or not as it should.

    ``pause`` are the seconds for which it asked to be left alone, where it did.
    """

    code = "connector-unavailable"

    def __init__(self, system: str, reason: str, *, pause: float | None = None) -> None:
        super().__init__(
            f"{system} does not answer as expected ({reason}); it is tried again",
            f"{system}暂时没有正常响应({reason}),系统将自动重试",
        )
        self.pause = pause


class ConnectorPendingError(ConnectorUnavailableError):
    """The other system is at it; there is nothing wrong, only no answer yet."""

    code = "connector-pending"

    def __init__(self, system: str, *, seconds: float) -> None:
        super().__init__(system, "still at work", pause=seconds)
        self.seconds = seconds


class Connector(Protocol):
    """Another system that does something for us.

    ``key`` identifies what is asked for: asked again under the same key, the other
    system's answer of the first time comes back and nothing is done twice.
    """

    def call(
        self, action: str, payload: Mapping[str, Any], *, key: str
    ) -> Mapping[str, Any]:
        """Have ``action`` done and return the answer.

        Raises:
            ConnectorUnavailableError: Trying later may help.
        """
