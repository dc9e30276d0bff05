from datetime import timedelta

import pytest
import time_machine

from engine import api_tokens, authorization, identity, passwords
from engine.authorization import Permission, PermissionMissingError, TokenScopeError
from engine.errors import InvalidInputError
from engine.identity import AccountDetails
from engine.schema import ApiToken, UserAccount
from tests.engine import rig
from tests.engine.people.conftest import ADMIN

GOOD = "a long enough one"
HOU = rig.person("hou")


def create(place, actor=HOU, *, scopes=("tasks:read",), days=30, name="report"):
    with place.database.transaction() as session:
        return api_tokens.create(session, actor, name, scopes, days)


def actor_of(place, token):
    with place.database.reading() as session:
        return api_tokens.actor_of(session, token)


def test_a_token_stands_for_its_owner_within_its_scopes(place):
    made = create(place, scopes=["tasks:*", "users:read"])

    actor = actor_of(place, made.token)

    assert actor.username == "hou"
    authorization.require(actor, Permission.WORK_TASKS)
    authorization.require(actor, Permission.READ_USERS)
    with pytest.raises(TokenScopeError):
        authorization.require(actor, Permission.READ_REPORTS)


def test_a_scope_gives_nothing_that_the_account_may_not(place):
    actor = actor_of(place, create(place, scopes=["*"]).token)

    with pytest.raises(PermissionMissingError):
        authorization.require(actor, Permission.MANAGE_USERS)


def test_only_a_digest_is_stored(place):
    made = create(place)

    with place.database.reading() as session:
        row = session.get(ApiToken, made.key)
        assert made.token not in (row.token_digest, row.name)


def test_a_token_ends_on_its_day(place):
    with time_machine.travel(rig.NINE, tick=False) as clock:
        made = create(place, days=1)
        clock.shift(timedelta(hours=23))
        actor_of(place, made.token)
        clock.shift(timedelta(hours=1))
        with pytest.raises(api_tokens.TokenRefusedError):
            actor_of(place, made.token)


def test_a_revoked_token_is_worthless(place):
    made = create(place)
    with place.database.transaction() as session:
        api_tokens.revoke(session, HOU, made.key)

    with pytest.raises(api_tokens.TokenRefusedError):
        actor_of(place, made.token)


def test_tokens_of_others_are_not_to_be_found(place):
    made = create(place)

    with (
        pytest.raises(api_tokens.TokenNotFoundError),
        place.database.transaction() as session,
    ):
        api_tokens.revoke(session, rig.person("wang"), made.key)
    with place.database.reading() as session:
        assert [row.name for row in api_tokens.own(session, HOU)] == ["report"]
        assert api_tokens.own(session, rig.person("wang")) == []


def test_switching_an_account_off_ends_its_tokens(place):
    made = create(place)
    with place.database.transaction() as session:
        off = AccountDetails(display_name="侯福龙", active=False)
        identity.update(session, ADMIN, "hou", off)

    with pytest.raises(api_tokens.TokenRefusedError):
        actor_of(place, made.token)


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"scopes": ["tasks:steal"]}, "/scopes"),
        ({"scopes": []}, "/scopes"),
        ({"days": 0}, "/days"),
        ({"days": 367}, "/days"),
        ({"name": " "}, "/name"),
    ],
)
def test_a_token_is_described_completely(place, values, pointer):
    with pytest.raises(InvalidInputError) as caught:
        create(place, **values)

    assert [problem.pointer for problem in caught.value.problems] == [pointer]


def test_a_token_cannot_make_a_stronger_one(place):
    weak = actor_of(place, create(place, scopes=["tokens:manage"]).token)

    with pytest.raises(InvalidInputError):
        create(place, weak, scopes=["*"])
    create(place, weak, scopes=["tokens:manage"])


def test_customers_get_no_tokens(place):
    with pytest.raises(PermissionMissingError):
        create(place, rig.person("hp"))


def link(place):
    with place.database.transaction() as session:
        return api_tokens.password_link(session, "hou")


def redeem(place, token, password=GOOD):
    with place.database.transaction() as session:
        return api_tokens.redeem_link(session, token, password)


def test_a_link_sets_a_password_once(place):
    made = link(place)

    assert redeem(place, made.token) == "hou"

    with place.database.reading() as session:
        stored = session.get(UserAccount, "hou").password_hash
        assert passwords.matches(stored, GOOD)
    with pytest.raises(api_tokens.TokenRefusedError):
        redeem(place, made.token)


def test_a_link_survives_a_password_that_is_too_weak(place):
    made = link(place)

    with pytest.raises(passwords.WeakPasswordError):
        redeem(place, made.token, "short")
    assert redeem(place, made.token) == "hou"


def test_a_link_is_no_credential_and_a_credential_no_link(place):
    with pytest.raises(api_tokens.TokenRefusedError):
        actor_of(place, link(place).token)
    with pytest.raises(api_tokens.TokenRefusedError):
        redeem(place, create(place).token)


def test_a_link_is_not_listed_among_the_tokens(place):
    link(place)

    with place.database.reading() as session:
        assert api_tokens.own(session, HOU) == []
