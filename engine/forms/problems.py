"""What is wrong with answers, in sentences that name the field; pure.

JSON Schema's own messages are for programmers; each keyword becomes a sentence in
both languages here.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from jsonschema import FormatChecker
from jsonschema.exceptions import ValidationError

from engine.errors import InvalidInputError, Problem, Text
from engine.feel import parse_date
from engine.forms.fields import Field, Kind, Shape
from engine.forms.schemas import CompiledSchema

_SECONDS = len("2026-01-31T09:00:00")

FORMATS = FormatChecker(formats=())


class FormInvalidError(InvalidInputError):
    """Answers do not fit the form; ``problems`` say which and how."""

    code = "form-invalid"

    def __init__(self, problems: Sequence[Problem]) -> None:
        first = problems[0].text
        others = len(problems) - 1
        more_en = f" ({others} more)" if others else ""
        more_zh = f"(另有{others}处)" if others else ""
        super().__init__(
            f"{first.en}{more_en}; correct it and send the form again",
            f"{first.zh}{more_zh};请更正后重新提交",
            tuple(problems),
        )


@FORMATS.checks("date")
def _is_date(value: object) -> bool:
    return not isinstance(value, str) or parse_date(value) is not None


@FORMATS.checks("date-time")
def _is_moment(value: object) -> bool:
    if not isinstance(value, str):
        return True
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return False
    return moment.tzinfo is not None and len(value) >= _SECONDS


@FORMATS.checks("email")
def _is_email(value: object) -> bool:
    name, at, host = str(value).partition("@")
    return bool(name and at and "." in host and " " not in str(value))


def schema_problems(
    schema: CompiledSchema, shape: Shape, values: Mapping[str, Any]
) -> list[Problem]:
    """Return what JSON Schema finds wrong, one problem a field and kind."""
    found: dict[tuple[str, str], Problem] = {}
    for error in schema.errors(values):
        for problem in _of(shape, error):
            found.setdefault((problem.pointer, problem.code), problem)
    return list(found.values())


def unknown_field(pointer: str) -> Problem:
    """Return the problem of a name that the form does not have."""
    name = pointer.rpartition("/")[2]
    text = Text(f"The form has no field {name}", f"表单中没有字段{name}")
    return Problem(pointer, "unknown-field", text)


def misfit(
    shape: Shape, path: Iterable[str | int], code: str, sentence: Text
) -> Problem:
    """Return a problem whose sentence begins with the field's title."""
    at = list(path)
    title = title_at(shape, at)
    text = Text(f"“{title.en}” {sentence.en}", f"“{title.zh}”{sentence.zh}")
    return Problem(pointer_to(at), code, text)


def pointer_to(path: Iterable[str | int]) -> str:
    """Return a JSON pointer."""
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in path)
    return "".join(f"/{part}" for part in parts)


def title_at(shape: Shape, path: Iterable[str | int]) -> Text:
    """Return how people call what is at a path: ``Milestones, row 2, Start``."""
    en: list[str] = []
    zh: list[str] = []
    for part, field in _fields_on(shape, path):
        if isinstance(part, int):
            en.append(f"row {part + 1}")
            zh.append(f"第{part + 1}行")
        elif field is not None:
            en.append(field.title.en)
            zh.append(field.title.zh)
    return Text(", ".join(en) or "The form", "·".join(zh) or "表单")


def field_at(shape: Shape, path: Iterable[str | int]) -> Field | None:
    """Return the field at a path, or None where there is none."""
    fields = [field for _, field in _fields_on(shape, path)]
    return fields[-1] if fields else None


def _fields_on(
    shape: Shape, path: Iterable[str | int]
) -> Iterable[tuple[str | int, Field | None]]:
    current: Shape | None = shape
    field: Field | None = None
    for part in path:
        if isinstance(part, int):
            field = field.item if field else None
        else:
            field = current.every().get(part) if current else None
        current = field.shape if field else None
        yield part, field


def _of(shape: Shape, error: ValidationError) -> Iterable[Problem]:
    path: list[str | int] = list(error.absolute_path)
    keyword = str(error.validator)
    if keyword == "required":
        wanted: Sequence[str] = error.validator_value  # type: ignore[assignment]
        given: Mapping[str, Any] = error.instance  # type: ignore[assignment]
        for name in (name for name in wanted if name not in given):
            yield _problem(shape, [*path, name], "required", error)
    else:
        yield _problem(shape, path, keyword, error)


