"""One server for the tests of a file; each test has processes of its own."""

import pytest

from tests.api.driver import Company
from tests.api.serving import START, served


@pytest.fixture(scope="module")
def house(bare_template, tmp_path_factory):
    with served(bare_template, tmp_path_factory.mktemp("versions") / "data") as opened:
        yield opened


@pytest.fixture(scope="module")
def company(house):
    found = Company(house.client)
    found.set_clock(START)
    return found
