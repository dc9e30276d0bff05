"""What must hold after everything was killed often enough."""

from collections import Counter
from dataclasses import asdict, dataclass

from sqlalchemy import func, select

from engine import journal
from engine.cache import Caches
from engine.database import Database
from engine.lifecycles import IncidentState, InstanceState, JobState, UserTaskState
from engine.schema import (
    Incident,
    Job,
    JournalEntry,
    Notification,
    ProcessInstance,
    Timer,
    UserTask,
)
from tests.chaos.crew import TOLD, Crew
from tests.chaos.effects import Effects


@dataclass(frozen=True)
class Verdict:
    """The figures of a run; the second half has to be zero throughout."""

    instances: int
    jobs: int
    effects: int
    repeated_with_key: int
    notices: int
    journal_entries: int
    lost_instances: int
    stuck_instances: int
    lost_jobs: int
    lost_effects: int
    effects_under_two_keys: int
    effects_without_key: int
    wrong_notices: int
    wrong_completions: int
    broken_chains: int
    incidents: int
    timers_left: int

    @property
    def losses(self) -> dict[str, int]:
        """What is not as it should be."""
        figures = asdict(self)
        names = list(figures)[list(figures).index("lost_instances") :]
        return {name: figures[name] for name in names if figures[name]}


def judge(database_url: str, crew: Crew, effects: Effects) -> Verdict:
    """Compare what is stored with what was asked for."""
    database = Database(database_url)
    database.info["caches"] = Caches()
    try:
        return _judge(database, crew, effects)
    finally:
        database.close()


def _judge(database: Database, crew: Crew, effects: Effects) -> Verdict:
    with database.reading() as session:
        rows = session.execute(
            select(ProcessInstance.key, ProcessInstance.state).where(
                ProcessInstance.process_id == "chaos"
            )
        ).all()
        keys = [row.key for row in rows]
        jobs = session.execute(
            select(Job.instance_key, Job.operation, Job.state).where(
                Job.instance_key.in_(keys)
            )
        ).all()
        told = session.execute(
            select(Notification.instance_key, Notification.recipient).where(
                Notification.instance_key.in_(keys),
                Notification.element_id == "UT_tell",
            )
        ).all()
        done = session.scalars(
            select(UserTask.instance_key).where(
                UserTask.instance_key.in_(keys),
                UserTask.state == UserTaskState.COMPLETED,
            )
        ).all()
        entries = session.scalar(
            select(func.count())
            .select_from(JournalEntry)
            .where(JournalEntry.instance_key.in_(keys))
        )
        chains = [journal.verify(session, key).intact for key in keys]
        incidents = session.scalar(
            select(func.count())
            .select_from(Incident)
            .where(Incident.state == IncidentState.ACTIVE)
        )
        timers = session.scalar(select(func.count()).select_from(Timer))
    wanted = {int(key) for key in crew.begun.values()}
    numbers = range(len(crew.begun))
    about = [f"{kind} {n}" for n in numbers for kind in ("record", "robot")]
    per_job = Counter((job.instance_key, job.operation) for job in jobs)
    per_notice = Counter((each.instance_key, each.recipient) for each in told)
    per_task = Counter(done)
    return Verdict(
        instances=len(keys),
        jobs=len(jobs),
        effects=effects.done,
        repeated_with_key=effects.repetitions,
        notices=len(told),
        journal_entries=entries or 0,
        lost_instances=len(wanted ^ set(keys)),
        stuck_instances=sum(r.state is not InstanceState.COMPLETED for r in rows),
        lost_jobs=2 * len(keys)
        - len(per_job)
        + sum(job.state is not JobState.COMPLETED for job in jobs),
        lost_effects=sum(not effects.keys.get(name) for name in about),
        effects_under_two_keys=sum(len(k) > 1 for k in effects.keys.values()),
        effects_without_key=effects.without_key,
        wrong_notices=sum(per_notice[key, who] != 1 for key in keys for who in TOLD),
        wrong_completions=sum(per_task[key] != 1 for key in keys),
        broken_chains=chains.count(False),
        incidents=incidents or 0,
        timers_left=timers or 0,
    )
