import pytest

from engine import duties, identity, journal, passwords
from engine.authorization import PermissionMissingError
from engine.errors import InvalidInputError
from engine.identity import AccountDetails
from engine.schema import UserAccount
from tests.engine import rig
from tests.engine.people.conftest import ADMIN

MEI = AccountDetails(display_name="梅", email="mei@example.com")


def create(place, username, details=MEI, password=None, actor=ADMIN, **more):
    with place.database.transaction() as session:
        return identity.create(session, actor, username, details, password, **more)


def test_a_new_account_can_be_given_duties_at_once(place):
    create(place, "mei", password="a long enough one")

    with place.database.reading() as session:
        assert "mei" in duties.active_users(session)
        row = identity.account(session, "mei")
        assert passwords.matches(row.password_hash, "a long enough one")
        assert "long enough" not in str(row.password_hash)


def test_names_are_given_once(place):
    with pytest.raises(identity.UsernameTakenError):
        create(place, "hou")


@pytest.mark.parametrize(
    ("username", "details", "pointer"),
    [
        ("Mei", MEI, "/username"),
        ("system", MEI, "/username"),
        ("", MEI, "/username"),
        ("m" * 65, MEI, "/username"),
        ("mei", AccountDetails(display_name=" "), "/displayName"),
        ("mei", AccountDetails(display_name="M", kind="system"), "/kind"),
        ("mei", AccountDetails(display_name="M", language="fr"), "/language"),
        (
            "mei",
            AccountDetails(display_name="M", kind="customer", administrator=True),
            "/administrator",
        ),
    ],
)
def test_what_cannot_be_stored_is_pointed_at(place, username, details, pointer):
    with pytest.raises(InvalidInputError) as caught:
        create(place, username, details)

    assert [problem.pointer for problem in caught.value.problems] == [pointer]


@pytest.mark.parametrize("password", ["short", "mei", "x" * 257])
def test_weak_passwords_are_refused(place, password):
    with pytest.raises(passwords.WeakPasswordError):
        create(place, "mei", password=password)


def test_sample_accounts_may_have_any_password(place):
    create(place, "mei", password="x", any_password=True)


def test_only_administrators_add_accounts(place):
    with pytest.raises(PermissionMissingError):
        create(place, "mei", actor=rig.person("hou"))


def update(place, username, details, **more):
    with place.database.transaction() as session:
        return identity.update(session, ADMIN, username, details, **more)


def test_changes_count_and_do_not_overwrite_each_other(place):
    assert update(place, "hou", MEI, revision=1).revision == 2

    with pytest.raises(identity.AccountChangedError):
        update(place, "hou", MEI, revision=1)


def test_the_last_administrator_stays(place):
    create(place, "root", AccountDetails(display_name="R", administrator=True))

    for change in (
        AccountDetails(display_name="R", administrator=False),
        AccountDetails(display_name="R", administrator=True, active=False),
    ):
        with pytest.raises(identity.LastAdministratorError):
            update(place, "root", change)
    update(place, "root", AccountDetails(display_name="R2", administrator=True))


def test_an_account_that_is_off_holds_no_duty(place):
    update(place, "hou", AccountDetails(display_name="侯", active=False))

    with place.database.reading() as session:
        assert duties.resolve(session, "service_director") == ()


def set_password(place, actor, username, password, **more):
    with place.database.transaction() as session:
        identity.set_password(session, actor, username, password, **more)


def test_the_own_password_needs_the_current_one(place):
    create(place, "mei", password="the first password")
    mei = rig.person("mei")

    for wrong in (None, "", "another"):
        with pytest.raises(identity.CurrentPasswordError):
            set_password(place, mei, "mei", "the second password", current=wrong)
    set_password(place, mei, "mei", "the second password", current="the first password")

    with place.database.reading() as session:
        stored = session.get(UserAccount, "mei").password_hash
        assert passwords.matches(stored, "the second password")


def test_others_passwords_are_the_administrators(place):
    with pytest.raises(PermissionMissingError):
        set_password(place, rig.person("hou"), "wang", "a long enough one")


def test_the_journal_never_holds_a_password(place):
    create(place, "mei", password="the first password")
    set_password(place, ADMIN, "mei", "the second password")

    with place.database.reading() as session:
        said = [str(entry.details) for entry in journal.entries_of(session)]
    assert said
    assert not [text for text in said if "password" in text]


def test_unknown_accounts_are_not_found(place):
    with pytest.raises(identity.AccountNotFoundError):
        update(place, "nobody", MEI)
