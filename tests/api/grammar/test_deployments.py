"""Deployments over HTTP: all or nothing, with findings that say what to do."""

import io
import zipfile

import pytest

from tests.api.driver import Company
from tests.api.models import NOTE, NOTING, begin, deploy, send
from tests.builders import (
    diagram,
    end,
    flow,
    form,
    gateway,
    line,
    rule,
    script,
    service,
    start,
    task,
)

BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">&d;</definitions>"""
OUTSIDE = b"""<?xml version="1.0"?>
<!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/passwd">]>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">&secret;</definitions>"""
WAITING = diagram(
    "waiting", line(start(), task("UT_wait", duty="plan_approver"), end())
)


def one(*nodes: tuple[str, str]) -> str:
    """Return a diagram of nodes in a row."""
    text: str = diagram("one", line(start(), *nodes, end()))
    return text


def refused(answer) -> list[tuple[str, str | None]]:
    """Return where a refused deployment has errors: file and element."""
    body = answer.json()
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    for finding in body["findings"]:
        assert finding["rule"]
        assert finding["remedy"]
    errors = [f for f in body["findings"] if f["severity"] == "error"]
    return [(f["file"], f["elementId"]) for f in errors]


def deployed(company: Company) -> list[str]:
    return [
        f"{each['processDefinitionId']}:{each['version']}"
        for each in company.admin.search("process-definitions")
    ]


@pytest.mark.parametrize(
    "content",
    [b"no xml", b"<definitions", b"", b"\x00\x01", b"<html/>", BOMB, OUTSIDE],
    ids=["text", "broken off", "empty", "bytes", "html", "bomb", "outside"],
)
def test_what_is_no_bpmn_is_refused(company: Company, content: bytes):
    answer = send(company.admin, bad__bpmn=content)

    assert {file for file, _ in refused(answer)} == {"bad.bpmn"}
    assert "root:" not in answer.text
    assert deployed(company) == []


@pytest.mark.parametrize(
    ("text", "element"),
    [
        (one(task("UT_x", duty="plan_approver", form="UT_nowhere")), "UT_x"),
        (one(task("UT_x", duty="no_such_duty")), "UT_x"),
        (one(rule("BR_x", "no_such_decision")), "BR_x"),
        (one(service("ST_x", "no.such_operation")), "ST_x"),
        (one(script("SC_x", "x = 1 +")), "SC_x"),
        (one(task("UT_x", duty="plan_approver", due="next week")), "UT_x"),
    ],
    ids=["form", "duty", "decision", "operation", "expression", "due"],
)
def test_what_would_fail_later_is_named_now(company: Company, text: str, element: str):
    answer = send(company.admin, text, package="bad")

    assert ("bad_0.bpmn", element) in refused(answer)
    assert deployed(company) == []


def test_one_bad_file_keeps_all_out(company: Company):
    answer = send(company.admin, WAITING, one(rule("BR_x", "nothing")))

    assert refused(answer) == [("test_1.bpmn", "BR_x")]
    assert deployed(company) == []


def test_a_broken_form_is_named(company: Company):
    broken = form(text={"type": "strnig"})

    answer = send(company.admin, NOTING, forms={"UT_note": broken})

    assert {file for file, _ in refused(answer)} == {"UT_note.json"}


@pytest.mark.parametrize("raw", [b"no dmn", b"<definitions/>", BOMB])
def test_a_broken_decision_is_named(company: Company, raw: bytes):
    answer = send(company.admin, WAITING, rates__dmn=raw)

    assert {file for file, _ in refused(answer)} == {"rates.dmn"}
    assert deployed(company) == []


def test_a_trial_stores_nothing(company: Company):
    good = send(company.admin, WAITING, dry_run=True)
    bad = send(company.admin, one(rule("BR_x", "nothing")), dry_run=True)

    assert good.status_code == 200
    assert (good.json()["created"], good.json()["deploymentKey"]) == (False, None)
    assert bad.status_code == 200
    assert bad.json()["findings"][0]["elementId"] == "BR_x"
    assert deployed(company) == []


def test_findings_speak_the_callers_language(company: Company):
    bad = one(rule("BR_x", "nothing"))
    parts = [("resources", ("a.bpmn", bad.encode(), "application/xml"))]

    def words(language: str) -> str:
        headers = {"Accept-Language": language}
        answer = company.admin.call(
            "POST", "/v2/deployments", files=parts, headers=headers
        )
        remedy: str = answer.json()["findings"][0]["remedy"]
        return remedy

    assert words("en").isascii()
    assert not words("zh").isascii()


