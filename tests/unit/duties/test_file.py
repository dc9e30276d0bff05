import pytest

from company import sample
from engine.duty_check import check
from engine.duty_file import DutyConfigurationError, from_toml, read
from engine.resources import bundled

SEED = from_toml((bundled("processes") / "duties.toml").read_text("utf-8"))
SAMPLE = frozenset(sample.STAFF)


def problems(content):
    """Return pointers and codes of what is wrong."""
    with pytest.raises(DutyConfigurationError) as caught:
        read(content)
    return [(problem.pointer, problem.code) for problem in caught.value.problems]


def codes(content, used, active=SAMPLE):
    return [(f.element_id, f.code) for f in check(read(content), used, active)]


def test_the_seed_holds_every_duty_of_the_procedure():
    assert len(read(SEED).duties) == 27
    assert read(SEED).access["contract_full"] == (
        "sales_manager",
        "service_director",
        "sales_director",
    )


def test_the_seed_suffices_for_its_own_duties():
    assert codes(SEED, {name: {""} for name in SEED["duties"]}) == []


def test_names_that_are_not_defined_are_pointed_at():
    content = {
        "positions": {"a": {"users": ["hou"], "department": "nowhere"}},
        "duties": {
            "d": {"title": "D", "members": ["a", "b"], "not_same_as": "e"},
        },
        "deputies": [{"for": "hou", "deputy": "wang", "duties": ["f"]}],
    }

    assert problems(content) == [
        ("/duties/d/members/1", "unknown-name"),
        ("/duties/d/not_same_as", "unknown-name"),
        ("/deputies/0/duties", "unknown-name"),
        ("/positions/a/department", "unknown-name"),
    ]


def test_a_wrong_shape_is_pointed_at():
    content = {"duties": {"d": {"title": "D", "members": "hou", "mode": "some"}}}

    assert {pointer for pointer, _ in problems(content)} == {
        "/duties/d/members",
        "/duties/d/mode",
    }


def test_unknown_keys_are_refused():
    content = {"duties": {"d": {"title": "D", "members": [], "membres": []}}}

    assert problems(content) == [("/duties/d/membres", "extra-forbidden")]


def test_what_is_no_toml_is_refused():
    with pytest.raises(DutyConfigurationError):
        from_toml("[duties")


def test_a_duty_that_nobody_defined_is_found():
    assert codes(SEED, {"night_watch": {"any"}}) == [
        ("night_watch", "duty-not-defined")
    ]


def test_a_duty_without_active_people_is_found():
    used = {"solution_decider": {""}, "plan_approver": {""}}

    assert codes(SEED, used, SAMPLE - {"jin"}) == [
        ("solution_decider", "duty-held-by-nobody")
    ]


def test_a_joint_duty_needs_two_people():
    used = {"manager_appointer": {""}}

    assert codes(SEED, used, SAMPLE - {"wang"}) == [
        ("manager_appointer", "joint-duty-held-by-one")
    ]


def test_the_mode_of_the_task_decides_whether_two_are_needed():
    assert codes(SEED, {"survey_analyst": {"any"}}, SAMPLE - {"wang"}) == []
    assert codes(SEED, {"survey_analyst": {"any", ""}}, SAMPLE - {"wang"}) == [
        ("survey_analyst", "joint-duty-held-by-one")
    ]


def test_one_person_in_both_positions_can_be_declared():
    positions = {"a": "hou", "b": "hou"}
    duty = {"title": "D", "mode": "all", "members": ["a", "b"]}
    used = {"d": {""}}

    assert codes({"positions": positions, "duties": {"d": duty}}, used) == [
        ("d", "joint-duty-held-by-one")
    ]
    declared = {"positions": positions, "duties": {"d": {**duty, "single": True}}}
    assert codes(declared, used) == []


def test_roles_of_a_project_count_as_held():
    assert codes(SEED, {"readiness_confirmer": {"all"}}) == []
