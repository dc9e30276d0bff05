"""Decisions: which are deployed, and what one decides for given values."""

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import Row

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Reading, Transaction
from api.shapes import Answer, Body, Found, Key, Search, page_of
from engine import definitions
from engine.authorization import Permission
from engine.definitions import DecisionEvaluated, Taken
from engine.dmn import Cell, MatchedRule
from engine.errors import MalformedRequestError
from engine.schema import to_json

router = APIRouter(
    prefix="/v2/decision-definitions",
    tags=["decision definitions"],
    route_class=CommandRoute,
)

_ONE = "/{decision_definition_key}"
grant(
    Permission.READ_DEFINITIONS,
    "POST /v2/decision-definitions/search",
    f"GET /v2/decision-definitions{_ONE}",
    f"GET /v2/decision-definitions{_ONE}/xml",
)
grant(
    Permission.EVALUATE_DECISIONS,
    "POST /v2/decision-definitions/evaluation",
)
_TENANT = "<default>"


class WhichDecisionError(MalformedRequestError):
    """A decision is named by its id or by its key."""

    code = "malformed"

    def __init__(self) -> None:
        super().__init__(
            "Name the decision by decisionDefinitionId or by decisionDefinitionKey, "
            "not by both",
            "请用decisionDefinitionId或decisionDefinitionKey之一指定决策",
        )


class DecisionAnswer(Answer):
    """A version of a decision; its requirements are those of its file."""

    decision_definition_id: str
    decision_definition_key: Key
    name: str
    version: int
    package: str
    decision_requirements_id: str
    decision_requirements_key: Key
    decision_requirements_name: str
    decision_requirements_version: int
    tenant_id: str = _TENANT


class Evaluation(Body):
    """Which decision to evaluate, by id (the newest version) or by key, on what."""

    decision_definition_id: str | None = None
    decision_definition_key: Key | None = None
    variables: dict[str, Any] = Field(default_factory=dict)
    tenant_id: str | None = None


class InputEvaluated(Answer):
    """What a column of a table looked at; the value is JSON."""

    input_id: str
    input_name: str
    input_value: str


class OutputEvaluated(Answer):
    """What a cell of a matching row gave; the value is JSON."""

    output_id: str
    output_name: str
    output_value: str
    rule_id: str
    rule_index: int


class RuleMatched(Answer):
    """A row that matched; the index counts from 1."""

    rule_id: str
    rule_index: int
    evaluated_outputs: list[OutputEvaluated]
    annotations: dict[str, str]


class OneEvaluated(Answer):
    """A decision that was evaluated on the way; the output is JSON."""

    decision_definition_id: str
    decision_definition_key: Key
    decision_definition_name: str
    decision_definition_version: int
    decision_definition_type: str
    decision_evaluation_instance_key: str
    output: str
    matched_rules: list[RuleMatched]
    evaluated_inputs: list[InputEvaluated]
    tenant_id: str = _TENANT


class EvaluationAnswer(Answer):
    """What a decision gave, as JSON, and how it came to it."""

    decision_definition_id: str
    decision_definition_key: Key
    decision_definition_name: str
    decision_definition_version: int
    decision_evaluation_key: Key
    decision_instance_key: Key
    decision_requirements_id: str
    decision_requirements_key: Key
    output: str
    failed_decision_definition_id: str | None
    failure_message: str | None
    evaluated_decisions: list[OneEvaluated]
    tenant_id: str = _TENANT


@router.post("/search", operation_id="search_decision_definitions")
def search_decision_definitions(
    body: Search, actor: CurrentActor, session: Reading
) -> Found[DecisionAnswer]:
    """Find versions of decisions."""
    found = definitions.search_decisions(session, actor, body.query())
    return page_of(found, [_answer(row) for row in found.items])


