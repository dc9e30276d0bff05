"""A form: read once, then asked what it shows and whether answers fit; pure."""

from collections.abc import Callable, Collection, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from jsonschema import Draft202012Validator, SchemaError

from engine.errors import (
    InvalidInputError,
    NotFoundError,
    Problem,
    Text,
)
from engine.feel import Expression, FeelError, compile_expression
from engine.forms import rules as feel_rules
from engine.forms import values
from engine.forms.bounds import bounded
from engine.forms.fields import Field, Kind, Shape, shape_of, text_of
from engine.forms.lookups import Completion, References, files
from engine.forms.problems import (
    FORMATS,
    FormInvalidError,
    schema_problems,
    unknown_field,
)
from engine.forms.schemas import CompiledSchema

Facts = Mapping[str, Any]
Data = Mapping[str, Any]


class FormMissingError(NotFoundError):
    """A task names a form that its deployment does not hold."""

    code = "form-missing"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The form {name} is not deployed; deploy it with its process",
            f"表单{name}未部署;请与流程一并部署",
        )


class FormBrokenError(InvalidInputError):
    """A form file cannot be used."""

    code = "form-broken"

    def __init__(self, name: str, reason: Text) -> None:
        super().__init__(
            f"The form {name} cannot be read: {reason.en}; correct the file",
            f"表单{name}无法读取:{reason.zh};请更正文件",
        )


@dataclass(frozen=True, slots=True)
class Form:
    """A compiled form file.

    ``schema`` and ``ui`` are what clients get; ``shape`` is the same compiled.
    ``blind`` hides earlier answers of a joint round from those who answer later.
    """

    name: str
    title: Text
    schema: Mapping[str, Any]
    ui: Mapping[str, Any]
    shape: Shape
    compiled: CompiledSchema
    rules: tuple[feel_rules.Rule, ...] = ()
    shows: tuple[feel_rules.Shown, ...] = ()
    blind: bool = False
    signs: tuple[Expression, Expression] | None = None
    secrets: frozenset[str] = field(default_factory=frozenset)

    def validate(
        self,
        given: Data,
        data: Data,
        facts: Facts,
        *,
        references: References | None = None,
        now: datetime | None = None,
    ) -> dict[str, Any]:
        """Return the answers as they are stored, or say what is wrong with them.

        Server fields are set, files completed, then the schema is checked, then the
        rules. Optional fields without an answer are null, lists empty. Passwords
        are checked to be there and left out.

        Args:
            given: What a client sends.
            data: The process data that the task sees.
            facts: What ``forms/README.md`` lists.
            references: Looks up documents and people; without it they are not.
            now: The business time for expressions.

        Raises:
            FormInvalidError: Names each wrong field by a JSON pointer.
        """
        problems: list[Problem] = []
        answers = dict(values.clean(self.shape, given, _collect(problems)))
        self._set_fixed(answers, {**data, "facts": facts}, now)
        if references is not None and self.shape.refers:
            completion = Completion(self.shape, references)
            answers = completion.of(answers)
            problems += completion.problems
        named = tuple(problem.pointer for problem in problems)
        problems += [
            problem
            for problem in schema_problems(self.compiled, self.shape, answers)
            if not _is_within(problem.pointer, named)
        ]
        filled = values.fill(self.shape, answers)
        if self.rules and not problems:
            context = {**data, **values.typed(self.shape, filled), "facts": facts}
            problems = feel_rules.broken(self.rules, context, now)
        if problems:
            raise FormInvalidError(problems)
        return filled

    def effective(self, given: Data) -> Shape:
        """Return the fields that these answers ask for: what is drawn."""
        return self.shape.at(values.clean(self.shape, given, _ignore))

    def defaults(
        self, data: Data, facts: Facts, now: datetime | None = None
    ) -> dict[str, Any]:
        """Return the values with which the fields of a fresh form open."""
        return feel_rules.defaults(self.shape, {**data, "facts": facts}, now)

    def options(
        self, data: Data, facts: Facts, now: datetime | None = None
    ) -> dict[str, list[tuple[Any, str]]]:
        """Return the values to choose from, by field: (value, title)."""
        return feel_rules.options(self.shape, {**data, "facts": facts}, now)

    def shown(
        self,
        data: Data,
        facts: Facts,
        now: datetime | None = None,
    ) -> list[tuple[feel_rules.Shown, Any]]:
        """Return what the form shows of the case; ``data`` holds no more than that.

        Strip ``data`` for its reader first (`engine.forms.strip`).
        """
        return feel_rules.shown(self.shows, {**data, "facts": facts}, now)

    def visible(self, answers: Data, duties: Collection[str]) -> dict[str, Any]:
        """Return the answers without what is for the readers of other duties."""
        return values.visible(self.shape, answers, duties)

    def has_readers(self) -> bool:
        """Tell whether some field is for certain duties only."""
        return values.has_readers(self.shape)

    def split_secrets(self, given: Data) -> tuple[dict[str, Any], dict[str, str]]:
        """Part the passwords from the other answers, as a draft must not hold any."""
        secrets = {n: str(v) for n, v in given.items() if n in self.secrets}
        return {n: v for n, v in given.items() if n not in self.secrets}, secrets

    def document_to_sign(
        self, answers: Data, data: Data, facts: Facts, now: datetime | None = None
    ) -> str | None:
        """Return the document that these answers sign, or None."""
        if self.signs is None:
            return None
        document, when = self.signs
        typed = values.typed(self.shape, answers)
        context = {**data, **typed, "facts": facts}
        if when.evaluate(context, now=now) is not True:
            return None
        found = document.evaluate(context, now=now)
        return None if found is None else str(found)

    def files(self, answers: Data) -> list[tuple[Field, Mapping[str, Any]]]:
        """Return the answers that are documents, with their fields."""
        return files(self.shape, answers) if self.shape.refers else []

    def _set_fixed(
        self, answers: dict[str, Any], context: Data, now: datetime | None
    ) -> None:
        every = self.shape.every()
        for name in [name for name, each in every.items() if each.fixed]:
            answers.pop(name, None)
        ours = {
            name: each
            for name, each in every.items()
            if each.fixed or (each.fill and name not in answers)
        }
        answers |= feel_rules.defaults(Shape(ours), context, now)


