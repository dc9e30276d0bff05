"""Decisions by themselves: finding them, and evaluating one outside of a process."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Table, select
from sqlalchemy.orm import Session

from engine import cache, calendars, journal
from engine import search as searching
from engine.authorization import Actor, Permission, require
from engine.definitions.models import decision_of, latest_decision
from engine.dmn import DecisionResult, Decisions, TableTaken
from engine.errors import NotFoundError, Text
from engine.events import Event
from engine.feel import FeelError, plain
from engine.runtime import UnsuitableValueError, accept_value
from engine.schema import DecisionDefinition, Deployment
from engine.search import Found, Query, Searchable

_DECISIONS: Table = DecisionDefinition.metadata.tables["decision_definition"]
_DEPLOYMENTS: Table = Deployment.metadata.tables["deployment"]
_ROWS = select(
    _DECISIONS,
    _DEPLOYMENTS.c.package,
    _DEPLOYMENTS.c.version.label("deployment_version"),
).join(_DEPLOYMENTS, _DEPLOYMENTS.c.key == _DECISIONS.c.deployment_key)
_SEARCHABLE = Searchable(
    {
        "decisionDefinitionKey": searching.key(_DECISIONS.c.key),
        "decisionDefinitionId": searching.text(_DECISIONS.c.decision_id),
        "decisionRequirementsId": searching.text(_DECISIONS.c.resource_name),
        "decisionRequirementsKey": searching.key(_DECISIONS.c.deployment_key),
        "name": searching.text(_DECISIONS.c.name),
        "version": searching.number(_DECISIONS.c.version),
        "package": searching.text(_DEPLOYMENTS.c.package),
    },
    _DECISIONS.c.key,
)


class DecisionMissingError(NotFoundError):
    """No such decision is deployed."""

    code = "decision-definition-not-found"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is no deployed decision {name}; deploy its file first",
            f"没有已部署的决策{name},请先部署其文件",
        )


@dataclass(frozen=True, slots=True)
class DecisionEvaluated:
    """What an evaluation came to.

    ``key`` is that of its entry in the journal. ``taken`` are the decisions that were
    evaluated on the way, itself last. ``failure`` says why there is no output, also
    where the standard makes it null and a process would stop (rows that match
    together under UNIQUE).
    """

    key: int
    definition: DecisionDefinition
    output: Any
    taken: tuple["Taken", ...]
    failure: Text | None


@dataclass(frozen=True, slots=True)
class Taken:
    """A decision that was evaluated on the way, and its tables."""

    definition: DecisionDefinition
    output: Any
    is_table: bool
    tables: tuple[TableTaken, ...]


def search_decisions(session: Session, actor: Actor, query: Query) -> Found[Row[Any]]:
    """Return versions of decisions, with ``package`` and ``deployment_version``.

    Raises:
        BadQueryError: A filter, a sort field or an operator is unknown.
    """
    require(actor, Permission.READ_DEFINITIONS)
    return _SEARCHABLE.search(session, _ROWS, query)


def decision(session: Session, actor: Actor, key: int) -> Row[Any]:
    """Return a version of a decision as a search would.

    Raises:
        DecisionMissingError: There is none.
    """
    require(actor, Permission.READ_DEFINITIONS)
    row = session.execute(_ROWS.where(_DECISIONS.c.key == key)).first()
    if row is None:
        raise DecisionMissingError(str(key))
    return row


def evaluate(
    session: Session,
    actor: Actor,
    variables: Mapping[str, Any],
    *,
    decision_id: str = "",
    key: int | None = None,
) -> DecisionEvaluated:
    """Evaluate a version of a decision by its key, or the newest one of its id.

    The journal keeps what went in, what came out and which rows matched.

    Raises:
        DecisionMissingError: There is none.
        NotAllowedError: The actor may not evaluate decisions.
    """
    require(actor, Permission.EVALUATE_DECISIONS)
    if key is None:
        row = latest_decision(session, decision_id)
    else:
        row = session.get(DecisionDefinition, key)
    if row is None:
        raise DecisionMissingError(decision_id or str(key))
    decisions = decision_of(session, row.key)
    result, failure = _evaluated(session, decisions, row.decision_id, variables)
    output = None
    if result is not None and failure is None:
        output, failure = _kept(result.output)
    names = decisions.inputs(row.decision_id)
    details = {
        "decision": row.decision_id,
        "version": row.version,
        "inputs": {name: variables[name] for name in names if name in variables},
        "output": output,
        "matched": [
            [rule.decision_id, rule.rule_id, rule.index]
            for rule in (result.matched if result else ())
        ],
        **({"failure": failure.en} if failure else {}),
    }
    entry = journal.record(session, actor, Event.DECISION_TAKEN, details=details)
    taken = _taken(session, row, decisions, result) if result else ()
    return DecisionEvaluated(entry, row, output, tuple(taken), failure)


def _evaluated(
    session: Session, decisions: Decisions, name: str, variables: Mapping[str, Any]
) -> tuple[DecisionResult | None, Text | None]:
    now = cache.now(session).astimezone(calendars.calendar(session).zone)
    try:
        result = decisions.evaluate(name, variables, now=now)
    except FeelError as error:
        return None, error.text
    return result, result.notes[0] if result.notes else None


def kept(value: Any) -> Any:
    """Return a value as process data would hold it; null where it cannot."""
    return _kept(value)[0]


def _kept(value: Any) -> tuple[Any, Text | None]:
    """Return a value as process data would hold it, or why it cannot."""
    try:
        return accept_value(plain(value)), None
    except (FeelError, UnsuitableValueError) as error:
        return None, error.text


def _taken(
    session: Session,
    definition: DecisionDefinition,
    decisions: Decisions,
    result: DecisionResult,
) -> Iterator[Taken]:
    rows = session.scalars(
        select(DecisionDefinition).where(
            DecisionDefinition.deployment_key == definition.deployment_key,
            DecisionDefinition.resource_name == definition.resource_name,
        )
    )
    of_file = {row.decision_id: row for row in rows}
    for decision_id, value in result.given.items():
        if decision_id in of_file:
            yield Taken(
                of_file[decision_id],
                kept(value),
                decisions.is_table(decision_id),
                tuple(t for t in result.tables if t.decision_id == decision_id),
            )
