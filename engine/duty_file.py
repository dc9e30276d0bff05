"""Reading a duty configuration: TOML or JSON in, a `DutyBook` or problems out.

The shape is described at the top of ``processes/duties.toml``.
"""

import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.duty_book import (
    AREA,
    USER,
    Deputy,
    Duty,
    DutyBook,
    Mode,
    Position,
    is_role,
)
from engine.errors import InvalidInputError, Problem, Text


class DutyConfigurationError(InvalidInputError):
    """The configuration contradicts itself or the shape that it must have."""

    code = "duties-invalid"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        first = problems[0]
        super().__init__(
            f"The duty configuration is wrong at {first.pointer or '/'}: "
            f"{first.text.en}; correct it and send it again",
            f"职责配置在{first.pointer or '/'}处有误:{first.text.zh};请更正后重新提交",
            problems,
        )


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class _Procedure(_Strict):
    version: str = ""
    timezone: str = "Asia/Shanghai"


class _Department(_Strict):
    title: str
    title_en: str = ""


class _Position(_Strict):
    title: str = ""
    title_en: str = ""
    department: str = ""
    users: list[str] = []


class _Duty(_Strict):
    title: str
    title_en: str = ""
    mode: Mode = "one"
    members: list[str]
    proxies: list[str] = []
    not_same_as: str = ""
    department: str = ""
    single: bool = False
    rules: list[str] = []


class _Deputy(_Strict):
    absent: str = Field(alias="for")
    deputy: str
    duties: list[str] = []
    start: date | None = None
    end: date | None = None


class _Configuration(_Strict):
    procedure: _Procedure = _Procedure()
    departments: dict[str, _Department] = {}
    positions: dict[str, _Position | list[str] | str] = {}
    duties: dict[str, _Duty]
    deputies: list[_Deputy] = []
    business_owners: dict[str, str] = {}
    access: dict[str, list[str]] = {}


def from_toml(text: str) -> dict[str, Any]:
    """Return the content of a TOML file as a configuration in JSON's types.

    Raises:
        DutyConfigurationError: The text is no TOML.
    """
    try:
        return cast("dict[str, Any]", _plain(tomllib.loads(text)))
    except tomllib.TOMLDecodeError as error:
        text_ = Text(f"no valid TOML ({error})", f"不是有效的TOML({error})")
        raise DutyConfigurationError((Problem("", "not-toml", text_),)) from error


def read(content: Mapping[str, Any]) -> DutyBook:
    """Turn a configuration into a `DutyBook`.

    Raises:
        DutyConfigurationError: It has another shape, or names positions, duties or
            departments that it does not define.
    """
    try:
        shape = _Configuration.model_validate(content)
    except ValidationError as error:
        raise DutyConfigurationError(_shape_problems(error)) from error
    book = _book(shape)
    if problems := tuple(_contradictions(book)):
        raise DutyConfigurationError(problems)
    return book


def _book(shape: _Configuration) -> DutyBook:
    return DutyBook(
        duties={name: _duty(name, given) for name, given in shape.duties.items()},
        positions={name: _position(name, g) for name, g in shape.positions.items()},
        departments={n: (d.title, d.title_en) for n, d in shape.departments.items()},
        deputies=tuple(
            Deputy(**{**given.model_dump(), "duties": tuple(given.duties)})
            for given in shape.deputies
        ),
        business_owners=shape.business_owners,
        access={kind: tuple(who) for kind, who in shape.access.items()},
        timezone=shape.procedure.timezone,
        procedure_version=shape.procedure.version,
    )


def _duty(name: str, given: _Duty) -> Duty:
    lists = ("members", "proxies", "rules")
    values = given.model_dump()
    values |= {key: tuple(values[key]) for key in lists}
    values["title_en"] = given.title_en or name
    return Duty(name=name, **values)


def _position(name: str, given: _Position | list[str] | str) -> Position:
    if isinstance(given, str):
        given = _Position(users=[given])
    elif isinstance(given, list):
        given = _Position(users=given)
    return Position(
        name=name,
        title=given.title or name,
        title_en=given.title_en or name,
        users=tuple(given.users),
        department=given.department,
    )


def _contradictions(book: DutyBook) -> list[Problem]:
    problems: list[Problem] = []
    for name, duty in book.duties.items():
        problems += _sources(book, name, duty)
        if duty.not_same_as and duty.not_same_as not in book.duties:
            problems.append(_unknown(f"/duties/{name}/not_same_as", duty.not_same_as))
    for number, deputy in enumerate(book.deputies):
        problems += [
            _unknown(f"/deputies/{number}/duties", duty)
            for duty in deputy.duties
            if duty not in book.duties
        ]
    for kind, places in (("duties", book.duties), ("positions", book.positions)):
        problems += [
            _unknown(f"/{kind}/{name}/department", place.department)
            for name, place in places.items()
            if place.department and place.department not in book.departments
        ]
    return problems


def _sources(book: DutyBook, name: str, duty: Duty) -> list[Problem]:
    given = {"members": duty.members, "proxies": duty.proxies}
    return [
        _unknown(f"/duties/{name}/{key}/{number}", source)
        for key, sources in given.items()
        for number, source in enumerate(sources)
        if not _known(book, source)
    ]


def _known(book: DutyBook, source: str) -> bool:
    if source.startswith((USER, AREA)) or is_role(source):
        return True
    return source in book.positions


def _unknown(pointer: str, name: str) -> Problem:
    text = Text(
        f"{name!r} is not defined in this configuration", f"配置中没有定义“{name}”"
    )
    return Problem(pointer, "unknown-name", text)


def _shape_problems(error: ValidationError) -> tuple[Problem, ...]:
    return tuple(
        Problem(
            "".join(f"/{part}" for part in each["loc"]),
            each["type"].replace("_", "-"),
            Text(each["msg"], "值的类型或名称不符合要求"),
        )
        for each in error.errors()
    )


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value
