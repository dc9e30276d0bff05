"""Texts that deployments bring: found for a diagram, filled in inside a sandbox.

A template belongs to the deployment of the diagram that calls for it, so a running
case keeps the wording that it started with. What the deployment does not hold
itself (a letterhead that all share) comes from the newest deployment that does.
Templates see the values that they are given, and nothing of Python.
"""

import hashlib
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, Undefined
from jinja2.environment import TemplateExpression
from jinja2.loaders import DictLoader
from jinja2.meta import find_referenced_templates
from jinja2.sandbox import ImmutableSandboxedEnvironment
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from engine import wording
from engine.cache import caches
from engine.errors import InvalidInputError, NotFoundError
from engine.schema import Deployment, DeploymentResource, Resource

_LONGEST = 2_000_000
_FENCE = "+++"


class TemplateMissingError(NotFoundError):
    """No deployment holds a template of this name."""

    code = "template-missing"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is no template {name}; deploy it with the process, then try again",
            f"没有模板{name};请将模板与流程一同部署后重试",
        )


class TemplateFailedError(InvalidInputError):
    """A template cannot be filled in with the values at hand."""

    code = "template-failed"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            f"The template {name} cannot be filled in: {reason}; "
            "correct the template or the data, then try again",
            f"模板{name}无法填写:{reason};请更正模板或数据后重试",
        )


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a template as it was deployed.

    A document template begins with its header: TOML between two lines ``+++``. One
    that is TOML throughout is its own header.
    """

    name: str
    digest: str
    text: str

    @property
    def header(self) -> dict[str, Any]:
        """What the template says of itself: title, readers and the like.

        Raises:
            TemplateFailedError: It is no TOML.
        """
        text = self.text
        if not self.name.endswith(".toml"):
            text = _parted(self.text)[0]
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise TemplateFailedError(self.name, str(error)) from error

    @property
    def body(self) -> str:
        """The template without its header."""
        return _parted(self.text)[1]


def _parted(text: str) -> tuple[str, str]:
    if not text.startswith(f"{_FENCE}\n"):
        return "", text
    header, found, body = text[len(_FENCE) + 1 :].partition(f"\n{_FENCE}\n")
    return (header, body) if found else ("", text)


def find(session: Session, deployment_key: int | None, name: str) -> Source:
    """Return a template by its path in the package, ``mails/chase.txt.j2``.

    Raises:
        TemplateMissingError: No deployment holds it.
    """
    found = _deployed(session, deployment_key, name)
    if found is None:
        raise TemplateMissingError(name)
    return found


def document(session: Session, deployment_key: int | None, name: str) -> Source | None:
    """Return the template of a document, whatever its format; None without one."""
    for suffix in (".html.j2", ".xlsx.toml"):
        path = f"documents/{name}{suffix}"
        if found := _deployed(session, deployment_key, path):
            return found
    return None


def find_or_built_in(
    session: Session, deployment_key: int | None, name: str, folder: Path
) -> Source:
    """Return a deployed template, else the one that ``folder`` holds by that name.

    Raises:
        TemplateMissingError: Neither is there.
    """
    found = _deployed(session, deployment_key, name)
    if found is None:
        path = folder / name.rpartition("/")[2]
        if not path.is_file():
            raise TemplateMissingError(name)
        found = from_text(name, path.read_text("utf-8"))
    return found


def from_text(name: str, text: str) -> Source:
    """Return a template that was not deployed."""
    return Source(name, hashlib.sha256(text.encode()).hexdigest(), text)


def with_references(
    session: Session, deployment_key: int | None, source: Source, known: frozenset[str]
) -> tuple[Source, ...]:
    """Return a template and all that it extends or includes, itself first.

    Names in ``known`` are provided by whoever fills it in.

    Raises:
        TemplateMissingError: Something that it refers to is nowhere deployed.
    """
    found, pending = {source.name: source}, [source]
    while pending:
        for name in _references(pending.pop()):
            if name not in found and name not in known:
                found[name] = find(session, deployment_key, f"documents/{name}")
                pending.append(found[name])
    return tuple(found.values())


def fill(
    source: Source,
    values: Mapping[str, Any],
    *,
    html: bool = False,
    others: Mapping[str, str] | None = None,
) -> str:
    """Return the text of a template with ``values`` filled in.

    ``html`` escapes what is filled in; ``others`` are the texts, by name, that the
    template may extend or include.

    Raises:
        TemplateFailedError: A value is missing, or the template is wrong.
    """
    try:
        if others:
            template = _environment(html=html, others=others).from_string(source.body)
        else:
            template = _compiled(source.body, html=html)
        text = template.render(values)
    except (TemplateError, ArithmeticError, TypeError, ValueError) as error:
        raise TemplateFailedError(source.name, _reason(error)) from error
    if len(text) > _LONGEST:
        raise TemplateFailedError(source.name, "it becomes too long")
    return text


def line(source: Source, text: str, values: Mapping[str, Any]) -> str:
    """Return one line of a template with ``values`` filled in.

    Raises:
        TemplateFailedError: A value is missing, or the line is wrong.
    """
    return fill(Source(source.name, source.digest, text), values)


def evaluate(source: Source, expression: str, values: Mapping[str, Any]) -> Any:
    """Return the value of an expression in a template (not its text).

    Raises:
        TemplateFailedError: A value is missing, or the expression is wrong.
    """
    try:
        value = _expression(expression)(**values)
    except (TemplateError, ArithmeticError, TypeError, ValueError) as error:
        raise TemplateFailedError(
            source.name, f"{expression}: {_reason(error)}"
        ) from error
    return None if isinstance(value, Undefined) else value


@lru_cache(maxsize=500)
def _expression(text: str) -> TemplateExpression:
    return _environment(html=False, others={}).compile_expression(
        text, undefined_to_none=True
    )


@lru_cache(maxsize=200)
def _compiled(text: str, *, html: bool) -> Template:
    # Compiling is a function of the text alone, so processes may share the result.
    return _environment(html=html, others={}).from_string(text)


def _environment(
    *, html: bool, others: Mapping[str, str]
) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        autoescape=html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=DictLoader(others),
    )
    environment.filters.update(_FILTERS)
    return environment


def _or_blank(function: Callable[[Any], str]) -> Callable[[Any], str]:
    """Let a value that is not there stay blank on paper instead of failing."""

    def filter_(value: Any) -> str:
        return function(value) if value not in (None, "") else ""

    return filter_


def _day(value: Any) -> date | None:
    return date.fromisoformat(str(value)[:10]) if value not in (None, "") else None


_FILTERS: dict[str, Callable[..., Any]] = {
    "day": _day,
    "date": _or_blank(wording.chinese_date),
    "date_en": _or_blank(wording.english_date),
    "time": _or_blank(wording.chinese_time),
    "time_en": _or_blank(wording.english_time),
    "yuan": _or_blank(wording.yuan),
    "capital": _or_blank(wording.capital_yuan),
}


def _references(source: Source) -> set[str]:
    environment = _environment(html=True, others={})
    try:
        named = find_referenced_templates(environment.parse(source.body))
    except TemplateError as error:
        raise TemplateFailedError(source.name, _reason(error)) from error
    return {name for name in named if name is not None}


def _reason(error: Exception) -> str:
    line = getattr(error, "lineno", None)
    return f"{error} (line {line})" if line else str(error)


def _deployed(session: Session, deployment_key: int | None, name: str) -> Source | None:
    if deployment_key is not None:
        kept = caches(session).texts.get(("template", deployment_key, name))
        if kept is not None:
            return Source(*kept)
        own = session.execute(
            _resources(name).where(DeploymentResource.deployment_key == deployment_key)
        ).one_or_none()
        if own is not None:
            return _keep(session, deployment_key, name, own)
    newest = _resources(name).join(
        Deployment, Deployment.key == DeploymentResource.deployment_key
    )
    found = session.execute(newest.order_by(Deployment.key.desc()).limit(1)).first()
    return None if found is None else Source(name, found[0], found[1].decode())


def _keep(
    session: Session, deployment_key: int, name: str, row: tuple[str, bytes]
) -> Source:
    source = Source(name, row[0], row[1].decode())
    kept = (source.name, source.digest, source.text)
    caches(session).texts.put(("template", deployment_key, name), kept)
    return source


def _resources(name: str) -> Select[str, bytes]:
    return (
        select(Resource.digest, Resource.content)
        .join(DeploymentResource, DeploymentResource.digest == Resource.digest)
        .where(DeploymentResource.name == name)
    )
