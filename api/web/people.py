"""Names of people, as pages write them."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.schema import UserAccount


def names(session: Session) -> dict[str, str]:
    """Return account → name of everybody; a company is small enough for that."""
    rows = session.execute(select(UserAccount.username, UserAccount.display_name))
    return {row.username: row.display_name for row in rows}


def staff(session: Session) -> dict[str, str]:
    """Return account → name of the active staff, for fields that ask for somebody."""
    rows = session.execute(
        select(UserAccount.username, UserAccount.display_name)
        .where(UserAccount.active, UserAccount.kind == "staff")
        .order_by(UserAccount.username)
    )
    return {row.username: row.display_name for row in rows}


def naming(known: dict[str, str]) -> Callable[[str | None], str]:
    """Return ``name_of`` for templates: the account where no name is known."""
    return lambda username: known.get(username, username) if username else ""
