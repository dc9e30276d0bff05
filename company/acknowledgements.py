"""Who has studied the procedure, version by version (R0.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from company.schema import Acknowledgement
from engine import cache, duties, journal
from engine.actors import Actor
from engine.errors import ConflictError, NotAllowedError
from engine.schema import UserAccount

UNVERSIONED = "1"


class AcknowledgedError(ConflictError):
    """The actor has acknowledged this version before."""

    code = "acknowledged-already"

    def __init__(self, version: str) -> None:
        super().__init__(
            f"You have acknowledged version {version} already",
            f"您已确认学习过版本{version}",
        )


class OtherVersionError(ConflictError):
    """Another version of the procedure is in force."""

    code = "procedure-version-differs"

    def __init__(self, version: str) -> None:
        super().__init__(
            f"Version {version} of the procedure is in force; read that one",
            f"现行版本为{version},请学习该版本",
        )


class NotStaffError(NotAllowedError):
    """The procedure is for the staff."""

    code = "not-staff"

    def __init__(self) -> None:
        super().__init__(
            "Only staff acknowledge the procedure", "只有公司员工需要确认学习流程"
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """One member of the staff; ``acknowledged_at`` is None while he has not."""

    username: str
    name: str
    acknowledged_at: datetime | None


def version(session: Session) -> str:
    """Return the version of the procedure in force, as the duties file names it."""
    return duties.in_force(session).procedure_version or UNVERSIONED


def acknowledge(session: Session, actor: Actor, read: str | None = None) -> str:
    """Note that the actor has studied the procedure; return the version.

    Raises:
        NotStaffError: The actor is a customer or a program.
        OtherVersionError: ``read`` is not the version in force.
        AcknowledgedError: He did before.
    """
    if actor.kind != "staff":
        raise NotStaffError
    current = version(session)
    if read is not None and read != current:
        raise OtherVersionError(current)
    if session.get(Acknowledgement, (current, actor.username)) is not None:
        raise AcknowledgedError(current)
    session.add(
        Acknowledgement(
            procedure_version=current,
            username=actor.username,
            acknowledged_at=cache.now(session),
        )
    )
    session.flush()
    journal.record(
        session, actor, "ProcedureAcknowledged", details={"version": current}
    )
    return current


def has_acknowledged(session: Session, actor: Actor) -> bool:
    """Tell whether the actor need not be reminded."""
    if actor.kind != "staff" or actor.administrator:
        return True
    key = version(session), actor.username
    return session.get(Acknowledgement, key) is not None


def to_study(session: Session, actor: Actor) -> str:
    """Return the version that the actor has yet to acknowledge; empty if none."""
    return "" if has_acknowledged(session, actor) else version(session)


def standings(session: Session) -> Sequence[Standing]:
    """Return all active staff and when each acknowledged the version in force."""
    known = (
        select(Acknowledgement)
        .where(Acknowledgement.procedure_version == version(session))
        .subquery()
    )
    rows = session.execute(
        select(UserAccount.username, UserAccount.display_name, known.c.acknowledged_at)
        .outerjoin(known, known.c.username == UserAccount.username)
        .where(
            UserAccount.active,
            UserAccount.kind == "staff",
            UserAccount.administrator.is_(False),
        )
        .order_by(UserAccount.username)
    )
    return [Standing(*row) for row in rows]
