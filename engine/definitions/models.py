"""Which versions belong together, and the runtime models made of them.

An instance refers to a `ProcessModel`: its definition and, pinned when it was
created, the versions of all that it calls. What is deployed later never changes a
running case.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import cache
from engine.database import after_commit, insert_missing
from engine.definitions.deploying import REVISION
from engine.definitions.package import combined
from engine.definitions.rows import newest_process
from engine.dmn import Decisions
from engine.dmn import parse as parse_decisions
from engine.errors import NotFoundError
from engine.runtime import (
    BpmnFile,
    ElementInfo,
    Model,
    ProcessInfo,
    SourceFile,
    compile_model,
    describe,
)
from engine.schema import (
    DecisionDefinition,
    DeploymentResource,
    ProcessDefinition,
    ProcessModel,
    Resource,
    next_key,
)


class DefinitionNotFoundError(NotFoundError):
    """No such process, or not in that version."""

    code = "definition-not-found"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is no deployed process {name}; deploy it first",
            f"没有已部署的流程{name},请先部署",
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where an element of a running instance is drawn: in its process or a called one.

    ``definition`` is the version that declares it, so forms come from there.
    """

    definition: ProcessDefinition
    info: ElementInfo


@dataclass(frozen=True, slots=True)
class Composition:
    """A version with the versions of all that it calls, as they are deployed now.

    ``members`` are those of `members_of`; ``digest`` is the same for the same ones.
    """

    members: Mapping[str, Any]
    digest: str


def get(session: Session, definition_key: int) -> ProcessDefinition:
    """Return a version of a process by its key; the row is shared, never change it.

    Raises:
        DefinitionNotFoundError: There is none.
    """
    texts = cache.caches(session).texts
    row = texts.get(("definition", definition_key))
    if row is None:
        row = session.get(ProcessDefinition, definition_key)
        if row is None:
            raise DefinitionNotFoundError(str(definition_key))
        session.expunge(row)
        texts.put(("definition", definition_key), row)
    return cast("ProcessDefinition", row)


def latest(
    session: Session, process_id: str, version: int | None = None
) -> ProcessDefinition:
    """Return the newest version of a process, or the one asked for.

    Raises:
        DefinitionNotFoundError: There is none.
    """
    if version is None:
        keys = cache.refreshed(session).revised(
            session, REVISION, lambda: _newest_key(session, process_id), process_id
        )
    else:
        keys = session.scalar(
            select(ProcessDefinition.key).where(
                ProcessDefinition.process_id == process_id,
                ProcessDefinition.version == version,
            )
        )
    if keys is None:
        raise DefinitionNotFoundError(process_id)
    return get(session, keys)


def pin(session: Session, definition: ProcessDefinition) -> int:
    """Return the key of the model that a new instance of ``definition`` gets.

    What it calls is pinned to the newest versions deployed now, whatever their
    package.
    """
    texts = cache.refreshed(session).texts
    name = ("model", definition.key, cache.revision(session, REVISION))
    key: int | None = texts.get(name)
    if key is None:
        key = _stored(session, composed(session, definition))
        if not cache.is_bumped(session, REVISION):
            # The row may be new: nobody else may know its key before the commit.
            after_commit(session, lambda: texts.put(name, key))
    return key


def composed(session: Session, definition: ProcessDefinition) -> Composition:
    """Return what a new instance of ``definition`` would be pinned to; stores nothing.

    Instances that run on exactly that are found with `pinned`.
    """
    processes: dict[str, int] = {definition.process_id: definition.key}
    decisions: dict[str, int] = {}
    waiting = [definition]
    while waiting:
        process = _process(session, waiting.pop())
        for decision_id in sorted(process.decisions):
            if row := latest_decision(session, decision_id):
                decisions[decision_id] = row.key
        for called in sorted(process.called_processes - processes.keys()):
            if found := newest_process(session, called):
                processes[called] = found.key
                waiting.append(found)
    lines = [f"process {key}" for key in processes.values()]
    lines += [f"decision {key}" for key in decisions.values()]
    members = {
        "root": definition.key,
        "processes": processes,
        "decisions": decisions,
    }
    return Composition(members, combined([*lines, f"root {definition.key}"]))


def pinned(session: Session, composition: Composition) -> int | None:
    """Return the key of the model that instances were pinned to, if any ever was."""
    known = select(ProcessModel.key).where(ProcessModel.digest == composition.digest)
    return session.scalar(known)


def compiled(session: Session, composition: Composition) -> Model:
    """Return the compiled model of a composition, be it pinned or not.

    Raises:
        ModelError: A file that was deployed cannot be compiled any more.
    """
    texts, name = cache.caches(session).texts, ("compiled", composition.digest)
    model: Model | None = texts.get(name)
    if model is None:
        model = _compiled(session, composition.members)
        texts.put(name, model)
    return model


def model_of(session: Session, model_key: int) -> Model:
    """Return the compiled model; compiling it once serves all its instances.

    Raises:
        ModelError: A file that was deployed cannot be compiled any more.
    """
    models = cache.caches(session).models
    model: Model | None = models.get(model_key)
    if model is None:
        model = _compiled(session, members_of(session, model_key))
        models.put(model_key, model)
    return model


def members_of(session: Session, model_key: int) -> Mapping[str, Any]:
    """Return ``root``, ``processes`` and ``decisions`` of a model: ids and keys."""
    texts = cache.caches(session).texts
    members = texts.get(("members", model_key))
    if members is None:
        row = session.get_one(ProcessModel, model_key)
        members = row.members
        texts.put(("members", model_key), members)
    return cast("Mapping[str, Any]", members)


