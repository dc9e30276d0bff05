"""Projects that have got somewhere, a fresh copy for each test."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import httpx2
import pytest

from tests.api.driver import Case, Company
from tests.api.interrupting import Interrupting
from tests.api.proving import pytest_assertion_pass, pytest_runtest_setup
from tests.api.serving import START, House, Template, served

__all__ = ["pytest_assertion_pass", "pytest_runtest_setup"]  # hooks


def _send_documents(company: Company) -> None:
    company.open_project("C-001").to_documents_sent()


@pytest.fixture
def company(house: House) -> Company:
    """The sample company on its first day, with a server that restarts somewhere."""
    found = Company(cast("httpx2.Client", Interrupting(house)))
    found.set_clock(START)
    return found


@pytest.fixture(scope="session")
def sent_template(
    template: Template, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Template]:
    """陈刚 has sent the three documents of the project of C-001 (background B2)."""
    made = template.advanced(tmp_path_factory.mktemp("sent"), _send_documents)
    yield made
    made.drop()


@pytest.fixture
def sent_house(sent_template: Template, tmp_path: Path) -> Iterator[House]:
    """The server of `sent`."""
    with served(sent_template, tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def sent(sent_house: House) -> Case:
    """The project of C-001 whose three documents are with the customer."""
    company = Company(cast("httpx2.Client", Interrupting(sent_house)))
    (project,) = company.zhao.search("projects")
    return Case(company, company.customer("C-001"), project["projectNo"])
