import pytest
from sqlalchemy import select

from engine import duties, duty_changes, journal, scopes
from engine.cache import Caches
from engine.database import Database
from engine.schema import JournalEntry
from tests.engine import rig
from tests.engine.people.conftest import ADMIN, replaced


def set_members(place, role, people, **more):
    with place.database.transaction() as session:
        scopes.set_members(session, place.project, role, people, **more)


def test_business_numbers_are_given_once(place):
    with (
        pytest.raises(scopes.ScopeExistsError),
        place.database.transaction() as session,
    ):
        scopes.open_scope(session, "project", "KB-2026-001", "again")


def test_a_scope_is_found_by_its_number(place):
    with place.database.reading() as session:
        found = scopes.by_business_id(session, "KB-2026-001")
        assert (found.key, found.kind) == (place.project, "project")
        with pytest.raises(scopes.ScopeNotFoundError):
            scopes.by_business_id(session, "KB-2026-404")


def test_members_are_replaced_as_a_whole(place):
    set_members(place, "project.team", ["lin", "chen", "lin"])
    set_members(place, "project.team", ["wang", "chen"])

    with place.database.reading() as session:
        assert scopes.members(session, place.project) == {
            "customer.contact": ("hp",),
            "project.sales_manager": ("zhao",),
            "project.team": ("chen", "wang"),
        }


def test_a_change_of_members_is_in_the_journal(place):
    set_members(place, "project.manager", ["chen"], actor=rig.person("hou"))
    set_members(place, "project.manager", ["chen"], actor=rig.person("hou"))

    with place.database.reading() as session:
        rows = select(JournalEntry).where(JournalEntry.event == "ScopeMembersChanged")
        entries = list(session.scalars(rows))
    assert [(entry.actor, entry.details) for entry in entries] == [
        ("hou", {"role": "project.manager", "before": [], "after": ["chen"]})
    ]


def test_members_have_active_accounts(place):
    with pytest.raises(scopes.UnknownPeopleError):
        set_members(place, "project.manager", ["chen", "nobody"])


def test_roles_of_no_scope_are_refused(place):
    with (
        pytest.raises(scopes.ScopeNotFoundError),
        place.database.transaction() as session,
    ):
        scopes.set_members(session, 404, "project.manager", ["chen"])


def test_other_processes_see_new_members_too(place):
    other = Database(place.database.url.render_as_string(hide_password=False))
    other.info.update(caches=Caches())
    with other.reading() as session:
        assert duties.resolve(session, "implementation_manager", place.project) == ()

    set_members(place, "project.manager", ["chen"])

    with other.reading() as session:
        held = duties.resolve(session, "implementation_manager", place.project)
    other.close()
    assert held == ("chen",)


def test_usernames_and_duties_may_be_mixed(place):
    with place.database.reading() as session:
        named = ["service_director", "lin", "user:chen", "nobody", "hou"]
        assert duties.people(session, named, place.project) == ("hou", "lin", "chen")


def test_a_closed_scope_keeps_its_members(place):
    with place.database.transaction() as session:
        scopes.close_scope(session, place.project)

    with place.database.reading() as session:
        assert scopes.get(session, place.project).closed_at == rig.NINE
        assert scopes.scopes_of(session, "hp") == {place.project}
        assert journal.entries_of(session) == []


def test_proxies_record_answers_for_the_holders(place):
    with place.database.transaction() as session:
        content = replaced()
        content["duties"]["customer_contact"]["proxies"] = ["project.sales_manager"]
        duty_changes.replace(session, ADMIN, content)

    with place.database.reading() as session:
        found = duties.proxies(session, "customer_contact", place.project)
        assert found == ("zhao",)


def test_a_duty_says_how_its_holders_share_a_task(place):
    with place.database.transaction() as session:
        content = replaced()
        content["duties"]["service_director"]["mode"] = "any"
        duty_changes.replace(session, ADMIN, content)

    with place.database.reading() as session:
        assert duties.mode(session, "service_director") == "any"
        assert duties.mode(session, "sales_director") == "one"
        assert duties.mode(session, "nobody_knows") == "one"
