"""How a rule is written down: a code, a sentence, a remedy and what breaks it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from engine.errors import Finding, Text
from engine.runtime import xml
from engine.runtime.findings.diagram import Diagram, Flow, Node, owner_id
from engine.runtime.xml import Element

Severity: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Hit:
    """An element that breaks a rule, with words for the rule's sentence.

    ``details`` fill the ``{names}`` in the rule's two sentences; a ``Text`` is
    put in in the language of the sentence.
    """

    element: Element
    details: Mapping[str, str | Text] = field(default_factory=dict)


Hits: TypeAlias = Iterable["Hit | Node | Flow | Element"]
Look: TypeAlias = Callable[[Diagram], Hits]


def hit(where: Node | Flow | Element, **details: str | Text) -> Hit:
    """Return a hit at ``where`` with ``details`` for the sentence."""
    element = where.element if isinstance(where, Node | Flow) else where
    return Hit(element, details)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; ``look`` yields what breaks it in a diagram."""

    code: str
    rule: Text
    remedy: Text
    severity: Severity
    look: Look

    def findings(self, diagram: Diagram) -> Iterator[Finding]:
        """Yield a finding for everything in ``diagram`` that breaks the rule."""
        for found in self.look(diagram):
            broken = found if isinstance(found, Hit) else hit(found)
            yield Finding(
                diagram.name,
                owner_id(broken.element),
                self.code,
                filled(self.rule, broken.details),
                filled(self.remedy, broken.details),
                self.severity,
                xml.line_of(broken.element),
            )


class RuleBook:
    """The rules of one topic, in the order in which they are written down."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []

    def error(self, code: str, rule: Text, remedy: Text) -> Callable[[Look], Look]:
        """Return a decorator that adds a rule which refuses a deployment."""
        return self._adding(code, rule, remedy, "error")

    def warning(self, code: str, rule: Text, remedy: Text) -> Callable[[Look], Look]:
        """Return a decorator that adds a rule which only warns."""
        return self._adding(code, rule, remedy, "warning")

    def _adding(
        self, code: str, rule: Text, remedy: Text, severity: Severity
    ) -> Callable[[Look], Look]:
        def add(look: Look) -> Look:
            self.rules.append(Rule(code, rule, remedy, severity, look))
            return look

        return add


def filled(text: Text, details: Mapping[str, str | Text]) -> Text:
    """Return a sentence with its ``{names}`` filled in."""
    if not details:
        return text
    return Text(
        text.en.format_map(_in_language(details, "en")),
        text.zh.format_map(_in_language(details, "zh")),
    )


def _in_language(details: Mapping[str, str | Text], language: str) -> dict[str, str]:
    return {
        name: value.to(language) if isinstance(value, Text) else value
        for name, value in details.items()
    }