def read_form(name: str, content: bytes) -> Form:
    """Read a form file.

    Raises:
        FormBrokenError: It is no JSON, no JSON Schema, or an expression is wrong.
    """
    try:
        whole = orjson.loads(content)
        schema, ui = whole["schema"], whole.get("ui", {})
        Draft202012Validator.check_schema(schema)
        return _compiled(name, whole, bounded(schema), ui)
    except orjson.JSONDecodeError as error:
        reason = Text(f"no JSON ({error})", f"不是有效的JSON({error})")
    except SchemaError as error:
        reason = Text(f"no JSON Schema ({error.message})", "不符合JSON Schema规范")
    except FeelError as error:
        reason = error.text
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        reason = Text(f"parts are missing ({error})", f"缺少内容({error})")
    raise FormBrokenError(name, reason)


def _compiled(
    name: str, whole: Mapping[str, Any], schema: dict[str, Any], ui: dict[str, Any]
) -> Form:
    shape = shape_of(schema, ui, {})
    secrets = [n for n, each in shape.every().items() if each.kind is Kind.PASSWORD]
    return Form(
        name=name,
        title=text_of(whole, "title", "x-title-en", name),
        schema=schema,
        ui=ui,
        shape=shape,
        compiled=CompiledSchema(_open(schema), FORMATS),
        rules=feel_rules.rules_of(schema.get("x-rules", ())),
        shows=feel_rules.shown_of(ui.get("x-shows", ())),
        blind=bool(ui.get("x-blind")),
        signs=_signs(schema.get("x-signs")),
        secrets=frozenset(secrets),
    )


def _signs(given: Mapping[str, str] | None) -> tuple[Expression, Expression] | None:
    if given is None:
        return None
    return compile_expression(given["document"]), compile_expression(given["when"])


def _open(schema: dict[str, Any]) -> dict[str, Any]:
    """Leave unknown names to us: JSON Schema does not see into active branches."""
    copy = deepcopy(schema)
    _opened(copy)
    return copy


def _opened(part: Any) -> None:
    if isinstance(part, dict):
        for key in ("additionalProperties", "unevaluatedProperties"):
            if part.get(key) is False:
                del part[key]
        for each in part.values():
            _opened(each)
    elif isinstance(part, list):
        for each in part:
            _opened(each)


def _is_within(pointer: str, named: tuple[str, ...]) -> bool:
    """Tell whether something has been said already of a place or what encloses it."""
    return any(f"{pointer}/".startswith(f"{each}/") for each in named)


def _collect(problems: list[Problem]) -> Callable[[str], None]:
    return lambda pointer: problems.append(unknown_field(pointer))


def _ignore(_: str) -> None:
    return None
