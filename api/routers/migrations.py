"""One instance on its way to another version; what would become of many."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import Field

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Platform, Reading, Transaction
from api.shapes import Answer, Body, Key
from engine import migration
from engine.authorization import Actor, Permission
from engine.errors import Text
from engine.migration import Trial
from engine.runtime import Remark
from engine.schema import InstanceMigration

router = APIRouter(prefix="/v2", tags=["migrations"], route_class=CommandRoute)

_ONE = "/process-instances/{process_instance_key}/migration"
_TRIAL = "/process-instances/migration/trial"
_PLAN = "/process-definitions/{process_definition_key}/migration-plan"
grant(
    Permission.MANAGE_INSTANCES,
    f"POST /v2{_ONE}",
    f"GET /v2{_ONE}",
    f"POST /v2{_ONE}/reversal",
    f"POST /v2{_TRIAL}",
)
grant(Permission.READ_DEFINITIONS, f"POST /v2{_PLAN}")


class MappingInstruction(Body):
    """An element of the old version and what takes its place."""

    source_element_id: str
    target_element_id: str


class PlanBody(Body):
    """The version to go over to; elements that are not mapped keep their ids."""

    target_process_definition_key: Key
    mapping_instructions: list[MappingInstruction] = Field(default_factory=list)

    def mapping(self) -> dict[str, str]:
        """Return the mapping, old ids to new ones."""
        return {
            each.source_element_id: each.target_element_id
            for each in self.mapping_instructions
        }


class MigrationBody(PlanBody):
    """How one instance goes over, and why."""

    reason: str = Field(default="", max_length=1000)
    operation_reference: int | None = None


class TrialBody(Body):
    """Which running instances would go over (a filter of the search), and to what."""

    filter: dict[str, Any] = Field(default_factory=dict)
    migration_plan: PlanBody


class ReversalBody(Body):
    """Why an instance goes back to its version."""

    reason: str = Field(default="", max_length=1000)


class RemarkAnswer(Answer):
    """What stands in the way, or what to know; ``weight`` is note, … or unsafe."""

    code: str
    element_id: str
    weight: str
    path: list[str]
    message: str


class TrialAnswer(Answer):
    """What would become of an instance: safe, needs-mapping, unsafe or current."""

    process_instance_key: Key
    verdict: str
    remarks: list[RemarkAnswer]


class ReasonAnswer(Answer):
    """What stands in the way of some instances, or is to be known of them."""

    weight: str
    code: str
    element_id: str
    message: str
    count: int


class TrialsAnswer(Answer):
    """What would become of each instance, how many of each verdict, and why."""

    counts: dict[str, int]
    reasons: list[ReasonAnswer]
    items: list[TrialAnswer]


class MigrationAnswer(Answer):
    """What became of one instance; remarks say why not, or what to know."""

    process_instance_key: Key
    batch_operation_key: Key | None
    target_process_definition_key: Key
    state: str
    processed_date: datetime | None
    processed_by: str | None
    undone_date: datetime | None
    undone_by: str | None
    remarks: list[RemarkAnswer]


class PairAnswer(Answer):
    """An element and what takes its place; ``how`` is id, explicit or none."""

    source_element_id: str
    source_type: str
    target_element_id: str | None
    how: str
    remark: RemarkAnswer | None


class PlanAnswer(Answer):
    """What takes the place of each element; ``remarks`` are about the mapping."""

    elements: list[PairAnswer]
    remarks: list[RemarkAnswer]


@router.post(_PLAN, operation_id="plan_process_instance_migration")
def plan_process_instance_migration(
    process_definition_key: Key,
    body: PlanBody,
    actor: CurrentActor,
    session: Reading,
) -> PlanAnswer:
    """Say what takes the place of each element of a version in another one."""
    found = migration.plan(
        session,
        actor,
        process_definition_key,
        body.target_process_definition_key,
        body.mapping(),
    )
    elements = [
        PairAnswer(
            source_element_id=each.source_id,
            source_type=each.source_type,
            target_element_id=each.target_id,
            how=each.how,
            remark=remark_answer(each.remark, actor) if each.remark else None,
        )
        for each in found.elements
    ]
    remarks = [remark_answer(remark, actor) for remark in found.remarks]
    return PlanAnswer(elements=elements, remarks=remarks)


@router.post(_ONE, status_code=204, operation_id="migrate_process_instance")
def migrate_process_instance(
    process_instance_key: Key,
    body: MigrationBody,
    actor: CurrentActor,
    session: Transaction,
) -> None:
    """Take one instance over to another version; see GET for what to know of it."""
    target = body.target_process_definition_key
    migration.migrate(
        session,
        actor,
        process_instance_key,
        target,
        body.mapping(),
        reason=body.reason,
    )


@router.get(_ONE, operation_id="get_process_instance_migration")
def get_process_instance_migration(
    process_instance_key: Key, actor: CurrentActor, session: Reading
) -> MigrationAnswer:
    """Return the last migration of an instance, with what there is to know of it."""
    return _migration(migration.last(session, actor, process_instance_key), actor)


@router.post(
    f"{_ONE}/reversal", status_code=204, operation_id="undo_process_instance_migration"
)
def undo_process_instance_migration(
    process_instance_key: Key,
    actor: CurrentActor,
    session: Transaction,
    body: ReversalBody | None = None,
) -> None:
    """Take an instance back to its version, as long as it has not moved on."""
    reason = body.reason if body else ""
    migration.undo(session, actor, process_instance_key, reason=reason)


@router.post(_TRIAL, operation_id="try_process_instance_migration")
def try_process_instance_migration(
    body: TrialBody, actor: CurrentActor, platform: Platform
) -> TrialsAnswer:
    """Say what would become of each running instance that the filter finds.

    Nothing changes: each is sorted into safe, needs-mapping, unsafe or current, with
    the reasons.
    """
    plan = body.migration_plan
    tried = migration.dry_run(
        platform,
        actor,
        body.filter,
        plan.target_process_definition_key,
        plan.mapping(),
    )
    return _trials(tried, actor)


def _trials(tried: Iterable[Trial], actor: Actor) -> TrialsAnswer:
    counts = dict.fromkeys(("safe", "needs-mapping", "unsafe", "current"), 0)
    reasons: dict[tuple[str, str, str], ReasonAnswer] = {}
    items = []
    for each in tried:
        counts[each.verdict] += 1
        remarks = [remark_answer(remark, actor) for remark in each.remarks]
        items.append(
            TrialAnswer(
                process_instance_key=each.instance_key,
                verdict=each.verdict,
                remarks=remarks,
            )
        )
        for name, remark in {_name(remark): remark for remark in remarks}.items():
            reason = reasons.setdefault(name, _reason(remark))
            reason.count += 1
    return TrialsAnswer(counts=counts, reasons=list(reasons.values()), items=items)


def _name(remark: RemarkAnswer) -> tuple[str, str, str]:
    return remark.weight, remark.code, remark.element_id


def _reason(remark: RemarkAnswer) -> ReasonAnswer:
    return ReasonAnswer(
        weight=remark.weight,
        code=remark.code,
        element_id=remark.element_id,
        message=remark.message,
        count=0,
    )


def remark_answer(remark: Remark, actor: Actor) -> RemarkAnswer:
    """Return a remark in the actor's language."""
    return RemarkAnswer(
        code=remark.code,
        element_id=remark.element_id,
        weight=remark.weight,
        path=list(remark.path),
        message=remark.text.to(actor.language),
    )


def _migration(row: InstanceMigration, actor: Actor) -> MigrationAnswer:
    return MigrationAnswer(
        process_instance_key=row.instance_key,
        batch_operation_key=row.batch_key,
        target_process_definition_key=row.target_key,
        state=row.state,
        processed_date=row.processed_at,
        processed_by=row.processed_by,
        undone_date=row.undone_at,
        undone_by=row.undone_by,
        remarks=[stored_remark(remark, actor) for remark in row.remarks],
    )


def stored_remark(remark: Mapping[str, Any], actor: Actor) -> RemarkAnswer:
    """Return a remark as it was stored, in the actor's language."""
    return RemarkAnswer(
        code=remark["code"],
        element_id=remark["element_id"],
        weight=remark["weight"],
        path=remark["path"],
        message=Text(**remark["text"]).to(actor.language),
    )
