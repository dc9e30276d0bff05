import pytest

from tests.engine.rig import open_database, seed


@pytest.fixture
def database(tmp_path):
    opened = open_database(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def project(database):
    return seed(database)
