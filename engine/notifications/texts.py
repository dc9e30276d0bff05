"""What a notice says: one template, both languages, a title and a body each.

A mail template is text: the first line is the Chinese title, what follows is the
Chinese body; after a line ``--- en`` the same in English. Without that line the
Chinese text stands for both, as the fixed sentences to customers do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from engine import templates

BUILT_IN = Path(__file__).parent / "mails"
_SEPARATOR = "--- en"


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice ready to be read."""

    title: str
    body: str
    title_en: str
    body_en: str


def find(
    session: Session, deployment_key: int | None, template: str
) -> templates.Source:
    """Return the source of a notice, deployed or built in.

    Raises:
        TemplateMissingError: There is none.
    """
    name = f"mails/{template}.txt.j2"
    return templates.find_or_built_in(session, deployment_key, name, BUILT_IN)


def compose(source: templates.Source, values: Mapping[str, Any]) -> Notice:
    """Fill in a notice.

    Raises:
        TemplateFailedError: A value is missing, or a part stays empty.
    """
    chinese, found, english = _parted(templates.fill(source, values))
    title, body = _title_and_body(source, chinese)
    if not found:
        return Notice(title, body, title, body)
    return Notice(title, body, *_title_and_body(source, english))


def _parted(text: str) -> tuple[str, bool, str]:
    lines = text.splitlines()
    if _SEPARATOR not in lines:
        return text, False, ""
    place = lines.index(_SEPARATOR)
    return "\n".join(lines[:place]), True, "\n".join(lines[place + 1 :])


def _title_and_body(source: templates.Source, text: str) -> tuple[str, str]:
    title, _, body = text.strip().partition("\n")
    if not title:
        raise templates.TemplateFailedError(source.name, "it has no title")
    return title.strip(), body.strip() or title.strip()
