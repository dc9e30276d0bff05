"""What a command does to the process, no test finds after it."""

import pytest
import structlog


@pytest.fixture(autouse=True)
def _log_as_before():
    """A command sends log lines to the standard error of the test that called it."""
    yield
    structlog.reset_defaults()
