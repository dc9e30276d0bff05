"""The procedure to study, and the word that one has studied it (R0.3)."""

from itertools import groupby

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.access import grant
from api.dependencies import Platform
from api.web.rendering import render
from api.web.visitors import CheckedForm, PageReader
from company import acknowledgements, procedure
from engine import cache
from engine.authorization import Permission

router = APIRouter(include_in_schema=False)

grant(
    Permission.READ_PROCEDURE,
    "GET /procedure",
    "POST /procedure/acknowledgement",
)


@router.get("/procedure")
def show_procedure(
    reader: PageReader, request: Request, platform: Platform
) -> Response:
    """Show the rules, section by section."""
    with platform.reading() as session:
        version = acknowledgements.version(session)
        now = cache.now(session)
    sections = [
        (section, [(rule.clause, rule.text.to(reader.actor.language)) for rule in rules])
        for section, rules in groupby(procedure.rules(), lambda rule: rule.section)
    ]
    return render(
        request,
        "procedure.html.j2",
        reader=reader,
        version=version,
        sections=sections,
        business_now=now,
    )


@router.post("/procedure/acknowledgement")
def acknowledge(
    reader: PageReader, form: CheckedForm, platform: Platform
) -> Response:
    """Note that the reader has studied the version that the page showed him."""
    with platform.transaction() as session:
        read = str(form.get("version", ""))
        acknowledgements.acknowledge(session, reader.actor, read)
    return RedirectResponse("/procedure", 303)
