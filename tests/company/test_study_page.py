"""Every user is asked on the pages to study the procedure, until he has (R0.3)."""

import re

import pytest
from starlette.testclient import TestClient

from tests.api.driver import PASSWORD, Company


def sign_in(client: TestClient, username: str, language: str) -> None:
    client.headers["Accept-Language"] = language
    form = {"username": username, "password": PASSWORD, "back": "/"}
    assert client.post("/sign-in", data=form).status_code == 200


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("language", "asked", "words"),
    [
        ("zh-CN", "您尚未确认学习项目服务流程", "由侯福龙、王立民指定项目实施经理"),
        ("en", "You have not acknowledged the service procedure", "Foreword"),
    ],
)
def test_banner_stays_until_the_procedure_is_acknowledged(
    company: Company, client: TestClient, language: str, asked: str, words: str
) -> None:
    """R0.3: a banner, no block; gone when acknowledged, back with a new version."""
    sign_in(client, "chen", language)
    assert asked in client.get("/").text
    page = client.get("/procedure").text
    assert words in page
    form = {"csrf": field(page, "csrf"), "version": field(page, "version")}
    late = client.post("/procedure/acknowledgement", data={**form, "version": "1999"})
    assert late.status_code == 409

    client.post("/procedure/acknowledgement", data=form)

    assert asked not in client.get("/").text
    standing = company.hou.ask("GET", "/v2/procedure/acknowledgements")
    assert "chen" not in standing["missing"]
    client.cookies.clear()
    book = company.admin.ask("GET", "/v2/duties")["configuration"]
    book["procedure"]["version"] = "2027-01-01"
    company.admin.ask("PUT", "/v2/duties", json=book)
    sign_in(client, "chen", language)
    assert asked in client.get("/").text


def test_customers_are_not_asked(company: Company, client: TestClient) -> None:
    """R0.3: the procedure is the staff's; a customer gets neither banner nor page."""
    sign_in(client, "hp", "zh-CN")

    assert "尚未确认" not in client.get("/").text
    assert client.get("/procedure").status_code == 403
    missing = company.hou.ask("GET", "/v2/procedure/acknowledgements")["missing"]
    assert "hp" not in missing
