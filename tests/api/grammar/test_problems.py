"""What a refusal looks like: RFC 9457, in the caller's language, without innards."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.api.driver import Company
from tests.api.models import noting
from tests.api.serving import House
from tests.api.walk import NAME, routes

FIRST_CHINESE = 0x2E80
MEMBERS = {"type", "title", "status", "detail", "instance", "code", "traceId"}


def test_a_problem_says_all_that_a_program_needs(company: Company) -> None:
    answer = company.hou.call("GET", "/v2/projects/KB-1999-001")

    body = answer.json()
    assert answer.status_code == body["status"] == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(body) == MEMBERS
    assert body["type"] == "urn:fuwu:problem:project-not-found"
    assert body["code"] == "project-not-found"
    assert body["instance"] == "/v2/projects/KB-1999-001"
    assert len(body["traceId"]) == 16


def test_each_problem_has_a_trace_id_of_its_own(company: Company) -> None:
    one, other = (company.hou.call("GET", "/v2/users/nobody") for _ in range(2))

    assert one.json()["traceId"] != other.json()["traceId"]


@pytest.mark.parametrize(
    ("accepted", "title"),
    [
        ("", "未找到"),
        ("zh-CN,zh;q=0.9,en;q=0.5", "未找到"),
        ("en-GB,en;q=0.9", "Not found"),
        ("de,en;q=0.5", "Not found"),
        ("de", "未找到"),
    ],
)
def test_problems_speak_the_language_that_is_asked_for(
    company: Company, accepted: str, title: str
) -> None:
    headers = {"Accept-Language": accepted}

    answer = company.hou.call("GET", "/v2/users/nobody", headers=headers)

    assert answer.json()["title"] == title


def test_errors_of_a_form_point_at_each_field(company: Company) -> None:
    key = noting(company)
    path = f"/v2/user-tasks/{key}/completion"
    headers = {"Accept-Language": "en"}

    answer = company.wang.call("POST", path, json={"variables": {}}, headers=headers)

    problems = answer.json()["errors"]
    assert answer.status_code == 422
    assert {p["pointer"] for p in problems} == {"/text", "/approved"}
    assert all(set(p) == {"pointer", "code", "message"} for p in problems)
    assert not any(ord(c) >= FIRST_CHINESE for p in problems for c in p["message"])


@pytest.mark.parametrize("path", ["/v2/no-such-thing", "/no-such-page"])
def test_what_is_not_there_is_a_problem_too(company: Company, path: str) -> None:
    answer = company.hou.call("GET", path)

    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


def test_a_method_that_a_path_has_not(company: Company) -> None:
    answer = company.hou.call("DELETE", "/v2/topology")

    assert (answer.status_code, answer.json()["code"]) == (405, "method-not-allowed")
    assert answer.headers["allow"] == "GET"


def test_a_bug_of_ours_stays_ours(house: House, company: Company) -> None:
    """Whatever breaks, no line of it leaves the server."""

    @house.app.get("/v2/broken")
    def broken() -> None:
        raise RuntimeError("secret details of a bug")

    with capture_logs() as logged:
        answer = company.hou.call("GET", "/v2/broken")

    body = answer.json()
    assert (answer.status_code, body["code"]) == (500, "internal-error")
    assert [entry["trace_id"] for entry in logged] == [body["traceId"]]
    assert "secret details" not in answer.text
    assert "Traceback" not in answer.text


WEIRD_KEYS = ("0", "-1", "abc", "9" * 30, "１２", "%00", "a" * 3000)
WEIRD_BODIES: tuple[Any, ...] = (
    None,
    [],
    "text",
    17,
    {"filter": 5},
    {"filter": {"key": {"$in": []}}},
    {"variables": []},
    {"variables": {"x": "\x00"}, "text": "\x00", "name": "\x00"},
    {"page": {"limit": -1}},
    {"page": {"after": "nonsense"}},
)


def test_no_weird_key_breaks_anything(house: House, company: Company) -> None:
    broken = [
        f"{question.path} with {key[:20]}"
        for question in routes(house.app)
        if NAME.search(question.path)
        for key in WEIRD_KEYS
        if company.admin.call(
            question.method, NAME.sub(key, question.path), json={}
        ).status_code
        >= 500
    ]

    assert broken == []


def test_no_weird_body_breaks_anything(house: House, company: Company) -> None:
    schema = house.app.openapi()["paths"]
    broken = []

    for pattern, operations in schema.items():
        for method in operations.keys() & {"post", "put", "patch"}:
            for body in WEIRD_BODIES:
                path = NAME.sub("1", pattern)
                answer = company.admin.call(method.upper(), path, json=body)
                if answer.status_code >= 500:
                    broken.append(f"{method} {pattern} {body}")

    assert broken == []