def test_ids_that_mean_something_elsewhere_run_here(company: Company):
    """Start, End and Root are names like any other, and flows need none."""
    text = diagram(
        "Root",
        line(start("Start"), task("Root_task", duty="plan_approver"), end("End")),
    ).replace(' id="F_Start__Root_task"', "")
    assert text.count("<bpmn:sequenceFlow id=") == 1

    deploy(company.admin, text)
    begin(company.admin, "Root")
    company.wang.complete("Root_task")

    (instance,) = company.admin.search("process-instances")
    passed = [e["elementId"] for e in company.admin.search("element-instances")]
    assert instance["state"] == "COMPLETED"
    assert passed == ["Start", "Root_task", "End"]


def test_gateways_without_names_run(company: Company):
    text = diagram(
        "choice",
        start()[1],
        gateway("GW", default="UT_no")[1],
        task("UT_yes", duty="plan_approver")[1],
        task("UT_no", duty="plan_approver")[1],
        end()[1],
        flow("SE", "GW"),
        flow("GW", "UT_yes", "yes = true"),
        flow("GW", "UT_no"),
        flow("UT_yes", "EE"),
        flow("UT_no", "EE"),
    )
    deploy(company.admin, text)

    begin(company.admin, "choice", yes=True)
    begin(company.admin, "choice", yes=False)

    assert len(company.wang.tasks("UT_yes")) == 1
    assert len(company.wang.tasks("UT_no")) == 1


def test_an_unchanged_deployment_makes_no_version(company: Company):
    first = deploy(company.admin, NOTING, forms={"UT_note": NOTE})

    again = deploy(company.admin, NOTING, forms={"UT_note": NOTE})

    assert (first["created"], again["created"]) == (True, False)
    assert first["deploymentKey"] == again["deploymentKey"]
    assert deployed(company) == ["noting:1"]


def test_versions_stand_side_by_side(company: Company):
    """What runs stays with the version that it began with."""
    deploy(company.admin, WAITING)
    old = begin(company.admin, "waiting")
    deploy(company.admin, WAITING.replace("UT_wait", "UT_wait_longer"))
    new = begin(company.admin, "waiting")

    body = {"processDefinitionId": "waiting", "processDefinitionVersion": 1}
    again = company.admin.ask("POST", "/v2/process-instances", json=body)

    found = {
        each["processInstanceKey"]: each["processDefinitionVersion"]
        for each in company.admin.search("process-instances")
    }
    assert found == {old: 1, new: 2, again["processInstanceKey"]: 1}
    assert len(company.wang.tasks("UT_wait")) == 2
    assert len(company.wang.tasks("UT_wait_longer")) == 1
    latest = company.admin.search("process-definitions", isLatestVersion=True)
    assert [each["version"] for each in latest] == [2]
    company.wang.complete("UT_wait_longer")


def test_the_diagram_comes_back_as_it_was_sent(company: Company):
    deploy(company.admin, WAITING)
    (definition,) = company.admin.search("process-definitions")
    key = definition["processDefinitionKey"]

    answer = company.hou.call("GET", f"/v2/process-definitions/{key}/xml")

    assert answer.content == WAITING.encode()


def archive(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name.replace("__", "."), content)
    return out.getvalue()


def test_an_archive_is_a_package(company: Company):
    deploy(company.admin, all__zip=archive(waiting__bpmn=WAITING.encode()))

    assert deployed(company) == ["waiting:1"]


def test_an_archive_that_is_none(company: Company):
    answer = send(company.admin, all__zip=b"PK no archive")

    assert (answer.status_code, answer.json()["code"]) == (422, "archive-broken")


def test_an_archive_that_unfolds_without_end(company: Company):
    answer = send(company.admin, all__zip=archive(zeros__txt=b"\0" * 30_000_000))

    assert (answer.status_code, answer.json()["code"]) == (413, "archive-too-large")


def test_files_do_not_leave_their_package(company: Company):
    climbing = archive(**{"../../outside__bpmn": WAITING.encode()})

    answer = send(company.admin, all__zip=climbing)

    assert answer.status_code == 422
    assert deployed(company) == []


def test_nothing_at_all_is_no_deployment(company: Company):
    answer = company.admin.call("POST", "/v2/deployments", data={"package": "x"})

    assert answer.status_code == 400
