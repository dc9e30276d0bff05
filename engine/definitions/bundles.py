"""The packages that a release brings along."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.actors import SYSTEM, Actor
from engine.definitions import package as packages
from engine.definitions.deploying import DeploymentResult, deploy
from engine.resources import bundled
from engine.runtime import SourceFile
from engine.schema import Deployment

Files = Mapping[str, Sequence[SourceFile]]


def deploy_bundled(session: Session, actor: Actor = SYSTEM) -> list[DeploymentResult]:
    """Deploy the packages that this release brings, where they are newer.

    What was deployed once already is not checked again: the checks cost seconds.

    Raises:
        FindingsError: A file has a finding of severity error.
    """
    new: dict[str, Sequence[SourceFile]] = {}
    results = []
    for name, files in _bundled():
        known = _deployed(session, name, packages.digest_of(files))
        if known is None:
            new[name] = files
        else:
            results.append(DeploymentResult(deployment=known, created=False))
    called_first = _called_first(new)
    return results + [deploy(session, actor, name, new[name]) for name in called_first]


def _bundled() -> Iterator[tuple[str, Sequence[SourceFile]]]:
    processes, forms = bundled("processes"), bundled("forms")
    for folder in sorted(processes.iterdir()):
        if folder.is_dir() and any(folder.glob("*.bpmn")):
            yield folder.name, packages.read_folder(folder, forms / folder.name)


def _deployed(session: Session, name: str, digest: str) -> Deployment | None:
    rows = select(Deployment).where(
        Deployment.package == name, Deployment.digest == digest
    )
    return session.scalar(rows)


def _called_first(new: Files) -> list[str]:
    """Order packages so that what others call is there when they are checked."""
    own: dict[str, set[str]] = {}
    calls: dict[str, set[str]] = {}
    for name, files in new.items():
        infos = [info for _, info in packages.read(name, files).processes()]
        own[name] = {info.id for info in infos}
        calls[name] = {called for info in infos for called in info.called_processes}
    ordered: list[str] = []
    waiting = list(new)
    while waiting:
        missing = {process for name in waiting for process in own[name]}
        ready = [name for name in waiting if not calls[name] & (missing - own[name])]
        # Packages that call each other in a circle go as they come: the check says so.
        taken = ready or waiting
        ordered += taken
        waiting = [name for name in waiting if name not in taken]
    return ordered
