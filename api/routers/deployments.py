"""Deployments: packages of BPMN, DMN, forms and templates."""

import io
import zipfile
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Query, UploadFile

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Transaction
from api.findings import FindingAnswer, finding_answer
from api.shapes import Answer, Key
from engine import definitions
from engine.authorization import Permission
from engine.definitions import DeploymentResult
from engine.errors import InvalidInputError, TooLargeError
from engine.runtime import SourceFile

router = APIRouter(
    prefix="/v2/deployments", tags=["deployments"], route_class=CommandRoute
)

grant(Permission.DEPLOY, "POST /v2/deployments")

_TENANT = "<default>"
_MAX_FILES = 500
_MAX_UNPACKED = 20 * 1024 * 1024


class BrokenArchiveError(InvalidInputError):
    """The archive cannot be read."""

    code = "archive-broken"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} is no readable zip archive", f"{name}不是可读取的zip压缩包"
        )


class FileNameError(InvalidInputError):
    """A file's name leads out of the package."""

    code = "file-name-bad"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} leads out of the package; name files from its folder on",
            f"文件名{name}指向流程包之外;请使用包内的相对路径",
        )


class ArchiveTooLargeError(TooLargeError):
    """The archive holds more than a package may."""

    code = "archive-too-large"

    def __init__(self) -> None:
        super().__init__(
            f"A package holds at most {_MAX_FILES} files and 20 MiB",
            f"一个流程包最多包含{_MAX_FILES}个文件、20 MiB内容",
        )


class ProcessDeployed(Answer):
    """A process that the deployment put in force."""

    process_definition_id: str
    process_definition_version: int
    process_definition_key: Key
    resource_name: str
    tenant_id: str = _TENANT


class DecisionDeployed(Answer):
    """A decision that the deployment put in force."""

    decision_definition_id: str
    decision_definition_key: Key
    version: int
    name: str
    tenant_id: str = _TENANT
    decision_requirements_id: str
    decision_requirements_key: Key


class ResourceDeployed(Answer):
    """Any other file of the package."""

    resource_id: str
    resource_name: str
    resource_key: Key
    version: int
    tenant_id: str = _TENANT


class Deployed(Answer):
    """One item of a deployment; exactly one member is set."""

    process_definition: ProcessDeployed | None = None
    decision_definition: DecisionDeployed | None = None
    decision_requirements: None = None
    form: None = None
    resource: ResourceDeployed | None = None


class DeploymentAnswer(Answer):
    """What a deployment came to; a dry run has no key."""

    deployment_key: Key | None
    tenant_id: str = _TENANT
    package: str
    version: int | None
    created: bool
    deployments: list[Deployed]
    findings: list[FindingAnswer]


def _sources(
    resources: Annotated[list[UploadFile], File()], actor: CurrentActor
) -> list[SourceFile]:
    """Read the files (or one archive) before the transaction begins."""
    del actor  # only somebody who may deploy gets this far
    found: list[SourceFile] = []
    for upload in resources:
        name = upload.filename or "resource"
        content = upload.file.read()
        if name.lower().endswith(".zip"):
            found += _unpacked(name, content)
        else:
            found.append(SourceFile(name, content))
    for file in found:
        _require_inside(file.name)
    return found


def _require_inside(name: str) -> None:
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or not parts[0] or ":" in parts[0]:
        raise FileNameError(name)


@router.post("", operation_id="create_deployment")
def create_deployment(
    sources: Annotated[list[SourceFile], Depends(_sources)],
    actor: CurrentActor,
    session: Transaction,
    package: Annotated[str | None, Form()] = None,
    dry_run: Annotated[bool, Query(alias="dryRun")] = False,  # noqa: FBT002 - a query
) -> DeploymentAnswer:
    """Deploy files as one package: all of them or none.

    ``package`` names it; without it the first BPMN file's name does. Unchanged
    content makes no new version. With ``dryRun`` the findings come back and nothing
    is stored.
    """
    name = package or _name_of(sources)
    result = definitions.deploy(session, actor, name, sources, dry_run=dry_run)
    return _answer(name, result, actor.language)


def _name_of(sources: Sequence[SourceFile]) -> str:
    names = [s.name for s in sources]
    first = next((n for n in names if n.endswith(".bpmn")), names[0])
    return first.rsplit("/", 1)[-1].rsplit(".", 1)[0]


def _unpacked(name: str, content: bytes) -> list[SourceFile]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [m for m in archive.infolist() if not m.is_dir()]
            total = sum(m.file_size for m in members)
            if len(members) > _MAX_FILES or total > _MAX_UNPACKED:
                raise ArchiveTooLargeError
            return [SourceFile(m.filename, archive.read(m)) for m in members]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise BrokenArchiveError(name) from error


def _answer(name: str, result: DeploymentResult, language: str) -> DeploymentAnswer:
    row = result.deployment
    version = row.version if row else 0
    items = [
        Deployed(
            process_definition=ProcessDeployed(
                process_definition_id=p.process_id,
                process_definition_version=p.version,
                process_definition_key=p.key,
                resource_name=p.resource_name,
            )
        )
        for p in result.processes
    ]
    items += [
        Deployed(
            decision_definition=DecisionDeployed(
                decision_definition_id=d.decision_id,
                decision_definition_key=d.key,
                version=d.version,
                name=d.name,
                decision_requirements_id=d.resource_name,
                decision_requirements_key=d.deployment_key,
            )
        )
        for d in result.decisions
    ]
    items += [
        Deployed(
            resource=ResourceDeployed(
                resource_id=r.name,
                resource_name=r.name,
                resource_key=r.deployment_key,
                version=version,
            )
        )
        for r in result.resources
        if r.kind not in {"bpmn", "dmn"}
    ]
    return DeploymentAnswer(
        deployment_key=row.key if row else None,
        package=name,
        version=row.version if row else None,
        created=result.created,
        deployments=items,
        findings=[finding_answer(f, language) for f in result.findings],
    )


def as_dict(result: DeploymentAnswer) -> dict[str, Any]:
    """Return the answer as JSON data (the command line prints it)."""
    return result.model_dump(mode="json", by_alias=True)