@router.post("/evaluation", operation_id="evaluate_decision")
def evaluate_decision(
    body: Evaluation, actor: CurrentActor, session: Transaction
) -> EvaluationAnswer:
    """Evaluate a decision; the answer names the rows that matched.

    What a process would stop at comes back as ``failureMessage``.
    """
    named = body.decision_definition_id or ""
    if bool(named) is (body.decision_definition_key is not None):
        raise WhichDecisionError
    done = definitions.evaluate(
        session,
        actor,
        body.variables,
        decision_id=named,
        key=body.decision_definition_key,
    )
    return _evaluated(done, chinese=actor.language.startswith("zh"))


@router.get(_ONE, operation_id="get_decision_definition")
def get_decision_definition(
    decision_definition_key: Key, actor: CurrentActor, session: Reading
) -> DecisionAnswer:
    """Return a version of a decision."""
    return _answer(definitions.decision(session, actor, decision_definition_key))


@router.get(f"{_ONE}/xml", operation_id="get_decision_definition_xml")
def get_decision_definition_xml(
    decision_definition_key: Key, actor: CurrentActor, session: Reading
) -> Response:
    """Return the file of a decision as DMN XML, exactly as it was deployed."""
    row = definitions.decision(session, actor, decision_definition_key)
    return Response(
        definitions.decision_source(session, row.key).content,
        media_type="text/xml",
        headers={"Cache-Control": "private, max-age=31536000, immutable"},
    )


def _answer(row: Row[Any]) -> DecisionAnswer:
    return DecisionAnswer(
        decision_definition_id=row.decision_id,
        decision_definition_key=row.key,
        name=row.name,
        version=row.version,
        package=row.package,
        decision_requirements_id=row.resource_name,
        decision_requirements_key=row.deployment_key,
        decision_requirements_name=row.resource_name,
        decision_requirements_version=row.deployment_version,
    )


def _evaluated(done: DecisionEvaluated, *, chinese: bool) -> EvaluationAnswer:
    row, failure = done.definition, done.failure
    return EvaluationAnswer(
        decision_definition_id=row.decision_id,
        decision_definition_key=row.key,
        decision_definition_name=row.name,
        decision_definition_version=row.version,
        decision_evaluation_key=done.key,
        decision_instance_key=done.key,
        decision_requirements_id=row.resource_name,
        decision_requirements_key=row.deployment_key,
        output=to_json(done.output),
        failed_decision_definition_id=row.decision_id if failure else None,
        failure_message=(failure.zh if chinese else failure.en) if failure else None,
        evaluated_decisions=[
            _taken(each, f"{done.key}-{number}")
            for number, each in enumerate(done.taken, 1)
        ],
    )


def _taken(each: Taken, key: str) -> OneEvaluated:
    row = each.definition
    return OneEvaluated(
        decision_definition_id=row.decision_id,
        decision_definition_key=row.key,
        decision_definition_name=row.name,
        decision_definition_version=row.version,
        decision_definition_type=(
            "DECISION_TABLE" if each.is_table else "LITERAL_EXPRESSION"
        ),
        decision_evaluation_instance_key=key,
        output=to_json(each.output),
        matched_rules=[_rule(*rule) for table in each.tables for rule in table.rows],
        evaluated_inputs=[_input(c) for table in each.tables for c in table.inputs],
    )


def _input(cell: Cell) -> InputEvaluated:
    return InputEvaluated(
        input_id=cell.id, input_name=cell.name, input_value=_json(cell.value)
    )


def _rule(rule: MatchedRule, cells: Iterable[Cell]) -> RuleMatched:
    return RuleMatched(
        rule_id=rule.rule_id,
        rule_index=rule.index,
        evaluated_outputs=[
            OutputEvaluated(
                output_id=cell.id,
                output_name=cell.name,
                output_value=_json(cell.value),
                rule_id=rule.rule_id,
                rule_index=rule.index,
            )
            for cell in cells
        ],
        annotations=dict(rule.annotations),
    )


def _json(value: Any) -> str:
    return to_json(definitions.kept(value))
