"""What a new installation needs before anybody can work, and nothing that is there."""

from pathlib import Path

from sqlalchemy.orm import Session

from company import calendar_changes, first_standards, sample
from engine import (
    api_tokens,
    duty_changes,
    duty_file,
    identity,
    passwords,
    resources,
)
from engine.actors import SYSTEM
from engine.identity import AccountDetails
from engine.schema import UserAccount
from engine.settings import Settings

ADMINISTRATOR = "admin"


def install(session: Session, settings: Settings) -> tuple[str, ...]:
    """Seed duties, calendar, the administrator and, where asked for, sample people.

    Returns:
        Notes for whoever starts the server: a one-time link for the administrator
        where no password is set and none was chosen yet.
    """
    notes = _administrator(session, settings)
    if settings.sample and settings.sample_password is not None:
        sample.install(session, settings.sample_password.get_secret_value())
    duty_changes.seed(session, _duties(settings))
    calendar_changes.seed(session)
    first_standards.install(session)
    return notes


def _administrator(session: Session, settings: Settings) -> tuple[str, ...]:
    given = settings.admin_password
    row = session.get(UserAccount, ADMINISTRATOR)
    if row is None:
        details = AccountDetails(
            display_name="系统管理员", kind="staff", administrator=True
        )
        row = identity.create(session, SYSTEM, ADMINISTRATOR, details)
    if given is not None:
        _set_password(session, row, given.get_secret_value())
    if row.password_hash is not None:
        return ()
    link = api_tokens.password_link(session, ADMINISTRATOR)
    return (f"choose a password / 设置密码: /password?token={link.token}",)


def _set_password(session: Session, row: UserAccount, password: str) -> None:
    """Let the operator's choice win; hashing takes 0.1 s, so only where it changed."""
    if not passwords.matches(row.password_hash, password):
        identity.store_password(session, row, password)


def _duties(settings: Settings) -> dict[str, object]:
    file = settings.duties_file or _bundled_duties()
    return duty_file.from_toml(file.read_text(encoding="utf-8"))


def _bundled_duties() -> Path:
    return resources.bundled("processes") / "duties.toml"
