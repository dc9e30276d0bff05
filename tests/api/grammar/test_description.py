"""The description of the API tells clients what answers they have to expect."""

import re

import pytest

from tests.api.driver import JSON, Company

WRONG = [
    ("POST", "/v2/user-tasks/search", {"filter": {"nothing": 1}}),
    ("POST", "/v2/user-tasks/1/completion", {}),
    ("POST", "/v2/customers", {}),
    ("PUT", "/v2/duties", {}),
    ("POST", "/v2/calendar/working-time", {"from": "soon", "duration": "?"}),
]


@pytest.fixture
def described(company: Company) -> JSON:
    """The description as clients fetch it."""
    found: JSON = company.http.get("/openapi.json").json()
    return found


def test_every_operation_describes_its_problems(described: JSON) -> None:
    media = {
        name: set(answer["content"])
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
        for status, answer in operation["responses"].items()
        if status == "default" or int(status) >= 400
        for name in [f"{method} {path} {status}"]
    }

    assert len(media) > len(described["paths"])
    assert {name for name, kinds in media.items() if len(kinds) != 1} == set()
    assert set.union(*media.values()) == {"application/problem+json"}


def test_what_goes_wrong_is_described(company: Company, described: JSON) -> None:
    for method, path, body in WRONG:
        answer = company.chen.call(method, path, json=body)
        pattern = re.sub(r"/\d+/", "/{user_task_key}/", path)
        known = described["paths"][pattern][method.lower()]["responses"]

        assert str(answer.status_code) in known, (method, path)
        assert answer.headers["content-type"] == "application/problem+json"
        required = described["components"]["schemas"]["Problem"]["required"]
        assert set(required) <= answer.json().keys()


def test_every_operation_says_how_one_signs_in(described: JSON) -> None:
    ways = set(described["components"]["securitySchemes"]) - {"signature"}
    unguarded = {
        f"{method.upper()} {path}"
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
        if {way for each in operation["security"] for way in each} != ways
    }

    assert ways == {"basic", "bearer", "cookie"}
    signed = {"POST /v2/issue-tracker/events"}
    assert unguarded - signed == {"GET /v2/status", "POST /v2/authentication/session"}
    event = described["paths"]["/v2/issue-tracker/events"]["post"]
    assert event["security"] == [{"signature": []}]
