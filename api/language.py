"""Which language a caller reads: his choice, else what the client asks for."""

from starlette.requests import Request

from engine.errors import Language

COOKIE = "fuwu_language"


def language_of(request: Request) -> Language:
    """Return ``zh`` unless the cookie or ``Accept-Language`` prefers English."""
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
    return "zh"
