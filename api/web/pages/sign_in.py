"""Signing in and out in a browser, and choosing a language."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from api import auth
from api.access import Open, grant
from api.dependencies import Platform, Visitor
from api.language import COOKIE as LANGUAGE_COOKIE
from api.language import language_of
from api.routers.authentication import set_cookie
from api.web.rendering import render
from api.web.visitors import CheckedForm, PageReader, Posted, safe_back
from engine import api_tokens, sign_in
from engine.errors import EngineError, NotSignedInError, TooManyRequestsError

router = APIRouter(include_in_schema=False)

grant(
    Open.ANYBODY,
    "GET /sign-in",
    "POST /sign-in",
    "POST /language",
    "GET /password",
    "POST /password",
)
grant(Open.SIGNED_IN, "POST /sign-out")

_YEAR = 365 * 24 * 3600


@router.get("/sign-in")
def show_sign_in(
    visitor: Visitor, request: Request, back: Annotated[str, Query()] = "/"
) -> Response:
    """Show the sign-in page."""
    del visitor
    return render(request, "sign_in.html.j2", back=safe_back(back), problem=None)


@router.post("/sign-in")
def submit_sign_in(
    visitor: Visitor, form: Posted, request: Request, platform: Platform
) -> Response:
    """Sign in and go where the person wanted to go."""
    del visitor
    back = safe_back(str(form.get("back", "/")))
    username, password = str(form.get("username", "")), str(form.get("password", ""))
    try:
        with platform.reading() as session:
            actor = sign_in.verify(
                session, username, password, auth.source_of(request)
            )
    except (NotSignedInError, TooManyRequestsError) as error:
        text = error.text.to(language_of(request))
        values: dict[str, Any] = {"back": back, "problem": text}
        return render(request, "sign_in.html.j2", status=401, **values)
    with platform.transaction() as session:
        opened = sign_in.open_session(session, actor)
    response = RedirectResponse(back, 303)
    set_cookie(response, platform, opened)
    return response


@router.get("/password")
def show_password(
    visitor: Visitor, request: Request, token: Annotated[str, Query()] = ""
) -> Response:
    """Show where somebody with a one-time link sets his password."""
    del visitor
    return render(request, "password.html.j2", token=token, problem=None)


@router.post("/password")
def set_password(
    visitor: Visitor, form: Posted, request: Request, platform: Platform
) -> Response:
    """Set the password; the link is worthless afterwards."""
    del visitor
    token, password = str(form.get("token", "")), str(form.get("password", ""))
    try:
        with platform.transaction() as session:
            api_tokens.redeem_link(session, token, password)
    except EngineError as error:
        text = error.text.to(language_of(request))
        values: dict[str, Any] = {"token": token, "problem": text}
        return render(request, "password.html.j2", status=422, **values)
    return RedirectResponse("/sign-in", 303)


@router.post("/sign-out")
def sign_out(
    reader: PageReader, form: CheckedForm, request: Request, platform: Platform
) -> Response:
    """End the session."""
    del reader, form
    with platform.transaction() as session:
        sign_in.end_session(session, request.cookies[auth.COOKIE])
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(auth.COOKIE)
    return response


@router.post("/language")
def choose_language(visitor: Visitor, form: Posted) -> Response:
    """Remember the language in which this browser reads; it changes nothing else."""
    del visitor
    chosen = "en" if form.get("language") == "en" else "zh"
    response = RedirectResponse(safe_back(str(form.get("back", "/"))), 303)
    response.set_cookie(
        LANGUAGE_COOKIE, chosen, max_age=_YEAR, samesite="lax", httponly=True
    )
    return response
