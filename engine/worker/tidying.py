"""What is tidied away once an hour, because nobody will ask for it again."""

from datetime import timedelta

from sqlalchemy import delete

from engine import clock, documents, migration, webhooks
from engine.database import Database
from engine.schema import IdempotencyRecord, UserSession

_REPEATED_WITHIN = timedelta(hours=48)


def tidy(database: Database) -> None:
    """Forget what is over: sessions, requests, snapshots, deliveries, contents."""
    now = clock.system_now()
    with database.transaction() as session:
        session.execute(delete(UserSession).where(UserSession.expires_at < now))
        old = IdempotencyRecord.created_at < now - _REPEATED_WITHIN
        session.execute(delete(IdempotencyRecord).where(old))
        migration.forget(session)
        webhooks.forget_old(session)
    documents.tidy(database)
