"""Several people at once on a real server: nothing is lost, nobody is overruled."""

import copy
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx2
import pytest
import uvicorn

from api.app import create_app
from api.platform import open_platform
from tests.api.driver import PASSWORD, Company
from tests.api.serving import settings_for
from tests.builders import diagram, end, gateway, line, start, task

PEOPLE = ("zhao", "chen", "lin")
THREE = diagram(
    "three",
    line(start(), gateway("GW_fork", "parallelGateway")),
    *(
        line(
            ("GW_fork", ""),
            task(f"UT_{name}", duty=f'="user:{name}"'),
            ("GW_join", ""),
        )
        for name in PEOPLE
    ),
    line(
        gateway("GW_join", "parallelGateway"), task("UT_check", duty="checkers"), end()
    ),
)


@contextmanager
def listening(platform):
    """Serve on a free port; yield the address."""
    config = uvicorn.Config(create_app(platform), port=0, log_level="error")
    server, listener = uvicorn.Server(config), config.bind_socket()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def company(bare_template, tmp_path_factory):
    """The sample company behind uvicorn, with two administrators and one process."""
    folder = tmp_path_factory.mktemp("at_once") / "data"
    with (
        bare_template.copied(folder) as url,
        listening(open_platform(settings_for(folder, url))) as address,
        httpx2.Client(base_url=address, timeout=60) as http,
    ):
        found = Company(http)
        second = {"username": "second", "name": "Second", "password": PASSWORD}
        found.admin.ask("POST", "/v2/users", json={**second, "administrator": True})
        put_checkers(found.admin, "user:zhao")
        files = {"resources": ("three.bpmn", THREE.encode(), "text/xml")}
        found.admin.ask("POST", "/v2/deployments", files=files)
        yield found


def duties(administrator):
    """The configuration in force, and its version."""
    found = administrator.ask("GET", "/v2/duties")
    return found["configuration"], found["version"]


def with_checkers(configuration, *members):
    changed = copy.deepcopy(configuration)
    checkers = {"title": "检查", "mode": "any", "members": list(members)}
    changed["duties"]["checkers"] = checkers
    return changed


def put_checkers(administrator, *members):
    configuration, _ = duties(administrator)
    changed = with_checkers(configuration, *members)
    return administrator.ask("PUT", "/v2/duties", json=changed)


def at_once(*actions):
    """Do the actions in threads that begin together; return their answers."""
    barrier = threading.Barrier(len(actions))

    def begin(action):
        barrier.wait()
        return action()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(begin, actions))


def begin(company):
    """A new case, and how to complete the task of each of the three."""
    body = {"processDefinitionId": "three"}
    key = company.admin.ask("POST", "/v2/process-instances", json=body)[
        "processInstanceKey"
    ]
    return key, [completing(company, key, name) for name in PEOPLE]


def completing(company, key, name):
    person = getattr(company, name)
    found = person.task(f"UT_{name}", processInstanceKey=key)
    path = f"/v2/user-tasks/{found['userTaskKey']}/completion"
    return lambda: person.call("POST", path, json={"variables": {f"by_{name}": name}})


def completed(company, key):
    history = company.admin.ask("GET", f"/v2/process-instances/{key}/history")
    return [each for each in history["items"] if each["event"] == "TaskCompleted"]


def test_three_people_on_parallel_tasks_of_one_case_lose_nothing(company):
    for _ in range(8):
        key, actions = begin(company)

        answers = at_once(*actions)

        assert [answer.status_code for answer in answers] == [204] * 3
        data = company.admin.ask("GET", f"/v2/process-instances/{key}/variables")
        assert data == {f"by_{name}": name for name in PEOPLE}
        assert len(completed(company, key)) == 3
        assert company.zhao.task("UT_check", processInstanceKey=key)


def test_one_task_completed_by_several_requests_at_once_is_completed_once(company):
    for _ in range(4):
        key, (action, *_) = begin(company)

        answers = at_once(action, action, action)

        assert sorted(answer.status_code for answer in answers) == [204, 409, 409]
        assert len(completed(company, key)) == 1


def test_new_duties_move_open_tasks_and_stand_in_the_journal(company):
    put_checkers(company.admin, "user:zhao")
    key, actions = begin(company)
    at_once(*actions)
    ours = {"processInstanceKey": key}
    assert company.zhao.task("UT_check", **ours)

    replaced = put_checkers(company.admin, "user:chen")

    assert replaced["tasksChanged"] >= 1
    assert company.zhao.tasks("UT_check", **ours) == []
    found = company.chen.task("UT_check", **ours)
    history = company.admin.ask("GET", f"/v2/process-instances/{key}/history")
    (noted,) = [e for e in history["items"] if e["event"] == "TaskReassigned"]
    assert noted["actor"] == "admin"
    company.chen.answer(found["userTaskKey"], {})
    state = company.admin.ask("GET", f"/v2/process-instances/{key}")["state"]
    assert state == "COMPLETED"


def test_of_two_administrators_at_once_the_slower_one_is_told(company):
    for _ in range(5):
        configuration, version = duties(company.admin)
        tag = {"If-Match": f'"{version}"'}

        def putting(person, member, before=configuration, tag=tag):
            changed = with_checkers(before, member)
            return lambda: person.call("PUT", "/v2/duties", json=changed, headers=tag)

        answers = at_once(
            putting(company.admin, "user:zhao"), putting(company.second, "user:lin")
        )

        assert sorted(answer.status_code for answer in answers) == [200, 412]
        (late,) = [answer for answer in answers if answer.status_code == 412]
        assert late.json()["code"] == "duties-changed"
        assert duties(company.admin)[1] == version + 1


def test_duties_change_while_people_complete_and_nobody_is_refused(company):
    put_checkers(company.admin, "user:zhao")
    for member in ("user:chen", "user:lin", "user:zhao", "user:chen") * 2:
        key, actions = begin(company)
        changed = with_checkers(duties(company.admin)[0], member)

        answers = at_once(
            *actions, lambda c=changed: company.second.call("PUT", "/v2/duties", json=c)
        )

        assert [answer.status_code for answer in answers] == [204, 204, 204, 200]
        (check,) = company.admin.tasks("UT_check", processInstanceKey=key)
        assert check["candidateUsers"] == [member.removeprefix("user:")]
