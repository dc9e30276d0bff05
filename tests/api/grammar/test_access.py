"""Who may knock at which route: every route, every kind of caller."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from api import access
from api.access import Open
from engine import authorization
from engine.authorization import Permission
from tests.api.driver import JSON, Company, Person
from tests.api.serving import House
from tests.api.walk import NAME, Asker

KINDS = {"hp": "customer", "lin": "staff", "zhao": "staff", "admin": "administrator"}
SCOPE = Permission.READ_TASKS

# Not judged by the code that is tested: what these two groups may ask for.
OF_ADMINISTRATORS = {
    "POST /v2/deployments",
    "POST /v2/users",
    "PATCH /v2/users/{username}",
    "PUT /v2/duties",
    "PUT /v2/clock",
    "POST /v2/clock/reset",
    "PUT /v2/calendar/{year}",
    "POST /v2/process-instances/{process_instance_key}/cancellation",
    "POST /v2/process-instances/{process_instance_key}/suspension",
    "POST /v2/process-instances/{process_instance_key}/resumption",
    "POST /v2/incidents/{incident_key}/resolution",
    "PUT /v2/element-instances/{element_instance_key}/variables",
}
OF_THE_COMPANY = {
    "POST /v2/users/search",
    "GET /v2/duties",
    "POST /v2/process-definitions/search",
    "POST /v2/decision-definitions/search",
    "POST /v2/decision-definitions/evaluation",
    "POST /v2/projects",
    "POST /v2/customers",
    "GET /v2/reports/{name}",
    "POST /v2/api-tokens",
}


def routes(app: FastAPI) -> Iterator[tuple[str, str, str]]:
    """Yield (row of the table, method, a path) of every route."""
    for row in access.names(app.routes):
        method, pattern = row.split(" ", 1)
        yield row, method, NAME.sub("1", pattern)


def may(username: str, needs: Permission | Open) -> bool:
    """Tell whether an account of this kind may do what a row asks for."""
    if not isinstance(needs, Permission):
        return True
    groups = {KINDS[username], "staff" if username == "admin" else ""}
    return bool(groups & {str(who) for who in authorization.TABLE[needs]})


def code(answer) -> str:
    is_problem = "problem+json" in answer.headers.get("content-type", "")
    return answer.json()["code"] if is_problem else ""


def call(person: Person, method: str, path: str):
    body: JSON | None = {} if method in {"POST", "PUT", "PATCH"} else None
    return person.call(method, path, json=body)


@pytest.fixture
def api(house: House) -> list[tuple[str, str, str]]:
    return [each for each in routes(house.app) if each[2].startswith("/v2")]


def test_nobody_gets_anything_without_signing_in(house: House, api) -> None:
    open_to_all = {row for row, *_ in api if access.TABLE[row] is Open.ANYBODY}

    answers = {
        row: house.client.request(method, path)
        for row, method, path in api
        if row not in open_to_all
    }

    assert {row for row, a in answers.items() if a.status_code != 401} == set()
    assert {a.headers["www-authenticate"] for a in answers.values()} == {
        'Basic realm="Fuwu", charset="UTF-8"'
    }
    assert open_to_all <= {
        "GET /v2/status",
        "POST /v2/authentication/session",
    }


@pytest.mark.parametrize("username", KINDS)
def test_every_route_is_as_open_as_the_table_says(
    company: Company, api, username: str
) -> None:
    person = getattr(company, username)
    wrong = {}

    for row, method, path in api:
        refused = code(call(person, method, path)) == "permission-missing"
        if refused == may(username, access.TABLE[row]):
            wrong[row] = refused

    assert wrong == {}


def test_what_only_administrators_may(company: Company, api) -> None:
    refused = {
        row
        for row, method, path in api
        if code(call(company.zhao, method, path)) == "permission-missing"
    }

    assert refused >= OF_ADMINISTRATORS
    assert refused & OF_THE_COMPANY == set()


def test_what_no_customer_may(company: Company, api) -> None:
    refused = {
        row
        for row, method, path in api
        if code(call(company.hp, method, path)) == "permission-missing"
    }

    assert refused >= OF_ADMINISTRATORS | OF_THE_COMPANY


def test_a_token_does_no_more_than_its_scopes(
    house: House, company: Company, api
) -> None:
    body = {"name": "reader", "scopes": [SCOPE]}
    made = company.admin.ask("POST", "/v2/api-tokens", json=body)
    bearer = {"Authorization": f"Bearer {made['token']}"}

    wrong = {}
    for row, method, path in api:
        needs = access.TABLE[row]
        if not isinstance(needs, Permission):
            continue
        sent: JSON | None = {} if method in {"POST", "PUT", "PATCH"} else None
        answer = house.client.request(method, path, json=sent, headers=bearer)
        if (code(answer) == "token-scope-missing") == (needs == SCOPE):
            wrong[row] = answer.status_code

    assert wrong == {}


def test_pages_send_strangers_to_the_sign_in(house: House) -> None:
    pages = [each for each in routes(house.app) if not each[2].startswith("/v2")]
    html = {"Accept": "text/html"}

    wrong = {}
    for row, method, path in pages:
        if access.TABLE[row] is Open.ANYBODY:
            continue
        answer = house.client.request(
            method, path, headers=html, follow_redirects=False
        )
        if not answer.headers.get("location", "").startswith("/sign-in"):
            wrong[row] = answer.status_code

    assert wrong == {}


def test_a_cookie_alone_changes_nothing(house: House, company: Company) -> None:
    """Another site can make a browser send the cookie, but not the session's token."""
    cookie = {"Cookie": Asker(company.admin).cookie}
    wrong = {}

    for row, method, path in routes(house.app):
        if method == "GET" or access.TABLE[row] in {Open.ANYBODY, Open.SIGNED}:
            continue
        answer = house.client.request(method, path, json={}, headers=cookie)
        if (answer.status_code, code(answer)) != (403, "csrf-token-wrong"):
            wrong[row] = answer.status_code

    assert wrong == {}


def test_a_cookie_with_its_token_is_enough(house: House, company: Company) -> None:
    asker = Asker(company.wang)
    headers = {"Cookie": asker.cookie, "X-CSRF-Token": asker.csrf}

    answer = house.client.post("/v2/user-tasks/search", json={}, headers=headers)

    assert answer.status_code == 200


def test_a_route_without_a_row_stops_the_start() -> None:
    app = FastAPI()

    @app.get("/v2/forgotten")
    def forgotten() -> None:
        """Answer anybody."""

    with pytest.raises(RuntimeError, match="GET /v2/forgotten"):
        access.check_complete(app)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Basic !!!", "credentials-malformed"),
        ("Basic bm8tY29sb24=", "credentials-malformed"),
        ("Digest abc", "credentials-malformed"),
        ("Basic aG91Ondyb25n", "sign-in-failed"),
        ("Basic bm9ib2R5OndhdA==", "sign-in-failed"),
        ("Bearer fuwu_nonsense", "token-refused"),
    ],
)
def test_what_does_not_prove_who_one_is(house: House, header, expected) -> None:
    answer = house.client.get(
        "/v2/authentication/me", headers={"Authorization": header}
    )

    assert (answer.status_code, code(answer)) == (401, expected)


def test_guessing_passwords_is_slowed_down(company: Company) -> None:
    guesser = Person(company.http, "hou", "guess")

    answers = [guesser.call("GET", "/v2/authentication/me") for _ in range(11)]

    assert [a.status_code for a in answers] == [401] * 10 + [429]
    assert int(answers[-1].headers["retry-after"]) > 60
