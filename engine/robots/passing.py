"""Passing notices on: which robot hears of which, and what it then says.

A group may have more readers than a notice. So a robot says who has been told and
where to read it, with the title where the notice brings no closed documents, never
the notice itself.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import cache, clock, duties, jobs, sealing
from engine.connectors.exchange import Caller
from engine.connectors.reach import Reach
from engine.connectors.robots import NAMES, GroupRobot, say
from engine.errors import EngineError
from engine.schema import Notification, Robot, Scope, UserAccount
from engine.settings import Settings

KIND = "robot"
OPERATION = "robot.say"
REVISION = "robots"
EVERYBODY = "*"
_USER, _DUTY = "user:", "duty:"
_LONGEST_ERROR = 500


@dataclass(frozen=True, slots=True)
class Heard:
    """What a robot's audience is: an active robot and whose notices it passes on."""

    key: int
    audience: tuple[str, ...]


def pass_on(session: Session, notices: Sequence[Notification], *, closed: bool) -> None:
    """Let robots speak of notices that have just been written.

    ``closed`` says that they bring documents that not everybody may see.
    """
    robots = cache.refreshed(session).revised(
        session, REVISION, lambda: _listening(session)
    )
    for robot in robots if notices else ():
        meant = [row for row in notices if _concerns(session, robot, row)]
        if meant:
            text = _text(session, meant, closed=closed)
            speak(session, robot.key, text, meant[0].instance_key)


def speak(
    session: Session, key: int, text: str, instance_key: int | None = None
) -> None:
    """Have a robot say something, once this transaction is committed.

    That it could not is told at the instance of which it was to speak.
    """
    jobs.enqueue(
        session,
        kind=KIND,
        operation=OPERATION,
        payload={
            "robot": str(key),
            "text": text,
            "caused_by": instance_key and str(instance_key),
        },
        waited_for=False,
    )


def prepare(session: Session, key: int) -> GroupRobot | None:
    """Return the robot that is to speak; None where it is not there any more.

    Raises:
        SealBrokenError: Its address cannot be opened.
    """
    row = session.get(Robot, key)
    if row is None or not row.active:
        return None
    keys = _settings(session).secret_keys
    return GroupRobot(
        kind=row.kind,  # type: ignore[arg-type]  # checked when it was written
        address=sealing.unseal(keys, row.address),
        secret=None if row.secret is None else sealing.unseal(keys, row.secret),
    )


def transmit(settings: Settings, robot: GroupRobot, text: str) -> None:
    """Let a robot say something; never in a transaction.

    Raises:
        AddressNotAllowedError: The operator does not allow the address (any more).
        ConnectorUnavailableError: Trying later may help.
        RobotRefusedError: It will not.
    """
    caller = Caller(system=NAMES[robot.kind], reach=Reach(settings.outgoing))
    say(robot, text, caller)


def said(session: Session, key: int) -> None:
    """Write down that a robot has spoken."""
    if row := session.get(Robot, key, with_for_update=True):
        row.spoke_at, row.error = clock.system_now(), None
        session.flush()


def failed(session: Session, key: int, error: Exception) -> None:
    """Write down why a robot could not speak."""
    if row := session.get(Robot, key, with_for_update=True):
        told = error.text.en if isinstance(error, EngineError) else type(error).__name__
        row.error = told[:_LONGEST_ERROR]
        session.flush()


def _listening(session: Session) -> tuple[Heard, ...]:
    active = select(Robot.key, Robot.audience).where(Robot.active).order_by(Robot.key)
    return tuple(Heard(key, tuple(names)) for key, names in session.execute(active))


def _concerns(session: Session, robot: Heard, notice: Notification) -> bool:
    return any(_means(session, name, notice) for name in robot.audience)


def _means(session: Session, name: str, notice: Notification) -> bool:
    if name == EVERYBODY:
        account = session.get(UserAccount, notice.recipient)
        return account is not None and account.kind == "staff"
    if name.startswith(_USER):
        return notice.recipient == name.removeprefix(_USER)
    duty = name.removeprefix(_DUTY)
    return notice.recipient in duties.resolve(session, duty, notice.scope_key)


def _text(session: Session, notices: Sequence[Notification], *, closed: bool) -> str:
    first = notices[0]
    title = "收到附有文件的通知,请登录查看" if closed else first.title
    lines = [title, f"通知对象:{'、'.join(_names(session, notices))}"]
    scope = None if first.scope_key is None else session.get(Scope, first.scope_key)
    if scope is not None:
        lines.append(f"项目:{scope.business_id}")
    url = _settings(session).public_url.rstrip("/")
    lines.append(f"{url}/notices #{first.key}" if url else f"#{first.key}")
    return "\n".join(lines)


def _names(session: Session, notices: Iterable[Notification]) -> Collection[str]:
    named = {row.recipient for row in notices}
    rows = select(UserAccount.display_name).where(UserAccount.username.in_(named))
    return session.scalars(rows.order_by(UserAccount.username)).all()


def _settings(session: Session) -> Settings:
    settings: Settings = session.info["settings"]
    return settings
