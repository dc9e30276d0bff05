"""What can go wrong, in the words of the business.

The families below are all that callers have to tell apart; ``api.errors`` turns
each family into one HTTP status. Every error says what happened and what to do
about it in both languages, because its message is shown to people.
"""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages."""

    en: str
    zh: str

    def to(self, language: str) -> str:
        """Return the sentence in ``language``; English unless it is Chinese."""
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True, slots=True)
class Problem:
    """One wrong value: where it is (JSON pointer) and what is wrong with it."""

    pointer: str
    code: str
    text: Text


class EngineError(Exception):
    """An expected failure that a caller can act on.

    ``is_passing`` says that the same work may succeed when it is done again at once,
    from the beginning of its transaction.
    """

    code: ClassVar[str] = "engine-error"
    is_passing: ClassVar[bool] = False

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.text = Text(en, zh)
        self.problems: tuple[Problem, ...] = ()


class NotFoundError(EngineError):
    """The thing is not there, or not there for this actor."""

    code = "not-found"


class ConflictError(EngineError):
    """The thing is there, but not in a state that allows this."""

    code = "conflict"


class StaleVersionError(EngineError):
    """The caller saw an older version than the stored one."""

    code = "stale-version"


class NotAllowedError(EngineError):
    """The actor may see the thing but not do this to it."""

    code = "not-allowed"


class NotSignedInError(EngineError):
    """Nobody is signed in, or the proof of identity does not hold."""

    code = "not-signed-in"


class MalformedRequestError(EngineError):
    """The request is not of the shape that the API describes."""

    code = "malformed"


class TooLargeError(EngineError):
    """What was sent exceeds a limit."""

    code = "too-large"


class TooManyRequestsError(EngineError):
    """Somebody tries too often; waiting helps."""

    code = "too-many-requests"


class InvalidInputError(EngineError):
    """The request contradicts a form or a rule of the process.

    ``problems`` name each wrong value by a JSON pointer into the request.
    """

    code = "invalid-input"

    def __init__(self, en: str, zh: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(en, zh)
        self.problems = problems


class UnavailableError(EngineError):
    """Another system did not answer; trying later may help."""

    code = "unavailable"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong in a file that somebody wants to deploy, and the remedy."""

    file: str
    element_id: str | None
    code: str
    rule: Text
    remedy: Text
    severity: Literal["error", "warning"] = "error"
    line: int | None = field(default=None, compare=False)
