"""R1.1.2 and R1.1.3: who learns of the contract, asked through every route there is."""

from functools import cache
from io import BytesIO

import httpx2
import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from company import sample
from tests.api.driver import Case, Company
from tests.api.serving import House
from tests.api.walk import Asker, keys, routes

AMOUNTS = ("16800000", "168,000", "168000")
FULL_READERS = {"zhao", "sun", "hou"}
CATALOGUE = ("process_definition_key", "decision_definition_key")
EVERYBODY = (*sample.usernames(), "admin")


def words(answer: httpx2.Response) -> str:
    """Return all that somebody can read in an answer, papers included."""
    head = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    return head + _text(answer.content, answer.headers.get("content-type", ""))


@cache
def _text(content: bytes, kind: str) -> str:
    if content.startswith(b"%PDF"):
        pages = PdfReader(BytesIO(content)).pages
        return "".join(page.extract_text() for page in pages)
    if "spreadsheetml" in kind:
        book = load_workbook(BytesIO(content))
        cells = [c.value for sheet in book for row in sheet.iter_rows() for c in row]
        return " ".join(map(str, cells))
    return content.decode("utf-8", "replace")


def learned(
    house: House, company: Company, secrets: tuple[str, ...]
) -> dict[str, list[str]]:
    """Return who learns a secret, and the questions whose answers tell it."""
    # What is the same for every case holds no case's secrets: one of each will do.
    questions, values = routes(house.app), keys(company)
    values |= {kind: values[kind][:1] for kind in CATALOGUE}
    found: dict[str, list[str]] = {}
    for username in EVERYBODY:
        asker = Asker(getattr(company, username))
        for path, answer in asker.answers(questions, values):
            # What was asked for is no news, although problems repeat it.
            heard = words(answer).replace(path, "")
            if any(secret in heard for secret in secrets):
                found.setdefault(username, []).append(path)
    return found


@pytest.fixture
def on_site(sent: Case) -> Case:
    """The project of C-001 with a team on site and a paper of every kind."""
    chen = sent.company.chen
    sent.plan_confirmed(chen)
    sent.return_confirmation()
    sent.confirm_readiness(chen)
    sent.mobilise(chen)
    return sent


def test_the_full_contract_and_its_price_stay_with_three_people(
    on_site: Case, sent_house: House
) -> None:
    """R1.1.2: sales manager, sales director and 侯福龙; administrators are nobody."""
    company = on_site.company
    full = on_site.papers(company.hou)["contract_full"]
    secrets = (
        *AMOUNTS,
        full["documentId"],
        full["contentHash"],
        full["metadata"]["fileName"],
    )

    found = learned(sent_house, company, secrets)

    assert found.keys() == FULL_READERS, {
        name: paths for name, paths in found.items() if name not in FULL_READERS
    }


def test_the_redacted_contract_is_the_sales_managers_until_the_appointment(
    company: Company, house: House
) -> None:
    """R1.1.3: nobody else, not even who will appoint the manager."""
    case = company.open_project("C-001")
    case.register_contract()
    redacted = case.papers(company.zhao)["contract_redacted"]
    secrets = (
        redacted["documentId"],
        redacted["contentHash"],
        redacted["metadata"]["fileName"],
    )

    found = learned(house, company, secrets)

    assert found.keys() == {"zhao"}, {
        name: paths for name, paths in found.items() if name != "zhao"
    }
