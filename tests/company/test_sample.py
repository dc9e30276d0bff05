import pytest
from sqlalchemy import select

from company import customers, installation, sample
from company.schema import Customer
from engine import calendars, definitions, duties, duty_usage, sign_in
from engine.schema import UserAccount
from engine.settings import Settings

PASSWORD = "sample"


@pytest.fixture
def installed(database, tmp_path):
    """A fresh installation with the sample people and the bundled processes."""
    values = {
        "data": tmp_path,
        "database_url": str(database.url),
        "session_secret": "x" * 32,
        "sample": True,
        "sample_password": PASSWORD,
        "admin_password": "administrator's own",
    }
    settings = Settings.model_validate(values)
    with database.transaction() as session:
        installation.install(session, settings)
    return database


def test_everybody_of_the_sample_signs_in_with_the_password_given(installed):
    with installed.reading() as session:
        for name, kind in (("hou", "staff"), ("gao", "staff"), ("hm", "customer")):
            actor = sign_in.verify(session, name, PASSWORD, "10.0.0.1")
            assert actor.kind == kind


def test_the_six_people_hold_the_duties_that_the_procedure_names(installed):
    with installed.reading() as session:
        held = duties.members_of(session)
    assert held["manager_appointer"] == ("hou", "wang")
    assert held["survey_analyst"] == ("wang", "pan")
    assert held["solution_decider"] == ("jin",)
    assert held["quality_supervisor"] == ("wang", "jin")
    assert held["requirement_assessor"] == ("hou", "wang", "pan")
    assert held["solution_signatory"] == ("jin", "zhou")
    assert held["company_principal"] == ("hou", "wang", "yan")
    assert held["business_owner"] == ("ma", "xu")


def test_every_duty_of_the_diagrams_is_provided_for(installed):
    with installed.transaction() as session:
        definitions.deploy_bundled(session)

    with installed.reading() as session:
        assert len(duty_usage.used(session)) > 20
        assert duty_usage.gaps(session) == ()


def test_the_customers_have_their_class_and_portal_user(installed):
    with installed.reading() as session:
        found = {
            row.number: (row.category, customers.portal_users(session, row.key))
            for row in session.scalars(select(Customer))
        }
    assert found == {
        "C-001": ("A", ("hp",)),
        "C-002": ("B", ("ht",)),
        "C-003": ("C", ("jf",)),
        "C-004": ("A", ("hm",)),
    }


def test_installing_again_adds_nothing_and_takes_the_new_password(installed):
    with installed.transaction() as session:
        sample.install(session, "another")
        sample.install(session, "another")

    with installed.reading() as session:
        people = list(session.scalars(select(UserAccount.username)))
        assert sorted(people) == sorted({"admin", *sample.usernames()})
        assert len(list(session.scalars(select(Customer)))) == 4
        assert sign_in.verify(session, "hou", "another", "10.0.0.1")
        with pytest.raises(sign_in.SignInFailedError):
            sign_in.verify(session, "wang", PASSWORD, "10.0.0.1")


def test_the_calendar_is_there_from_the_start(installed):
    with installed.reading() as session:
        assert not calendars.calendar(session).unpublished(2026)