def element(session: Session, definition_key: int, element_id: str) -> ElementInfo:
    """Return what the diagram of a version says about an element.

    Raises:
        NotFoundError: The process has no such element.
    """
    found = elements(session, definition_key).get(element_id)
    if found is None:
        raise NotFoundError(
            f"The process has no element {element_id}", f"流程中没有元素{element_id}"
        )
    return found


def elements(session: Session, definition_key: int) -> Mapping[str, ElementInfo]:
    """Return all elements of a version by id, in the order of the diagram."""
    texts = cache.caches(session).texts
    found = texts.get(("elements", definition_key))
    if found is None:
        process = _process(session, get(session, definition_key))
        found = {element.id: element for element in process.elements}
        texts.put(("elements", definition_key), found)
    return cast("Mapping[str, ElementInfo]", found)


def place(
    session: Session, model_key: int, path: Iterable[str], element_id: str
) -> Place:
    """Return where the element is drawn that an instance reached through ``path``.

    ``path`` names the enclosing sub-processes and call activities, outermost first.
    """
    texts, path = cache.caches(session).texts, tuple(path)
    found = texts.get(("place", model_key, path, element_id))
    if found is None:
        found = place_in(session, members_of(session, model_key), path, element_id)
        texts.put(("place", model_key, path, element_id), found)
    return cast("Place", found)


def place_in(
    session: Session, members: Mapping[str, Any], path: Iterable[str], element_id: str
) -> Place:
    """Return the same for ``members`` that nothing may be pinned to yet."""
    key = members["root"]
    for step in path:
        around = elements(session, key).get(step)
        if around is not None and around.called_element in members["processes"]:
            key = members["processes"][around.called_element]
    return Place(get(session, key), element(session, key, element_id))


def source(session: Session, definition: ProcessDefinition) -> SourceFile:
    """Return the BPMN file of a version."""
    return _source(session, definition.deployment_key, definition.resource_name)


def decision_of(session: Session, definition_key: int) -> Decisions:
    """Return the decisions of the file that a version of a decision stands in."""
    return _decisions(session, definition_key)


def decision_source(session: Session, decision_key: int) -> SourceFile:
    """Return the DMN file of a version of a decision."""
    row = session.get_one(DecisionDefinition, decision_key)
    return _source(session, row.deployment_key, row.resource_name)


def latest_decision(session: Session, decision_id: str) -> DecisionDefinition | None:
    """Return the newest version of a decision, or None."""
    return session.scalar(
        select(DecisionDefinition)
        .where(DecisionDefinition.decision_id == decision_id)
        .order_by(DecisionDefinition.version.desc())
        .limit(1)
    )


def _newest_key(session: Session, process_id: str) -> int | None:
    row = newest_process(session, process_id)
    return row.key if row else None


def _compiled(session: Session, members: Mapping[str, Any]) -> Model:
    decisions = {
        decision_id: _decisions(session, key)
        for decision_id, key in members["decisions"].items()
    }
    root = get(session, members["root"])
    return compile_model(root.process_id, _files(session, members), decisions)


def _stored(session: Session, composition: Composition) -> int:
    found = pinned(session, composition)
    if found is None:
        row = {
            "key": next_key(),
            "definition_key": composition.members["root"],
            "digest": composition.digest,
            "members": composition.members,
        }
        insert_missing(session, ProcessModel, row)
        known = ProcessModel.digest == composition.digest
        found = session.scalars(select(ProcessModel.key).where(known)).one()
    return found


def _process(session: Session, definition: ProcessDefinition) -> ProcessInfo:
    texts = cache.caches(session).texts
    file: BpmnFile | None = texts.get(("bpmn", definition.digest))
    if file is None:
        file = describe(source(session, definition))
        texts.put(("bpmn", definition.digest), file)
    return next(each for each in file.processes if each.id == definition.process_id)


def _files(session: Session, members: Mapping[str, Any]) -> list[SourceFile]:
    """Return each BPMN file once, although it may hold several of the members."""
    found: dict[bytes, SourceFile] = {}
    for key in members["processes"].values():
        file = source(session, get(session, key))
        found.setdefault(file.content, file)
    return list(found.values())


def _decisions(session: Session, decision_key: int) -> Decisions:
    texts = cache.caches(session).texts
    found = texts.get(("decisions", decision_key))
    if found is None:
        file = decision_source(session, decision_key)
        found = parse_decisions(file.content, file.name)
        texts.put(("decisions", decision_key), found)
    return cast("Decisions", found)


def _source(session: Session, deployment_key: int, name: str) -> SourceFile:
    content = session.scalar(
        select(Resource.content)
        .join(DeploymentResource, DeploymentResource.digest == Resource.digest)
        .where(
            DeploymentResource.deployment_key == deployment_key,
            DeploymentResource.name == name,
        )
    )
    if content is None:
        raise NotFoundError(f"There is no file {name}", f"没有文件{name}")
    return SourceFile(name, content)


def files_of(session: Session, deployment_key: int) -> Iterator[SourceFile]:
    """Yield all files of a deployment."""
    rows = session.execute(
        select(DeploymentResource.name, Resource.content)
        .join(Resource, DeploymentResource.digest == Resource.digest)
        .where(DeploymentResource.deployment_key == deployment_key)
        .order_by(DeploymentResource.name)
    )
    for name, content in rows:
        yield SourceFile(name, content)
