from datetime import date

import pytest

from engine.duty_file import read

TODAY = date(2026, 3, 2)
EVERYBODY = frozenset({"hou", "wang", "pan", "jin", "zhou", "zhao", "ma", "xu"})
ROLES = {"project.sales_manager": ("zhao",), "project.manager": ("chen",)}


def book(**parts):
    """Return a configuration with the positions of three directors."""
    content = {
        "positions": {"director": "hou", "implementation": ["wang"], "rd": ["pan"]},
        "business_owners": {"财务": "ma", "GSP": "xu"},
        **parts,
    }
    content["duties"] = {
        name: {"title": name, **duty} for name, duty in content["duties"].items()
    }
    return read(content)


def holders(configuration, duty, *, active=EVERYBODY, day=TODAY, roles=ROLES):
    return configuration.resolve(duty, roles, active, day)


def test_people_come_in_the_order_of_the_configuration_and_once():
    configured = book(
        duties={"d": {"members": ["rd", "user:jin", "director", "user:pan"]}}
    )

    assert holders(configured, "d") == ("pan", "jin", "hou")


def test_roles_are_read_from_the_project():
    configured = book(
        duties={"d": {"members": ["implementation", "project.sales_manager"]}}
    )

    assert holders(configured, "d") == ("wang", "zhao")
    assert holders(configured, "d", roles={}) == ("wang",)


def test_people_without_an_active_account_hold_nothing():
    configured = book(duties={"d": {"members": ["director", "rd"]}})

    assert holders(configured, "d", active=frozenset({"pan"})) == ("pan",)


def test_business_areas_have_owners():
    configured = book(
        duties={
            "finance": {"members": ["area:财务"]},
            "any": {"members": ["area:*"]},
            "none": {"members": ["area:生产"]},
        }
    )

    assert holders(configured, "finance") == ("ma",)
    assert holders(configured, "any") == ("ma", "xu")
    assert holders(configured, "none") == ()


def test_whoever_holds_the_other_duty_in_the_project_is_left_out():
    configured = book(
        duties={
            "sales_manager": {"members": ["project.sales_manager"]},
            "signatory": {
                "members": ["user:jin", "user:zhao"],
                "not_same_as": "sales_manager",
            },
        }
    )

    assert holders(configured, "signatory") == ("jin",)


def test_an_unknown_duty_is_held_by_nobody():
    assert holders(book(duties={}), "unknown") == ()


def absence(**more):
    return [{"for": "jin", "deputy": "zhou", **more}]


@pytest.mark.parametrize("mode", ["one", "any", "notify"])
def test_a_standing_deputy_may_act_too(mode):
    configured = book(
        duties={"d": {"members": ["user:jin"], "mode": mode}}, deputies=absence()
    )

    assert holders(configured, "d") == ("jin", "zhou")


def test_a_standing_deputy_is_no_further_person_where_all_must_act():
    configured = book(
        duties={"d": {"members": ["user:jin", "rd"], "mode": "all"}},
        deputies=absence(),
    )

    assert holders(configured, "d") == ("jin", "pan")


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 3, 1), "jin"),
        (date(2026, 3, 2), "zhou"),
        (date(2026, 3, 6), "zhou"),
        (date(2026, 3, 7), "jin"),
    ],
)
@pytest.mark.parametrize("mode", ["one", "all"])
def test_an_absence_puts_the_deputy_in_place_on_its_days(day, expected, mode):
    configured = book(
        duties={"d": {"members": ["user:jin", "rd"], "mode": mode}},
        deputies=absence(start="2026-03-02", end="2026-03-06"),
    )

    assert holders(configured, "d", day=day) == (expected, "pan")


def test_a_deputy_counts_only_in_the_duties_named():
    configured = book(
        duties={"a": {"members": ["user:jin"]}, "b": {"members": ["user:jin"]}},
        deputies=absence(duties=["a"], start="2026-03-01"),
    )

    assert holders(configured, "a") == ("zhou",)
    assert holders(configured, "b") == ("jin",)


def test_an_absence_without_an_active_deputy_leaves_the_work_where_it_is():
    configured = book(
        duties={"d": {"members": ["user:jin"]}}, deputies=absence(start="2026-03-01")
    )

    assert holders(configured, "d", active=frozenset({"jin"})) == ("jin",)


def test_proxies_are_active_people_of_the_project():
    configured = book(
        duties={
            "d": {
                "members": [],
                "proxies": ["project.manager", "project.sales_manager"],
            }
        }
    )

    assert configured.proxies("d", ROLES, EVERYBODY) == ("zhao",)
    assert configured.proxies("unknown", ROLES, EVERYBODY) == ()


def test_somebody_can_hold_several_positions():
    configured = book(duties={}, positions={"a": ["hou", "wang"], "b": "hou"})

    assert configured.positions_of("hou") == {"a", "b"}
    assert configured.positions_of("wang") == {"a"}
