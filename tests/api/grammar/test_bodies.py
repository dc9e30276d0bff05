"""What may be sent: JSON of the described shape, and not too much of it."""

import pytest

from tests.api.driver import Company, pdf
from tests.api.models import noting
from tests.api.serving import House, served

SEARCH = "/v2/user-tasks/search"
JSON_TYPE = {"Content-Type": "application/json"}


@pytest.mark.parametrize("raw", [b"{", b"{'a': 1}", b"\xff\xfe", b"{}}"])
def test_a_body_that_is_no_json(company: Company, raw: bytes) -> None:
    answer = company.hou.call("POST", SEARCH, content=raw, headers=JSON_TYPE)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-json")


def test_json_that_nests_too_deep(company: Company) -> None:
    deep = b'{"filter": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"

    answer = company.hou.call("POST", SEARCH, content=deep, headers=JSON_TYPE)

    assert answer.status_code == 400


def test_a_body_of_another_media_type(company: Company) -> None:
    xml = {"Content-Type": "application/xml"}

    answer = company.hou.call("POST", SEARCH, content=b"<a/>", headers=xml)

    assert (answer.status_code, answer.json()["code"]) == (
        415,
        "unsupported-media-type",
    )


def test_a_member_that_is_not_described(company: Company) -> None:
    answer = company.hou.call("POST", SEARCH, json={"filtre": {}})

    body = answer.json()
    assert (answer.status_code, body["code"]) == (400, "malformed")
    assert [p["pointer"] for p in body["errors"]] == ["/filtre"]


def test_a_member_of_the_wrong_type(company: Company) -> None:
    answer = company.hou.call("POST", SEARCH, json={"page": {"limit": "many"}})

    assert answer.status_code == 400
    assert [p["pointer"] for p in answer.json()["errors"]] == ["/page/limit"]


@pytest.mark.parametrize(
    "body",
    [
        {"filter": {"colour": "red"}},
        {"filter": {"state": {"$regex": "C.*"}}},
        {"filter": {"state": "OPENED"}},
        {"filter": {"userTaskKey": "abc"}},
        {"filter": {"userTaskKey": "9" * 30}},
        {"filter": {"dueDate": {"$lt": "yesterday"}}},
        {"sort": [{"field": "colour"}]},
        {"sort": [{"field": "dueDate", "order": "SIDEWAYS"}]},
        {"page": {"limit": 1001}},
        {"page": {"limit": 0}},
        {"page": {"after": "###"}},
    ],
)
def test_a_search_that_is_not_of_the_grammar(company: Company, body) -> None:
    """Never an empty 200 that looks as if there were nothing."""
    answer = company.hou.call("POST", SEARCH, json=body)

    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "resource",
    [
        "users",
        "customers",
        "projects",
        "process-definitions",
        "decision-definitions",
        "process-instances",
        "element-instances",
        "incidents",
        "messages",
        "message-subscriptions",
        "service-requests",
    ],
)
def test_every_search_refuses_what_it_does_not_know(
    company: Company, resource: str
) -> None:
    path = f"/v2/{resource}/search"

    unknown = company.admin.call("POST", path, json={"filter": {"colour": "red"}})
    empty = company.admin.call("POST", path, json={})

    assert unknown.status_code == 400
    assert set(empty.json()) == {"items", "page"}
    assert set(empty.json()["page"]) == {
        "totalItems",
        "hasMoreTotalItems",
        "startCursor",
        "endCursor",
    }


def test_a_json_body_beyond_the_limit(company: Company) -> None:
    key = noting(company)
    body = {"variables": {"text": "x" * 2_000_000, "approved": True}}

    answer = company.wang.call("POST", f"/v2/user-tasks/{key}/completion", json=body)

    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    assert company.wang.task("UT_note")["userTaskKey"] == key


def pieces(count: int, size: int = 65536):
    """Yield a body piece by piece, so that nobody knows its length before."""
    for _ in range(count):
        yield b"x" * size


def test_a_streamed_json_body_beyond_the_limit(company: Company) -> None:
    """Without Content-Length the bytes are counted while they come."""
    answer = company.hou.call("POST", SEARCH, content=pieces(20), headers=JSON_TYPE)

    assert "content-length" not in answer.request.headers
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


@pytest.fixture
def narrow(bare_template, tmp_path):
    """A house in which uploads may have 100 kB."""
    with served(bare_template, tmp_path / "data", max_upload_bytes=100_000) as house:
        yield Company(house.client)


def test_an_upload_beyond_the_limit(narrow: Company) -> None:
    files = {"file": ("big.pdf", pdf("x") + b"%" * 300_000, "application/pdf")}

    answer = narrow.hou.call("POST", "/v2/documents", files=files)

    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


def test_a_file_just_beyond_the_limit(narrow: Company) -> None:
    """The request passes with its overhead; the file itself does not."""
    files = {"file": ("big.pdf", pdf("x") + b"%" * 100_000, "application/pdf")}

    answer = narrow.hou.call("POST", "/v2/documents", files=files)

    assert (answer.status_code, answer.json()["code"]) == (
        413,
        "document-too-large",
    )


def test_a_streamed_upload_beyond_the_limit(narrow: Company, house: House) -> None:
    boundary = b"----frontier"
    head = (
        b"--" + boundary + b'\r\nContent-Disposition: form-data; name="file"; '
        b'filename="big.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
    )

    def body():
        yield head
        yield from pieces(20)

    answer = narrow.hou.call(
        "POST",
        "/v2/documents",
        content=body(),
        headers={"Content-Type": f"multipart/form-data; boundary={boundary.decode()}"},
    )

    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    assert list((house.settings.data / "documents").rglob("*.part")) == []


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"paper": ("a.pdf", b"%PDF-1.4", "application/pdf")},
    ],
)
def test_an_upload_without_its_file(company: Company, files) -> None:
    answer = company.hou.call("POST", "/v2/documents", files=files or None)

    assert answer.status_code in {400, 415}
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_contact_without_an_account(company: Company) -> None:
    people = [{"name": "吴敏", "username": ""}]
    body = {"number": "C-900", "name": "新客户", "agent": "", "contacts": people}

    made = company.admin.ask("POST", "/v2/customers", json=body)

    assert made["agent"] is None
    assert made["contacts"][0]["username"] is None


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v2/messages/publication", {"name": "M", "timeToLive": 10**30}),
        ("PUT", "/v2/clock", {"timestamp": 10**30}),
    ],
)
def test_numbers_that_no_column_holds(
    company: Company, method: str, path: str, body: dict[str, object]
) -> None:
    answer = company.admin.call(method, path, json=body)

    assert answer.status_code == 400
    assert [each["pointer"] for each in answer.json()["errors"]] == [
        f"/{next(name for name in body if name != 'name')}"
    ]
