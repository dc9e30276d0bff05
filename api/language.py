"""Which language a caller reads: his choice, else what the client asks for."""

from dataclasses import replace

from starlette.requests import Request

from engine.authorization import Actor
from engine.errors import Language

COOKIE = "fuwu_language"


def language_of(request: Request, default: str = "zh") -> Language:
    """Return what the cookie says, else ``Accept-Language``, else ``default``."""
    chosen = request.cookies.get(COOKIE)
    if chosen in {"zh", "en"}:
        return "en" if chosen == "en" else "zh"
    accepted = request.headers.get("accept-language", "")
    for part in accepted.split(","):
        tag = part.split(";")[0].strip().lower()
        if tag.startswith("zh"):
            return "zh"
        if tag.startswith("en"):
            return "en"
    return "en" if default == "en" else "zh"


def speaking(request: Request, actor: Actor) -> Actor:
    """Return the actor with the language in which he reads this answer."""
    return replace(actor, language=language_of(request, actor.language))
