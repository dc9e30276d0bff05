"""What cannot be searched for."""

from collections.abc import Iterable

from engine.errors import MalformedRequestError


class BadQueryError(MalformedRequestError):
    """A search asks for something that there is not."""

    code = "bad-query"


def unknown(kind: str, zh: str, name: str, known: Iterable[str]) -> BadQueryError:
    """Return the error of a name that does not exist, with those that do."""
    listed = ", ".join(sorted(known))
    return BadQueryError(
        f"There is no {kind} {name}; known are {listed}",
        f"没有名为{name}的{zh};可用的有:{listed}",
    )


def misfit(name: str, value: object) -> BadQueryError:
    """Return the error of a value that the name does not take."""
    return BadQueryError(
        f"{value!r} is no value for {name}", f"{value!r}不是{name}的有效取值"
    )
