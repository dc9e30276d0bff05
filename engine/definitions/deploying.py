"""Deploying a package: all of it or nothing, and nothing twice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from engine import cache, duties, journal
from engine.authorization import Actor, Permission, require
from engine.definitions import package as packages
from engine.definitions.package import Package
from engine.definitions.rows import add_decisions, add_processes
from engine.errors import Finding, InvalidInputError, Problem, Text
from engine.events import Event
from engine.operations import registry
from engine.runtime import Known, SourceFile, check
from engine.schema import (
    DecisionDefinition,
    Deployment,
    DeploymentResource,
    ProcessDefinition,
    Resource,
)

REVISION = "definitions"


class FindingsError(InvalidInputError):
    """Files of a package cannot be deployed as they are."""

    code = "findings"

    def __init__(self, findings: Sequence[Finding]) -> None:
        errors = [found for found in findings if found.severity == "error"]
        first = errors[0]
        super().__init__(
            f"{len(errors)} findings prevent the deployment; first "
            f"{first.file}: {first.rule.en} {first.remedy.en}",
            f"发现{len(errors)}个问题,无法部署;首先是{first.file}:"
            f"{first.rule.zh}{first.remedy.zh}",
            tuple(_problem(found) for found in errors),
        )
        self.findings = tuple(findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentResult:
    """What a deployment came to; a dry run has no ``deployment``.

    ``processes`` and ``decisions`` are the versions now in force of what the
    package declares, the unchanged ones included.
    """

    deployment: Deployment | None
    created: bool
    findings: tuple[Finding, ...] = ()
    processes: tuple[ProcessDefinition, ...] = ()
    decisions: tuple[DecisionDefinition, ...] = ()
    resources: tuple[DeploymentResource, ...] = ()


def deploy(
    session: Session,
    actor: Actor,
    package: str,
    files: Sequence[SourceFile],
    *,
    dry_run: bool = False,
) -> DeploymentResult:
    """Store a package and put its processes and decisions in force.

    A process gets a new version when its diagram, a form, a template or a decision
    of the package changed; an unchanged package changes nothing.

    Raises:
        FindingsError: A file has a finding of severity error (not in a dry run).
        NotAllowedError: The actor may not deploy.
    """
    require(actor, Permission.DEPLOY)
    read = packages.read(package, files)
    findings = (*read.findings, *_check(session, read))
    if dry_run:
        return DeploymentResult(deployment=None, created=False, findings=findings)
    if any(found.severity == "error" for found in findings):
        raise FindingsError(findings)
    # Locks the row of the revision, so that deployments follow each other.
    cache.bump(session, REVISION)
    previous = _newest(session, package)
    created = previous is None or previous.digest != read.digest
    deployment = previous
    if previous is None or created:
        deployment = _store(session, actor, read, previous)
    return _result(session, read, deployment, findings, created=created)


def _newest(session: Session, package: str) -> Deployment | None:
    return session.scalar(
        select(Deployment)
        .where(Deployment.package == package)
        .order_by(Deployment.version.desc())
        .limit(1)
    )


def _check(session: Session, package: Package) -> list[Finding]:
    sources = [
        file.source for file in package.of_kind("bpmn") if file.name in package.bpmn
    ]
    deployed_processes = session.scalars(select(ProcessDefinition.process_id))
    deployed_decisions = session.scalars(select(DecisionDefinition.decision_id))
    book = duties.in_force(session)
    known = Known(
        duties=frozenset(book.duties) if book.duties else None,
        forms=package.forms,
        decisions=frozenset(_decision_ids(package)) | set(deployed_decisions),
        operations=registry(session).names or None,
        processes=frozenset(process.id for _, process in package.processes())
        | set(deployed_processes),
    )
    return check(sources, known)


def _decision_ids(package: Package) -> Iterable[str]:
    for decisions in package.decisions.values():
        yield from decisions.ids


def _store(
    session: Session, actor: Actor, package: Package, previous: Deployment | None
) -> Deployment:
    deployment = Deployment(
        package=package.name,
        version=previous.version + 1 if previous else 1,
        digest=package.digest,
        created_at=cache.now(session),
        created_by=actor.username,
    )
    session.add(deployment)
    session.flush()
    _store_files(session, package, deployment)
    decisions = add_decisions(session, package, deployment)
    processes = add_processes(session, package, deployment)
    journal.record(
        session,
        actor,
        Event.PACKAGE_DEPLOYED,
        details={
            "package": package.name,
            "version": deployment.version,
            "digest": package.digest,
            "processes": {row.process_id: row.version for row in processes},
            "decisions": {row.decision_id: row.version for row in decisions},
        },
    )
    return deployment


def _store_files(session: Session, package: Package, deployment: Deployment) -> None:
    contents = {file.digest: file.content for file in package.files}
    stored = set(
        session.scalars(select(Resource.digest).where(Resource.digest.in_(contents)))
    )
    new = [
        {"digest": digest, "content": content}
        for digest, content in contents.items()
        if digest not in stored
    ]
    if new:
        session.execute(insert(Resource), new)
    rows = [
        {
            "deployment_key": deployment.key,
            "name": file.name,
            "kind": file.kind,
            "digest": file.digest,
        }
        for file in package.files
    ]
    if rows:
        session.execute(insert(DeploymentResource), rows)


def _result(
    session: Session,
    package: Package,
    deployment: Deployment | None,
    findings: tuple[Finding, ...],
    *,
    created: bool,
) -> DeploymentResult:
    key = deployment.key if deployment else None
    resources = session.scalars(
        select(DeploymentResource)
        .where(DeploymentResource.deployment_key == key)
        .order_by(DeploymentResource.name)
    )
    return DeploymentResult(
        deployment=deployment,
        created=created,
        findings=findings,
        processes=_processes_in_force(session, package),
        decisions=_decisions_in_force(session, package),
        resources=tuple(resources),
    )


def _processes_in_force(
    session: Session, package: Package
) -> tuple[ProcessDefinition, ...]:
    ids = [process.id for _, process in package.processes()]
    rows = session.scalars(
        select(ProcessDefinition)
        .where(ProcessDefinition.process_id.in_(ids))
        .order_by(ProcessDefinition.process_id, ProcessDefinition.version)
    )
    newest = {row.process_id: row for row in rows}
    return tuple(newest.values())


def _decisions_in_force(
    session: Session, package: Package
) -> tuple[DecisionDefinition, ...]:
    rows = session.scalars(
        select(DecisionDefinition)
        .where(DecisionDefinition.decision_id.in_(list(_decision_ids(package))))
        .order_by(DecisionDefinition.decision_id, DecisionDefinition.version)
    )
    newest = {row.decision_id: row for row in rows}
    return tuple(newest.values())


def _problem(found: Finding) -> Problem:
    pointer = f"/{found.file}" + (f"/{found.element_id}" if found.element_id else "")
    text = Text(
        f"{found.rule.en} {found.remedy.en}", f"{found.rule.zh}{found.remedy.zh}"
    )
    return Problem(pointer, found.code, text)
