"""Ports that keep what they were asked for instead of asking somebody else."""

from collections.abc import Callable, Mapping
from typing import Any

from engine.connectors.mail import Mail

Answer = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]


class RecordingMail:
    """Keeps mail; repeated under one key it counts once, as it would for a reader.

    ``failures`` are raised first, one for each try.
    """

    def __init__(self, *failures: Exception) -> None:
        self.sent: dict[int, Mail] = {}
        self.tries = 0
        self._failures = list(failures)

    def send(self, mail: Mail) -> str:
        """Keep a message."""
        self.tries += 1
        if self._failures:
            raise self._failures.pop(0)
        self.sent[mail.key] = mail
        return f"recorded {mail.key}"


class RecordingConnector:
    """Answers by a function and keeps what was asked, by key."""

    def __init__(self, answer: Answer) -> None:
        self.asked: dict[str, tuple[str, Mapping[str, Any]]] = {}
        self._answers: dict[str, Mapping[str, Any]] = {}
        self._answer = answer

    def call(
        self, action: str, payload: Mapping[str, Any], *, key: str
    ) -> Mapping[str, Any]:
        """Answer; under a key that was seen before, as the first time."""
        if key not in self._answers:
            self._answers[key] = self._answer(action, payload)
            self.asked[key] = (action, payload)
        return self._answers[key]
