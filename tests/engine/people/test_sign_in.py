from datetime import timedelta

import pytest
import time_machine

from engine import identity, passwords, sign_in
from engine.actors import Actor
from engine.clock import system_now
from engine.identity import AccountDetails
from engine.schema import UserAccount, UserSession
from tests.engine import rig
from tests.engine.people.conftest import ADMIN

SECRET = "correct horse battery"
STORED = passwords.hashed(SECRET)


@pytest.fixture
def known(place):
    """The place, with a password for hou."""
    with place.database.transaction() as session:
        session.get(UserAccount, "hou").password_hash = STORED
    place.database.info["sign_ins"] = sign_in.SignIns()
    return place


def verify(place, username, password, source="10.0.0.1"):
    with place.database.reading() as session:
        return sign_in.verify(session, username, password, source)


def test_a_right_password_signs_in_whatever_the_case_of_the_name(known):
    actor = verify(known, " HOU ", SECRET)

    assert (actor.username, actor.kind, actor.positions) == (
        "hou",
        "staff",
        frozenset({"service_director"}),
    )
    assert actor.authenticated_at is not None


@pytest.mark.parametrize(
    ("username", "password"),
    [("hou", "wrong"), ("nobody", SECRET), ("wang", SECRET), ("hou", "")],
)
def test_what_was_wrong_is_not_told(known, username, password):
    with pytest.raises(sign_in.SignInFailedError) as caught:
        verify(known, username, password)

    assert caught.value.text == sign_in.SignInFailedError().text


def test_an_account_that_is_off_does_not_sign_in(known):
    with known.database.transaction() as session:
        identity.update(
            session, ADMIN, "hou", AccountDetails(display_name="侯福龙", active=False)
        )

    with pytest.raises(sign_in.SignInFailedError):
        verify(known, "hou", SECRET)


def test_a_verified_credential_is_remembered_for_five_minutes_and_no_longer(known):
    kept = known.database.info["sign_ins"]
    with time_machine.travel(rig.NINE, tick=False) as clock:
        assert not kept.remembers("hou", SECRET, STORED)
        verify(known, "hou", SECRET)
        clock.shift(timedelta(minutes=4, seconds=59))
        verify(known, "hou", SECRET)
        assert kept.remembers("hou", SECRET, STORED)
        assert not kept.remembers("hou", "wrong", STORED)
        clock.shift(timedelta(seconds=1))
        assert not kept.remembers("hou", SECRET, STORED)


def test_a_new_password_makes_the_remembered_one_worthless(known):
    verify(known, "hou", SECRET)
    with known.database.transaction() as session:
        identity.set_password(session, ADMIN, "hou", "another good password")

    with pytest.raises(sign_in.SignInFailedError):
        verify(known, "hou", SECRET)
    assert verify(known, "hou", "another good password").username == "hou"


def test_ten_failures_make_an_account_wait(known):
    with time_machine.travel(rig.NINE, tick=False) as clock:
        for _ in range(10):
            with pytest.raises(sign_in.SignInFailedError):
                verify(known, "hou", "wrong")
        with pytest.raises(sign_in.TooManyAttemptsError) as caught:
            verify(known, "hou", SECRET, source="10.9.9.9")
        assert caught.value.retry_after == 15 * 60
        clock.shift(timedelta(minutes=15))
        assert verify(known, "hou", SECRET).username == "hou"


def test_guessing_by_others_does_not_lock_a_program_out(known):
    verify(known, "hou", SECRET)
    kept = known.database.info["sign_ins"]
    for number in range(10):
        kept.failed("hou", f"10.1.1.{number}")

    assert verify(known, "hou", SECRET).username == "hou"
    with pytest.raises(sign_in.TooManyAttemptsError):
        verify(known, "hou", "wrong")


def test_failures_from_one_address_do_not_stop_others(known):
    kept = known.database.info["sign_ins"]
    for number in range(50):
        kept.failed(f"guess{number}", "10.0.0.1")

    with pytest.raises(sign_in.TooManyAttemptsError):
        verify(known, "hou", SECRET)
    assert verify(known, "hou", SECRET, source="10.0.0.2").username == "hou"


def open_session(place):
    with place.database.transaction() as session:
        actor = Actor("hou", "侯福龙", kind="staff")
        return sign_in.open_session(session, actor)


def test_a_session_leads_to_its_actor_and_stores_no_token(known):
    opened = open_session(known)

    with known.database.reading() as session:
        found = sign_in.of_session(session, opened.token)
        rows = session.query(UserSession).all()
    assert found.actor.username == "hou"
    assert found.csrf_token == opened.csrf_token
    assert [row.token_digest for row in rows] != [opened.token]


def of_session(place, token):
    with place.database.reading() as session:
        return sign_in.of_session(session, token)


def test_a_session_ends_after_its_hours(known):
    with time_machine.travel(rig.NINE, tick=False) as clock:
        opened = open_session(known)
        clock.shift(timedelta(hours=12) - timedelta(seconds=1))
        of_session(known, opened.token)
        clock.shift(timedelta(seconds=1))
        with pytest.raises(sign_in.SessionEndedError):
            of_session(known, opened.token)


def test_signing_out_ends_the_session_and_may_be_repeated(known):
    opened = open_session(known)
    for _ in range(2):
        with known.database.transaction() as session:
            sign_in.end_session(session, opened.token)

    with pytest.raises(sign_in.SessionEndedError):
        of_session(known, opened.token)


def test_a_new_password_ends_the_sessions(known):
    opened = open_session(known)
    with known.database.transaction() as session:
        identity.set_password(session, ADMIN, "hou", "another good password")

    with pytest.raises(sign_in.SessionEndedError):
        of_session(known, opened.token)


def test_made_up_tokens_are_no_sessions(known):
    with pytest.raises(sign_in.SessionEndedError):
        of_session(known, "made-up")


def test_forms_must_carry_the_token_of_their_session(known):
    signed_in = of_session(known, open_session(known).token)

    sign_in.require_csrf(signed_in, signed_in.csrf_token)
    for wrong in (None, "", "x", signed_in.csrf_token + "x"):
        with pytest.raises(sign_in.CsrfError):
            sign_in.require_csrf(signed_in, wrong)


def confirm(place, actor, password):
    with place.database.reading() as session:
        sign_in.confirm(session, actor, password)


def test_who_signs_proves_it_by_password_or_a_fresh_sign_in(known):
    stale = Actor("hou", "侯福龙", kind="staff", authenticated_at=rig.NINE)
    fresh = Actor("hou", "侯福龙", kind="staff", authenticated_at=system_now())

    confirm(known, stale, SECRET)
    confirm(known, fresh, None)
    with pytest.raises(sign_in.SignInFailedError):
        confirm(known, fresh, "wrong")
    with pytest.raises(sign_in.ProofTooOldError):
        confirm(known, stale, None)
