"""Tests of the company prove rules of the procedure, too."""

from tests.api.proving import pytest_assertion_pass, pytest_runtest_setup

__all__ = ["pytest_assertion_pass", "pytest_runtest_setup"]  # hooks