def _problem(
    shape: Shape, path: list[str | int], keyword: str, error: ValidationError
) -> Problem:
    field = field_at(shape, path)
    limit = error.validator_value
    sentence = _SENTENCES.get(keyword, _misfit)(field, limit)
    return misfit(shape, path, _CODES.get(keyword, "invalid"), sentence)


_CODES = {
    "required": "required",
    "type": "wrong-type",
    "format": "wrong-format",
    "pattern": "wrong-format",
    "enum": "not-a-choice",
    "oneOf": "not-a-choice",
    "const": "not-a-choice",
    "minimum": "too-small",
    "exclusiveMinimum": "too-small",
    "maximum": "too-large",
    "exclusiveMaximum": "too-large",
    "minLength": "too-short",
    "maxLength": "too-long",
    "minItems": "too-few",
    "maxItems": "too-many",
    "uniqueItems": "repeated",
}

_TYPE_NAMES = {
    Kind.INTEGER: Text("must be a whole number", "须为整数"),
    Kind.NUMBER: Text("must be a number", "须为数字"),
    Kind.MONEY: Text("must be an amount in whole fen", "须为以分为单位的整数金额"),
    Kind.DATE: Text("must be a date such as 2026-03-02", "须为日期,例如2026-03-02"),
    Kind.DATE_TIME: Text(
        "must be a time with its offset such as 2026-03-02T09:00:00+08:00",
        "须为带时区的时间,例如2026-03-02T09:00:00+08:00",
    ),
    Kind.BOOLEAN: Text("must be yes or no (true or false)", "须为是或否"),
    Kind.LIST: Text("must be a list", "须为列表"),
    Kind.RECORD: Text("must be a record with named fields", "须为一组字段"),
    Kind.DOCUMENT: Text(
        "must be the key of an uploaded document", "须为已上传文件的编号"
    ),
    Kind.USER: Text("must be a user name", "须为用户名"),
}


def _type(field: Field | None, _: Any) -> Text:
    text = Text("must be text", "须为文本")
    return _TYPE_NAMES.get(field.kind, text) if field else text


def _choice(field: Field | None, limit: Any) -> Text:
    if field is None or not field.choices:
        return Text(f"must be {limit}", f"须为{limit}")
    en = " / ".join(f"{each.title.en} ({each.value})" for each in field.choices)
    zh = "/".join(f"{each.title.zh}({each.value})" for each in field.choices)
    return Text(f"must be one of: {en}", f"须为下列之一:{zh}")


def _amount(field: Field | None, limit: Any) -> str:
    if field is not None and field.kind is Kind.MONEY:
        return f"{limit / 100:.2f}"
    return str(limit)


def _unit(field: Field | None) -> tuple[str, str]:
    return (" yuan", "元") if field and field.kind is Kind.MONEY else ("", "")


def _bound(en: str, zh: str) -> Callable[[Field | None, Any], Text]:
    def sentence(field: Field | None, limit: Any) -> Text:
        unit, unit_zh = _unit(field)
        shown = _amount(field, limit)
        return Text(f"must be {en} {shown}{unit}", f"须{zh}{shown}{unit_zh}")

    return sentence


def _count(en: str, zh: str) -> Callable[[Field | None, Any], Text]:
    def sentence(_: Field | None, limit: Any) -> Text:
        return Text(en.format(limit), zh.format(limit))

    return sentence


def _misfit(_: Field | None, __: Any) -> Text:
    return Text("does not fit the form", "不符合表单要求")


_SENTENCES: Mapping[str, Callable[[Field | None, Any], Text]] = {
    "required": _count("is required", "为必填项"),
    "type": _type,
    "format": _type,
    "pattern": _count("is not written as expected", "格式不正确"),
    "enum": _choice,
    "oneOf": _choice,
    "const": _choice,
    "minimum": _bound("at least", "不小于"),
    "exclusiveMinimum": _bound("more than", "大于"),
    "maximum": _bound("at most", "不大于"),
    "exclusiveMaximum": _bound("less than", "小于"),
    "minLength": _count("needs at least {} characters", "至少须{}个字符"),
    "maxLength": _count("may have at most {} characters", "不能超过{}个字符"),
    "minItems": _count("needs at least {} entries", "至少须有{}项"),
    "maxItems": _count("may have at most {} entries", "不能超过{}项"),
    "uniqueItems": _count("lists something twice", "存在重复项"),
}
