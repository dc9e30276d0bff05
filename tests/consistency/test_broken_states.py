"""A state that cannot be read: its case shows an incident, the others go on."""

import re

import pytest

from api.access import TABLE
from tests.api.driver import PASSWORD, Company
from tests.api.serving import served
from tests.consistency import breaking
from tests.consistency.cases import CASE, SPEAKER, UNREADABLE, Case, say_hello


@pytest.fixture(scope="module")
def company(bare_template, tmp_path_factory):
    """The sample company with two small processes."""
    with served(bare_template, tmp_path_factory.mktemp("broken") / "data") as house:
        found = Company(house.client)
        for name, text in (("case", CASE), ("speaker", SPEAKER)):
            files = {"resources": (f"{name}.bpmn", text.encode(), "text/xml")}
            found.admin.ask("POST", "/v2/deployments", files=files)
        yield found, house.platform.database


@pytest.fixture
def case(company):
    made = Case(*company)
    assert made.state
    yield made
    admin = made.company.admin
    for left in admin.search("process-instances", state="ACTIVE"):
        path = f"/v2/process-instances/{left['processInstanceKey']}/cancellation"
        admin.ask("POST", path, json={"reason": "over"})


@pytest.mark.parametrize("way", breaking.WAYS)
def test_a_broken_state_is_a_conflict_and_an_incident(case, way):
    completion = f"{case.task()}/completion"
    case.overwrite(breaking.WAYS[way](case.state))

    answer = case.company.zhao.call("POST", completion, json={})

    assert (answer.status_code, answer.json()["code"]) == (409, UNREADABLE)
    (incident,) = case.incidents()
    assert incident["errorType"] == UNREADABLE
    assert "备份" in incident["errorMessage"]
    assert case.shown()["hasIncident"]


def test_looking_at_a_broken_case_is_enough_for_its_incident_and_there_is_one(case):
    case.spoil()

    for _ in range(3):
        answer = case.company.zhao.call("GET", f"{case.task()}/view")
        assert (answer.status_code, answer.json()["code"]) == (409, UNREADABLE)

    assert len(case.incidents()) == 1
    assert "" in case.waiting()


def test_no_route_breaks_over_a_broken_state(case):
    """Every route that names an instance or a task is called on a broken one."""
    task = case.task().rsplit("/", 1)[1]
    case.spoil()
    asked = 0
    for method, path in routes():
        if path.endswith("/cancellation"):
            continue
        place = path.replace("{process_instance_key}", case.key)
        place = place.replace("{user_task_key}", task)

        answer = case.company.zhao.call(method, place, **body_of(method))
        other = case.company.admin.call(method, place, **body_of(method))

        asked += 1
        for each in (answer, other):
            assert each.status_code < 500, f"{method} {path}: {each.text}"
    assert asked > 15


def routes():
    named = re.compile(r"^([A-Z]+) (/v2/\S*\{(?:process_instance|user_task)_key\}\S*)$")
    return [found.groups() for name in TABLE if (found := named.match(name))]


def body_of(method):
    return {} if method in {"GET", "DELETE"} else {"json": {}}


def test_pages_say_what_is_wrong_with_a_broken_case(case):
    task = case.task().rsplit("/", 1)[1]
    case.spoil()
    http, reads = case.company.http, {"headers": {"accept": "text/html"}}
    http.post("/sign-in", data={"username": "zhao", "password": PASSWORD})

    answer, inbox = http.get(f"/tasks/{task}", **reads), http.get("/", **reads)

    http.cookies.clear()
    assert answer.status_code == 409
    assert "状态无法读取" in answer.text
    assert inbox.status_code == 200


def test_another_case_goes_on_beside_a_broken_one(case, company):
    case.spoil()
    other = Case(*company)

    assert case.complete().status_code == 409
    assert other.complete().status_code == 204
    assert case.shown()["state"] == "ACTIVE"


def test_a_restored_state_goes_on_when_its_incident_is_resolved(case):
    case.spoil()
    assert case.complete().status_code == 409
    refused = case.resolve()
    case.overwrite(case.state)

    resolved = case.resolve()

    assert (refused.status_code, refused.json()["code"]) == (409, UNREADABLE)
    assert resolved.status_code == 204
    assert not case.shown()["hasIncident"]
    assert case.complete().status_code == 204
    say_hello(case.company)
    assert case.complete("UT_two").status_code == 204
    assert case.shown()["state"] == "COMPLETED"


def test_a_process_that_still_has_the_state_in_memory_heals_the_case(case):
    database = case.database
    case.company.admin.ask("GET", f"{case.path}/variables")
    hot = database.info["caches"]
    case.spoil()
    assert case.complete().status_code == 409
    case.overwrite(case.state)
    assert database.info["caches"] is hot

    assert case.complete().status_code == 204

    assert case.incidents() == []


def test_a_message_for_a_broken_case_is_kept_and_its_sender_goes_on(case, company):
    case.spoil()
    house, database = company
    speaker = Case(house, database, "speaker")

    assert speaker.complete("UT_speak").status_code == 204

    assert speaker.waiting() == ["UT_after"]
    assert case.waiting() == ["", "CE_hello", "UT_one"]
    case.overwrite(case.state)
    assert case.resolve().status_code == 204
    assert case.waiting() == ["UT_one"]


def test_a_broken_case_can_be_ended_for_good(case):
    case.spoil()
    assert case.complete().status_code == 409

    reason = {"reason": "状态已损坏"}
    case.company.admin.ask("POST", f"{case.path}/cancellation", json=reason)

    assert case.shown()["state"] == "TERMINATED"
    assert not case.shown()["hasIncident"]
    assert (case.waiting(), case.incidents()) == ([], [])
    assert case.company.zhao.tasks(processInstanceKey=case.key) == []
    active = case.company.admin.search(
        "element-instances", processInstanceKey=case.key, state="ACTIVE"
    )
    assert active == []
    assert breaking.chain_holds(case.database, int(case.key))


@pytest.mark.parametrize("seed", range(3))
def test_fuzzed_states_never_break_the_server(case, seed):
    """What can be read under a right seal may be strange; it is never a 500."""
    path = case.task()
    for blob in breaking.mutations(case.state, 40, seed):
        case.overwrite(blob)
        answers = [
            case.company.zhao.call("GET", f"{path}/view"),
            case.company.zhao.call("POST", f"{path}/completion", json={}),
            case.company.admin.call("GET", f"{case.path}/variables"),
        ]
        assert all(answer.status_code < 500 for answer in answers), blob
        if answers[1].is_success:  # the mutation meant nothing; go on with another
            path = renewed(case)


def renewed(case):
    fresh = Case(case.company, case.database)
    case.key, case.__dict__["state"] = fresh.key, fresh.state
    return case.task()
