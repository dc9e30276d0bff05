"""What a page draws of a form: one `Control` for each field, texts ready to read."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from api.web.forms.posts import yuan
from engine.errors import Problem
from engine.forms import Field, Form, Kind

Listed = Sequence[tuple[Any, str]]
Options = Mapping[str, Listed]

_ZONE = ZoneInfo("Asia/Shanghai")
_INPUTS = {
    Kind.INTEGER: "number",
    Kind.NUMBER: "text",
    Kind.MONEY: "text",
    Kind.DATE: "date",
    Kind.DATE_TIME: "datetime-local",
    Kind.PASSWORD: "password",
}
_NUMERIC = {Kind.INTEGER: "numeric", Kind.NUMBER: "decimal", Kind.MONEY: "decimal"}
_YES_NO: Mapping[str, Listed] = {
    "zh": ((True, "是"), (False, "否")),
    "en": ((True, "Yes"), (False, "No")),
}
_MEDIA_SUFFIXES = {
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}


@dataclass(frozen=True, slots=True)
class Option:
    """A value to choose, its title, and whether it is chosen."""

    value: str
    title: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class File:
    """A document that stands in a field already."""

    key: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A field as it is drawn.

    ``draws`` names the macro: input, textarea, radio, select, checkboxes, file,
    files, rows, lines, record, parts (a text for each of given names) or fixed. ``again`` asks the server for the form anew
    when the value changes, because other fields depend on it.
    """

    name: str
    id: str
    draws: str
    title: str
    help: str = ""
    required: bool = False
    inner: bool = False
    again: bool = False
    value: str = ""
    input: str = "text"
    inputmode: str = ""
    unit: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    files: tuple[File, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple["Control", ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Drawing:
    """All that a page needs to draw a form.

    ``summary`` lists what is wrong: the sentence and the id of the control to go to,
    which is empty where the problem belongs to no field.
    """

    controls: tuple[Control, ...]
    summary: tuple[tuple[str, str], ...]
    multipart: bool


class Drawer:
    """Draws one form for one reader.

    Args:
        form: The form.
        language: ``zh`` or ``en``.
        options: What `Form.options` gave, by field.
        people: Account → name, for fields that ask for somebody.
        documents: Key → name, for files that the values name by key alone.
        problems: What was wrong with the last answers.
    """

    def __init__(
        self,
        form: Form,
        language: str,
        *,
        options: Options | None = None,
        people: Mapping[str, str] | None = None,
        documents: Mapping[str, str] | None = None,
        problems: Iterable[Problem] = (),
    ) -> None:
        self._form = form
        self._language = language
        self._options = dict(options or {})
        self._people = tuple((people or {}).items())
        self._documents = dict(documents or {})
        self._errors: dict[str, list[str]] = {}
        for problem in problems:
            name = problem.pointer.removeprefix("/").replace("/", ".")
            self._errors.setdefault(name, []).append(problem.text.to(language))

    def draw(self, values: Mapping[str, Any]) -> Drawing:
        """Return what is drawn for these values (defaults, a draft, or a post)."""
        shown = self._form.effective(values)
        watched = self._form.shape.watched()
        controls = tuple(
            self._control(
                each,
                each.name,
                values.get(each.name),
                required=each.name in shown.required,
                again=each.name in watched,
            )
            for each in shown.fields.values()
        )
        summary = tuple(
            (sentence, self._target(name, controls))
            for name, sentences in self._errors.items()
            for sentence in sentences
        )
        multipart = any(control.draws in {"file", "files"} for control in controls)
        return Drawing(controls, summary, multipart)

    def _control(
        self,
        asked: Field,
        name: str,
        value: Any,
        *,
        required: bool = False,
        again: bool = False,
        inner: bool = False,
    ) -> Control:
        listed = self._listed(asked, name)
        if asked.kind is Kind.JSON and not _has_parts(listed, value):
            listed = None
        draws = self._macro(asked, listed)
        return Control(
            name=name,
            id=_id(name),
            draws=draws,
            title=asked.title.to(self._language),
            help=asked.help.to(self._language),
            required=required,
            again=again,
            inner=inner,
            value=_shown(asked, value),
            input=_INPUTS.get(asked.kind, "text"),
            inputmode=_NUMERIC.get(asked.kind, ""),
            unit=_unit(asked, self._language),
            attributes=_attributes(asked),
            errors=self._wrong(name, whole=draws == "files"),
            options=_options(asked, listed or (), value),
            files=self._files(value) if draws in {"file", "files"} else (),
            columns=self._columns(asked) if draws == "rows" else (),
            rows=_parts(listed or (), name, value)
            if draws == "parts"
            else self._rows(asked, name, value, draws),
        )

    def _wrong(self, name: str, *, whole: bool) -> tuple[str, ...]:
        """Return what is wrong with a control; ``whole`` with each of its values."""
        return tuple(
            sentence
            for at, sentences in self._errors.items()
            if at == name or (whole and at.startswith(f"{name}."))
            for sentence in sentences
        )

    def _macro(self, asked: Field, listed: Listed | None) -> str:
        if asked.fixed:
            return "fixed"
        if asked.kind is Kind.LIST:
            return _list_macro(asked, listed)
        if asked.kind is Kind.JSON and listed is not None:
            return "parts"
        if asked.kind is Kind.BOOLEAN or asked.ui.get("ui:widget") == "radio":
            return "radio"
        if listed is not None:
            return "select"
        return {
            Kind.LONG_TEXT: "textarea",
            Kind.JSON: "textarea",
            Kind.DOCUMENT: "file",
            Kind.RECORD: "record",
        }.get(asked.kind, "input")

    def _listed(self, asked: Field, name: str) -> Listed | None:
        """Return the values to choose from; None where anything can be typed."""
        item = asked.item or asked
        path = ".".join(part for part in name.split(".") if not part.isdecimal())
        if asked.kind is Kind.BOOLEAN:
            return _YES_NO[self._language]
        if path in self._options:
            return self._options[path]
        if item.choices:
            return [(c.value, c.title.to(self._language)) for c in item.choices]
        return self._people if item.kind is Kind.USER else None

    def _columns(self, asked: Field) -> tuple[str, ...]:
        if asked.item is None or asked.item.shape is None:
            return ()
        fields = asked.item.shape.every().values()
        return tuple(each.title.to(self._language) for each in fields)

    def _rows(
        self, asked: Field, name: str, value: Any, draws: str
    ) -> tuple[tuple[Control, ...], ...]:
        if draws == "record":
            return (self._row(asked, name, value),)
        if asked.item is None or draws not in {"rows", "lines"}:
            return ()
        given = value if isinstance(value, list) and value else [None]
        item = asked.item
        return tuple(
            self._row(item, f"{name}.{number}", each)
            for number, each in enumerate(given)
        )

    def _row(self, item: Field, name: str, value: Any) -> tuple[Control, ...]:
        if item.shape is None:
            return (self._control(item, name, value, inner=True),)
        values = value if isinstance(value, Mapping) else {}
        return tuple(
            self._control(
                each,
                f"{name}.{each.name}",
                values.get(each.name),
                required=each.name in item.shape.required,
                inner=True,
            )
            for each in item.shape.every().values()
        )

    def _files(self, value: Any) -> tuple[File, ...]:
        found = []
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, Mapping) and "documentId" in each:
                key = str(each["documentId"])
                found.append(File(key, str(each.get("fileName") or key)))
            elif isinstance(each, str) and each:
                found.append(File(each, self._documents.get(each, each)))
        return tuple(found)

    def _target(self, name: str, controls: Sequence[Control]) -> str:
        drawn = {control.id for control in _all(controls)}
        while name:
            if _id(name) in drawn:
                return _id(name)
            name = name.rpartition(".")[0]
        return ""


def _all(controls: Iterable[Control]) -> Iterable[Control]:
    for control in controls:
        yield control
        for row in control.rows:
            yield from _all(row)


def _id(name: str) -> str:
    return f"f-{name.replace('.', '-')}"


def _key(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _has_parts(listed: Listed | None, value: Any) -> bool:
    return bool(listed) and (value is None or isinstance(value, Mapping))


def _parts(listed: Listed, name: str, value: Any) -> tuple[tuple[Control, ...], ...]:
    """Return a text for each name: those that are asked for, then others there are."""
    given = value if isinstance(value, Mapping) else {}
    titles = {_key(each): title for each, title in listed}
    titles |= {part: part for part in given if part not in titles}
    return tuple(
        (
            Control(
                name=f"{name}.{number}.text",
                id=_id(f"{name}.{number}"),
                draws="textarea",
                title=title,
                inner=True,
                value=_text(given.get(part)),
                input=part,
            ),
        )
        for number, (part, title) in enumerate(titles.items())
    )


def _text(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)


def _shown(asked: Field, value: Any) -> str:
    """Return a value as it stands in an input."""
    if asked.kind is Kind.JSON and value is not None and not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False, indent=2)
    if value is None or isinstance(value, list) or asked.kind is Kind.PASSWORD:
        return ""
    if asked.kind is Kind.MONEY and isinstance(value, int):
        return yuan(value)
    if asked.kind is Kind.DATE_TIME and isinstance(value, str):
        return _local(value)
    return "" if isinstance(value, Mapping) else _key(value)


def _local(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    local = moment.astimezone(_ZONE) if moment.tzinfo else moment
    return local.strftime("%Y-%m-%dT%H:%M")


def _list_macro(asked: Field, listed: Listed | None) -> str:
    if asked.item is not None and asked.item.kind is Kind.DOCUMENT:
        return "files"
    if listed is not None:
        return "checkboxes"
    return (
        "rows" if asked.item is not None and asked.item.shape is not None else "lines"
    )


def _options(asked: Field, listed: Listed, value: Any) -> tuple[Option, ...]:
    chosen = {_key(each) for each in (value if isinstance(value, list) else [value])}
    offered = list(listed)
    # What was chosen before stays visible, even if it is no choice any more.
    if offered and asked.kind is not Kind.BOOLEAN:
        known = {_key(each) for each, _ in offered}
        offered += [(each, each) for each in sorted(chosen - known - {""})]
    return tuple(
        Option(_key(each), title, _key(each) in chosen) for each, title in offered
    )


def _unit(asked: Field, language: str) -> str:
    if asked.kind is not Kind.MONEY:
        return ""
    return "元" if language == "zh" else "yuan"


def _attributes(asked: Field) -> dict[str, str]:
    given = asked.schema
    found = {
        "min": given.get("minimum") if asked.kind is Kind.INTEGER else None,
        "max": given.get("maximum") if asked.kind is Kind.INTEGER else None,
        "maxlength": given.get("maxLength"),
        "accept": ",".join(_accepted(asked.item or asked)) or None,
    }
    return {name: str(value) for name, value in found.items() if value is not None}


def _accepted(asked: Field) -> Iterable[str]:
    for media in asked.accept:
        yield media
        if media in _MEDIA_SUFFIXES:
            yield _MEDIA_SUFFIXES[media]
