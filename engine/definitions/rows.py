"""The rows of processes and decisions: a new version only where something changed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine import cache, calendars
from engine.definitions.package import Package, PackageFile, combined
from engine.definitions.start_timers import first_due
from engine.runtime import ProcessInfo, StartEvent, Surroundings
from engine.schema import (
    DecisionDefinition,
    Deployment,
    ProcessDefinition,
    StartSubscription,
)

_SUBSCRIBED = frozenset({"message", "signal", "timer"})
ANYBODY = ("*",)
"""Stands for all staff among those who may start a process."""


def add_decisions(
    session: Session, package: Package, deployment: Deployment
) -> list[DecisionDefinition]:
    """Add a version of each decision whose file changed; return the new ones."""
    added = []
    for file in package.of_kind("dmn"):
        known = package.decisions[file.name]
        for decision_id in known.ids:
            newest = _newest_decision(session, decision_id)
            if newest is None or newest.digest != file.digest:
                row = DecisionDefinition(
                    decision_id=decision_id,
                    version=newest.version + 1 if newest else 1,
                    name=known.name(decision_id),
                    deployment_key=deployment.key,
                    resource_name=file.name,
                    digest=file.digest,
                )
                session.add(row)
                added.append(row)
    session.flush()
    return added


def add_processes(
    session: Session, package: Package, deployment: Deployment
) -> list[ProcessDefinition]:
    """Add a version of each process that changed; return the new ones.

    What can start a process follows its newest version.
    """
    added = []
    for file, process in package.processes():
        newest = newest_process(session, process.id)
        digest = _digest(package, file, process)
        if newest is None or newest.digest != digest:
            row = _definition(package, file, process, digest, newest)
            row.deployment_key = deployment.key
            session.add(row)
            session.flush()
            _subscribe(session, row, process)
            added.append(row)
    return added


def newest_process(session: Session, process_id: str) -> ProcessDefinition | None:
    """Return the newest version of a process, or None."""
    return session.scalar(
        select(ProcessDefinition)
        .where(ProcessDefinition.process_id == process_id)
        .order_by(ProcessDefinition.version.desc())
        .limit(1)
    )


def _newest_decision(session: Session, decision_id: str) -> DecisionDefinition | None:
    return session.scalar(
        select(DecisionDefinition)
        .where(DecisionDefinition.decision_id == decision_id)
        .order_by(DecisionDefinition.version.desc())
        .limit(1)
    )


def _definition(
    package: Package,
    file: PackageFile,
    process: ProcessInfo,
    digest: str,
    newest: ProcessDefinition | None,
) -> ProcessDefinition:
    return ProcessDefinition(
        process_id=process.id,
        version=newest.version + 1 if newest else 1,
        version_tag=process.version_tag,
        name=process.name or process.id,
        name_en=process.name_en,
        resource_name=file.name,
        digest=digest,
        starters=_starters(package.settings, process.id),
    )


def _digest(package: Package, file: PackageFile, process: ProcessInfo) -> str:
    """Cover all that an instance takes from the package it was deployed with."""
    used = {file.name: file, **{f.name: f for f in package.of_kind("template")}}
    for form in package.of_kind("form"):
        if form.name.removesuffix(".json") in process.forms:
            used[form.name] = form
    for decision_id in process.decisions:
        if found := package.file_of_decision(decision_id):
            used[found.name] = found
    starters = ",".join(_starters(package.settings, process.id))
    lines = [f"{name} {used[name].digest}" for name in used]
    return combined([*lines, f"starters {starters}"])


def _starters(settings: Mapping[str, Any], process_id: str) -> list[str]:
    """Return the duties that may start a process; a process's own list wins.

    Nothing said: anybody of the staff. An empty list: nobody, only messages do.
    """
    own = settings.get("processes", {}).get(process_id, {})
    found: Iterable[str] = own.get("may_start", settings.get("may_start", ANYBODY))
    return list(found)


def _subscribe(
    session: Session, definition: ProcessDefinition, process: ProcessInfo
) -> None:
    session.execute(
        delete(StartSubscription).where(
            StartSubscription.process_id == definition.process_id
        )
    )
    if process.executable:
        session.add_all(_subscriptions(session, definition, process.starts))
    session.flush()


def _subscriptions(
    session: Session, definition: ProcessDefinition, starts: Sequence[StartEvent]
) -> Iterable[StartSubscription]:
    for start in starts:
        if start.kind in _SUBSCRIBED:
            yield StartSubscription(
                definition_key=definition.key,
                element_id=start.element_id,
                process_id=definition.process_id,
                kind=start.kind,
                name=start.name,
                timer=start.timer,
                due_at=_first_due(session, start),
            )


def _first_due(session: Session, start: StartEvent) -> datetime | None:
    if start.kind != "timer":
        return None
    calendar = calendars.calendar(session)
    zone = calendar.zone.key
    around = Surroundings(now=cache.now(session), calendar=calendar, zone=zone)
    return first_due(start.timer, around)
