"""Who calls is asked first, and anew each time."""

import pytest

from tests.api.driver import PASSWORD

NEW = "another horse battery"
CHANGES = [
    ("POST", "/v2/process-instances"),
    ("POST", "/v2/user-tasks/1/completion"),
    ("PUT", "/v2/duties"),
]


@pytest.mark.parametrize(("method", "path"), CHANGES)
@pytest.mark.parametrize("body", [b"{", b'{"no such member": 1}', b"[]"])
def test_a_stranger_hears_that_he_is_one_not_what_his_body_lacks(
    client, method, path, body
):
    headers = {"Content-Type": "application/json"}

    answer = client.request(method, path, content=body, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in")


def test_somebody_welcome_hears_what_his_body_lacks(company):
    answer = company.zhao.call("POST", "/v2/process-instances", json={"nothing": 1})

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_a_command_does_not_accept_the_old_password_a_moment_longer(company):
    company.zhao.ask("POST", "/v2/service-requests/search", json={})
    body = {"password": NEW, "current": PASSWORD}
    company.zhao.ask("PUT", "/v2/users/zhao/password", json=body)

    answer = company.zhao.call("POST", "/v2/process-instances", json={})

    assert answer.status_code == 401
    company.zhao.password = NEW
    assert company.zhao.ask("GET", "/v2/authentication/me")["username"] == "zhao"


def test_an_account_that_is_off_can_do_nothing_more(company):
    token = company.zhao.ask(
        "POST", "/v2/api-tokens", json={"name": "script", "scopes": ["tasks:read"]}
    )["token"]
    with_token = {"Authorization": f"Bearer {token}"}
    search = "/v2/user-tasks/search"
    http = company.http
    assert http.post(search, json={}, headers=with_token).status_code == 200

    company.admin.ask("PATCH", "/v2/users/zhao", json={"active": False})

    assert company.zhao.call("POST", search, json={}).status_code == 401
    assert http.post(search, json={}, headers=with_token).status_code == 401


def test_an_unanswered_command_leaves_no_transaction_behind(company):
    for _ in range(40):
        company.zhao.call("POST", "/v2/process-instances", json={"nothing": 1})
        company.zhao.call("POST", "/v2/user-tasks/1/completion", json={})

    answer = company.admin.call("POST", "/v2/clock/reset")

    assert answer.status_code == 204
