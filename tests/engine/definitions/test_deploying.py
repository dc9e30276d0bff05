"""Deploying packages: versions, findings, pins."""

import json

import pytest
from sqlalchemy import select

from engine import cache, definitions, instances, user_tasks
from engine.authorization import PermissionMissingError
from engine.runtime import SourceFile
from engine.schema import (
    Deployment,
    ProcessDefinition,
    Resource,
    StartSubscription,
)
from tests import builders
from tests.builders import (
    ADMIN,
    call,
    diagram,
    end,
    line,
    message,
    person,
    rule,
    start,
    task,
)

ONE = diagram("one", line(start(), task("UT_a", duty="clerk", form="UT_a"), end()))
FORMS = {"UT_a": {"note": {"type": "string"}}}
DECISION = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="D" name="D"
 namespace="urn:test"><decision id="fee" name="Fee"><variable name="fee"/>
<literalExpression><text>%s</text></literalExpression></decision></definitions>"""
ASKING = diagram(
    "asking",
    line(start(), rule("BR", "fee"), task("UT_pay", duty="clerk"), end()),
)


def versions(world, process_id):
    with world.transaction() as session:
        return session.scalars(
            select(ProcessDefinition.version)
            .where(ProcessDefinition.process_id == process_id)
            .order_by(ProcessDefinition.version)
        ).all()


def test_an_unchanged_package_is_not_deployed_again(world):
    first = world.deploy(ONE, forms=FORMS)
    second = world.deploy(ONE, forms=FORMS)

    assert (first.created, second.created) == (True, False)
    assert first.deployment.key == second.deployment.key
    assert versions(world, "one") == [1]


def test_contents_are_stored_once(world):
    world.deploy(ONE, forms=FORMS)
    world.deploy(ONE.replace("UT_a", "UT_a"), forms=FORMS, package="other")

    with world.transaction() as session:
        assert len(session.scalars(select(Resource.digest)).all()) == 2


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        (ONE.replace('name="UT_a"', 'name="Anders"'), FORMS),
        (ONE, {"UT_a": {"note": {"type": "integer"}}}),
    ],
    ids=["diagram", "form"],
)
def test_a_changed_file_makes_a_new_version(world, text, forms):
    world.deploy(ONE, forms=FORMS)

    result = world.deploy(text, forms=forms)

    assert result.deployment.version == 2
    assert versions(world, "one") == [1, 2]


def test_a_form_that_a_process_does_not_use_changes_only_the_package(world):
    world.deploy(ONE, forms=FORMS)

    result = world.deploy(ONE, forms={**FORMS, "UT_other": FORMS["UT_a"]})

    assert (result.created, result.deployment.version) == (True, 2)
    assert versions(world, "one") == [1]


def test_a_changed_decision_makes_a_new_version_of_who_asks_it(world):
    world.deploy(ASKING, ONE, forms=FORMS, **{"fee.dmn": DECISION % "100"})

    world.deploy(ASKING, ONE, forms=FORMS, **{"fee.dmn": DECISION % "200"})

    assert versions(world, "asking") == [1, 2]
    assert versions(world, "one") == [1]


def test_a_finding_stops_the_deployment_and_stores_nothing(world):
    broken = ONE.replace('value="clerk"', 'value="nobody_knows"')

    with pytest.raises(definitions.FindingsError) as refused:
        world.deploy(broken, forms=FORMS)

    assert refused.value.problems
    with world.transaction() as session:
        assert session.scalars(select(Deployment)).all() == []
        assert session.scalars(select(Resource)).all() == []


def test_a_missing_form_is_a_finding(world):
    with pytest.raises(definitions.FindingsError, match="UT_a"):
        world.deploy(ONE)


def test_a_form_that_is_no_json_is_a_finding(world):
    with world.transaction() as session:
        result = definitions.deploy(
            session,
            ADMIN,
            "p",
            [SourceFile("p.bpmn", ONE.encode()), SourceFile("UT_a.json", b"{")],
            dry_run=True,
        )

    assert "form-broken" in {found.code for found in result.findings}


def test_a_decision_that_is_none_is_a_finding(world):
    with pytest.raises(definitions.FindingsError):
        world.deploy(ASKING, **{"fee.dmn": "<definitions/>"})


def test_a_dry_run_says_the_findings_and_stores_nothing(world):
    with world.transaction() as session:
        result = definitions.deploy(
            session, ADMIN, "p", [SourceFile("p.bpmn", ONE.encode())], dry_run=True
        )

        assert session.scalars(select(Deployment)).all() == []
    assert result.deployment is None
    assert any(found.severity == "error" for found in result.findings)


def test_deploying_is_for_administrators(world):
    with pytest.raises(PermissionMissingError), world.transaction() as session:
        definitions.deploy(session, person("zhao"), "p", [])


def test_a_running_case_keeps_the_version_of_what_it_calls(world):
    inner = diagram("inner", line(start(), task("UT_in", duty="clerk"), end()))
    outer = diagram(
        "outer",
        line(start(), task("UT_out", duty="clerk"), call("CA", "inner"), end()),
    )
    world.deploy(inner, package="shared")
    world.deploy(outer, package="section")
    old = world.start("outer")
    world.deploy(inner.replace('value="clerk"', 'value="pool"'), package="shared")
    new = world.start("outer")

    for key in sorted(world.holds("zhao", "UT_out")):
        with world.transaction() as session:
            user_tasks.complete(session, person("zhao"), key, {})

    duties = {row.instance_key: row.duty for row in world.tasks(elementId="UT_in")}
    assert duties == {old: "clerk", new: "pool"}
    (row,) = world.tasks(processInstanceKey=str(new), elementId="UT_in")
    assert (row.process_id, row.path) == ("inner", "CA")


def test_a_running_case_keeps_the_decision_of_another_package(world):
    world.deploy(**{"fee.dmn": DECISION % "100"}, package="tables")
    world.deploy(ASKING, package="section")
    old = world.start("asking")
    world.deploy(**{"fee.dmn": DECISION % "200"}, package="tables")

    new = world.start("asking")

    assert world.variables(old)["fee"] == 100
    assert world.variables(new)["fee"] == 200


def test_decisions_leave_what_they_were_asked_and_answered(world):
    world.deploy(ASKING, **{"fee.dmn": DECISION % "100"})

    key = world.start("asking")

    (taken,) = [d for event, _, d in world.events(key) if event == "DecisionTaken"]
    assert (taken["decision"], taken["output"]) == ("fee", 100)


def test_an_older_version_can_still_be_started(world):
    world.deploy(ONE, forms=FORMS)
    world.deploy(ONE.replace('name="UT_a"', 'name="Neu"'), forms=FORMS)

    with world.transaction() as session:
        instances.create(session, ADMIN, process_id="one", version=1)
        instances.create(session, ADMIN, process_id="one")

    assert sorted(row.name for row in world.tasks()) == ["Neu", "UT_a"]


def test_an_unknown_process_is_not_found(world):
    with pytest.raises(definitions.DefinitionNotFoundError):
        world.start("nothing")


def starting(process_id="called", version=""):
    return diagram(
        process_id,
        line(start("SE", message("order")), task(f"UT_{version or 'a'}"), end()),
        extra=builders.messages("order"),
    )


def test_what_starts_a_process_follows_its_newest_version(world):
    world.deploy(starting())
    second = world.deploy(starting(version="b"))

    with world.transaction() as session:
        rows = session.scalars(select(StartSubscription)).all()
    assert [(r.kind, r.name, r.definition_key) for r in rows] == [
        ("message", "order", second.processes[0].key)
    ]


def test_a_timer_start_knows_when_it_is_due(world):
    nightly = diagram(
        "nightly",
        line(start("SE", builders.timer("Cycle", "R/PT24H")), task("UT_a"), end()),
    )
    with world.transaction() as session:
        now = cache.now(session)
        cache.set_clock(session, now)
    world.deploy(nightly)

    with world.transaction() as session:
        row = session.scalars(select(StartSubscription)).one()
    assert (row.due_at - now).total_seconds() == 24 * 3600


@pytest.mark.parametrize(
    ("may_start", "username", "allowed"),
    [
        (None, "zhao", True),
        (None, "hp", False),
        ([], "zhao", False),
        (["clerk"], "zhao", True),
        (["clerk"], "jin", False),
        ([], "admin", True),
    ],
)
def test_a_package_says_who_may_start_its_processes(
    world, may_start, username, allowed
):
    toml = "" if may_start is None else f"may_start = {json.dumps(may_start)}"
    world.deploy(ONE, forms=FORMS, **{"process.toml": toml})
    actor = ADMIN if username == "admin" else person(username)

    if allowed:
        assert world.start("one", actor=actor)
    else:
        with pytest.raises(instances.MayNotStartError):
            world.start("one", actor=actor)


def test_bundled_packages_are_deployed_once(world, tmp_path, monkeypatch):
    folder = tmp_path / "processes" / "01_test"
    folder.mkdir(parents=True)
    (folder / "one.bpmn").write_text(ONE)
    forms = tmp_path / "forms" / "01_test"
    forms.mkdir(parents=True)
    (forms / "UT_a.json").write_text(json.dumps(builders.form(**FORMS["UT_a"])))
    monkeypatch.setattr(
        "engine.definitions.bundles.bundled", lambda name: tmp_path / name
    )

    with world.transaction() as session:
        first = definitions.deploy_bundled(session)
    with world.transaction() as session:
        second = definitions.deploy_bundled(session)

    assert [result.created for result in first] == [True]
    assert [result.created for result in second] == [False]
    assert world.start("one")
