"""The procedure itself: who has studied it, and what proves its rules."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import Field

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Reading, Transaction
from api.shapes import Answer, Body
from company import acknowledgements, procedure
from engine.authorization import Permission

router = APIRouter(prefix="/v2/procedure", tags=["procedure"], route_class=CommandRoute)

grant(
    Permission.READ_PROCEDURE,
    "GET /v2/procedure",
    "GET /v2/procedure/acknowledgements",
    "POST /v2/procedure/acknowledgements",
    "GET /v2/procedure/trace",
)


class RuleAnswer(Answer):
    """A rule with the words that it comes from, in the caller's language."""

    id: str
    clause: str
    section: str
    text: str


class ProcedureAnswer(Answer):
    """The procedure in force; ``acknowledged`` says whether the caller studied it."""

    version: str
    acknowledged: bool
    rules: list[RuleAnswer]


class AcknowledgementBody(Body):
    """Which version was read; the one in force where left out."""

    version: str | None = Field(default=None, max_length=40)


class StandingAnswer(Answer):
    """A member of the staff; ``acknowledgedAt`` is null while he has not."""

    username: str
    name: str
    acknowledged_at: datetime | None


class AcknowledgementsAnswer(Answer):
    """Who has acknowledged the version in force, and who has not."""

    version: str
    items: list[StandingAnswer]
    missing: list[str]


class ProofAnswer(Answer):
    """A test that names the rule, how it ended in the last run, and what it proved.

    ``elements`` are those of the rule that it went through before it asserted.
    """

    id: str
    result: str
    elements: list[str]


class TracedRule(Answer):
    """A rule, the elements that carry it and the tests that prove it."""

    id: str
    clause: str
    text: str
    elements: list[str]
    tests: list[ProofAnswer]


class TraceAnswer(Answer):
    """All rules of the procedure."""

    rules: list[TracedRule]


@router.get("", operation_id="get_procedure")
def get_procedure(actor: CurrentActor, session: Reading) -> ProcedureAnswer:
    """Return the rules of the procedure."""
    return ProcedureAnswer(
        version=acknowledgements.version(session),
        acknowledged=acknowledgements.has_acknowledged(session, actor),
        rules=[
            RuleAnswer(
                id=rule.id,
                clause=rule.clause,
                section=rule.section,
                text=rule.text.to(actor.language),
            )
            for rule in procedure.rules()
        ],
    )


@router.get("/acknowledgements", operation_id="get_acknowledgements")
def get_acknowledgements(_: CurrentActor, session: Reading) -> AcknowledgementsAnswer:
    """Return who has studied the version in force, and who has not yet."""
    return _standings(session)


@router.post("/acknowledgements", status_code=201, operation_id="acknowledge_procedure")
def acknowledge_procedure(
    actor: CurrentActor,
    session: Transaction,
    body: AcknowledgementBody | None = None,
) -> AcknowledgementsAnswer:
    """Note that the caller has studied the procedure."""
    acknowledgements.acknowledge(session, actor, body.version if body else None)
    return _standings(session)


@router.get("/trace", operation_id="get_procedure_trace")
def get_procedure_trace(actor: CurrentActor, _: Reading) -> TraceAnswer:
    """Return rule → elements → tests, with the results of the last test run."""
    return TraceAnswer(
        rules=[
            TracedRule(
                id=traced.rule.id,
                clause=traced.rule.clause,
                text=traced.rule.text.to(actor.language),
                elements=list(traced.elements),
                tests=[
                    ProofAnswer(
                        id=proof.test,
                        result=proof.result,
                        elements=list(proof.elements),
                    )
                    for proof in traced.proofs
                ],
            )
            for traced in procedure.trace()
        ]
    )


def _standings(session: Reading) -> AcknowledgementsAnswer:
    standings = acknowledgements.standings(session)
    return AcknowledgementsAnswer(
        version=acknowledgements.version(session),
        items=[StandingAnswer.model_validate(each) for each in standings],
        missing=[each.username for each in standings if each.acknowledged_at is None],
    )
