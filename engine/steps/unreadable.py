"""Instances whose stored state cannot be read: an incident says so, others go on.

Whoever needs the state gets `StateError`, a conflict; his transaction is undone, so
the incident is written in one of its own afterwards. What reaches such an instance
from others (messages, signals, joint rounds) leaves it alone, as if it were
suspended, and comes when somebody has restored the state and resolves the incident.
"""

from collections.abc import Generator
from contextlib import contextmanager
from functools import partial

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from engine.database import Database, afterwards, database_of
from engine.errors import EngineError, Text
from engine.lifecycles import IncidentState
from engine.runtime import StateError
from engine.steps import running, stops

CODE = StateError.code
REF = "state"
"""Where such an incident is: at no token, for none is known."""

_KNOWN = "unreadable"
_log = structlog.get_logger()


@contextmanager
def reporting(session: Session, instance_key: int) -> Generator[None]:
    """Report the state if something in the block finds that it cannot be read.

    A state that could be read may still hold what the runtime cannot work with; its
    surprise is answered as the same error.
    """
    try:
        yield
    except StateError as error:
        _report(session, instance_key, error)
        raise
    except (EngineError, DBAPIError):
        raise
    except Exception as error:
        _log.exception("instance broke off", instance_key=instance_key)
        broken = _unworkable(error)
        _report(session, instance_key, broken)
        raise broken from error


def _unworkable(error: Exception) -> StateError:
    kind = type(error).__name__
    return StateError(
        f"The runtime cannot work with the state ({kind}).",
        f"流程引擎无法处理该状态({kind})。",
    )


def _report(session: Session, instance_key: int, error: StateError) -> None:
    known: set[int] = session.info.setdefault(_KNOWN, set())
    if instance_key not in known:
        known.add(instance_key)
        database = database_of(session)
        afterwards(session, partial(_write_down, database, instance_key, error.text))


def _write_down(database: Database, instance_key: int, text: Text) -> None:
    try:
        with database.transaction() as session:
            instance = running.lock(session, instance_key)
            if instance.is_active and not _is_known(session, instance_key):
                _open(session, instance_key, text)
    except (EngineError, DBAPIError):
        # The caller's own failure is what he has to hear of.
        _log.exception("incident not written", instance_key=instance_key)


def _is_known(session: Session, instance_key: int) -> bool:
    of_it = select(stops.TABLE.c.key).where(
        stops.TABLE.c.instance_key == instance_key,
        stops.TABLE.c.ref == REF,
        stops.TABLE.c.state == IncidentState.ACTIVE,
    )
    return session.connection().execute(of_it).first() is not None


def _open(session: Session, instance_key: int, text: Text) -> None:
    _log.error("state unreadable", instance_key=instance_key, reason=text.en)
    stops.open_incident(
        session,
        instance_key=instance_key,
        ref=REF,
        element_id="",
        code=CODE,
        text=Text(
            f"{text.en} Restore it from a backup (or start a program that knows its "
            "format), then resolve this incident; other cases are not affected.",
            f"{text.zh}请从备份恢复该状态(或启用支持该格式的程序),然后处理此异常;"
            "其他流程不受影响。",
        ),
    )
