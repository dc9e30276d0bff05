"""Who looks at a page: a signed-in browser, or one that has to sign in first."""

from collections.abc import AsyncIterator
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from api import access, auth
from api.language import speaking
from api.web.navigation import menu_counts
from api.web.reader import Reader
from company import acknowledgements
from engine import sign_in
from engine.database import Database
from engine.errors import NotSignedInError
from engine.sign_in import SignedIn


class SignInFirst(Exception):  # noqa: N818 - no failure: the browser is sent elsewhere
    """The page is for somebody who is signed in."""

    def __init__(self, back: str) -> None:
        super().__init__("sign in first")
        self.response = RedirectResponse(f"/sign-in?back={quote(back)}", 303)


def _reader(request: Request) -> Reader:
    database: Database = request.app.state.database
    token = request.cookies.get(auth.COOKIE)
    back = request.url.path if request.method == "GET" else "/"
    if token is None:
        raise SignInFirst(back)
    try:
        with database.reading() as session:
            signed_in = sign_in.of_session(session, token)
            counts = menu_counts(session, signed_in.actor)
            study = acknowledgements.to_study(session, signed_in.actor)
    except NotSignedInError as error:
        raise SignInFirst(back) from error
    access.require(request, signed_in.actor)
    actor = speaking(request, signed_in.actor)
    request.state.actor = actor
    reader = Reader(actor, signed_in.csrf_token, counts, study)
    request.state.reader = reader
    return reader


PageReader = Annotated[Reader, Depends(_reader)]


async def _posted(request: Request) -> AsyncIterator[FormData]:
    """Read the form before anything begins; its files are closed afterwards."""
    async with request.form(max_fields=5000) as form:
        yield form


Posted = Annotated[FormData, Depends(_posted)]


def _checked(reader: PageReader, form: Posted, request: Request) -> FormData:
    """Return the form of a page of this very session."""
    sent = request.headers.get(auth.CSRF_HEADER) or str(form.get("csrf", ""))
    sign_in.require_csrf(SignedIn(reader.actor, reader.csrf), sent)
    return form


CheckedForm = Annotated[FormData, Depends(_checked)]


def safe_back(path: str) -> str:
    """Return a path of this site, whatever was asked for."""
    inside = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if inside else "/"
