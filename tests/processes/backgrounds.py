"""Backgrounds B3 to B6 of the scenarios, each reached once by the API alone.

Reaching them takes dozens of requests, so a session reaches each once for a customer
and tests are served a copy of the installation in which it was reached.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import cast

import httpx2
import pytest

from tests.api.driver import Company
from tests.api.interrupting import Interrupting
from tests.api.project_driver import Project, at
from tests.api.serving import START, Template, served

Begin = Callable[[str, str], Project]
ACCEPTED = date(2026, 5, 15)
# A busy machine may render a paper for longer than a person would like to wait.
PATIENT = {"answer_wait_seconds": 30}


@dataclass(frozen=True)
class Background:
    """An installation in which a project stands somewhere."""

    template: Template
    project_no: str


class Backgrounds:
    """The backgrounds that a session has reached so far."""

    def __init__(self, template: Template, folder: Path) -> None:
        self._bare = Background(template, "")
        self._folder = folder
        self._reached: dict[tuple[str, str], Background] = {}

    @contextmanager
    def project(self, name: str, customer: str, folder: Path) -> Iterator[Project]:
        """Serve a copy of a background; yield the customer's project in it."""
        background = self.reach(name, customer)
        with served(background.template, folder, **PATIENT) as house:
            company = Company(cast("httpx2.Client", Interrupting(house)))
            project = _project(company, customer, background.project_no)
            project.house = house
            yield project

    def reach(self, name: str, customer: str) -> Background:
        """Return a background; the way to it is gone where nobody has been yet."""
        place = name, customer
        if place not in self._reached:
            self._reached[place] = self._go(name, customer)
        return self._reached[place]

    def drop(self) -> None:
        """Give databases back."""
        for background in self._reached.values():
            background.template.drop()

    def _go(self, name: str, customer: str) -> Background:
        before, go = _WAYS[name]
        start = self.reach(before, customer) if before else self._bare
        folder = self._folder / f"{name}-{customer}"
        grown = start.template.cloned(folder)
        with grown.reopened() as house:
            company = Company(house.client)
            if start.project_no:
                project = _project(company, customer, start.project_no)
            else:
                company.set_clock(START)
                opened = company.open_project(customer)
                project = _project(company, customer, opened.project_no)
            go(project)
        return Background(grown, project.project_no)


def _project(company: Company, customer: str, number: str) -> Project:
    return Project(company, company.customer(customer), number)


def _to_opening(_: Project) -> None:
    """The project is there; nothing has been done in it."""


def _to_site(project: Project) -> None:
    project.prepare()


def _to_service(project: Project) -> None:
    project.arrange_work()
    project.company.set_clock(at(ACCEPTED.isoformat()))
    project.declare_complete()
    project.accept(ACCEPTED)


def _to_expiry(project: Project) -> None:
    (period,) = project.listed("service-periods")
    project.company.set_clock(at(period["endOn"]))


def _to_lapsed(project: Project) -> None:
    project.decide_renewal("not_purchased")


_WAYS: dict[str, tuple[str, Callable[[Project], None]]] = {
    "opened": ("", _to_opening),
    "on site": ("opened", _to_site),
    "in service": ("on site", _to_service),
    "expired": ("in service", _to_expiry),
    "lapsed": ("expired", _to_lapsed),
}


@pytest.fixture(scope="session")
def backgrounds(
    template: Template, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Backgrounds]:
    """The backgrounds that the scenarios have reached so far."""
    found = Backgrounds(template, tmp_path_factory.mktemp("backgrounds"))
    yield found
    found.drop()


@pytest.fixture
def begin(backgrounds: Backgrounds, tmp_path: Path) -> Iterator[Begin]:
    """Begin a scenario: ``begin("on site", "C-001")`` gives the project."""
    with ExitStack() as servers:

        def serve(name: str, customer: str) -> Project:
            folder = tmp_path / f"{name}-{customer}"
            project = backgrounds.project(name, customer, folder)
            return servers.enter_context(project)

        yield serve
