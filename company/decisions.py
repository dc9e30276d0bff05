"""Asking a deployed decision table from outside a process."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from engine import cache, definitions
from engine.errors import ConflictError
from engine.feel import plain


class DecisionNotDeployedError(ConflictError):
    """A table that the company decides by is not deployed."""

    code = "decision-not-deployed"

    def __init__(self, decision_id: str) -> None:
        super().__init__(
            f"The decision {decision_id} is not deployed; deploy its package first",
            f"决策表{decision_id}尚未部署,请先部署其所在的流程包",
        )


def ask(
    session: Session, decision_id: str, context: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the outputs of the newest version of a decision.

    Raises:
        DecisionNotDeployedError: There is none.
    """
    definition = definitions.latest_decision(session, decision_id)
    if definition is None:
        raise DecisionNotDeployedError(decision_id)
    decisions = definitions.decision_of(session, definition.key)
    result = decisions.evaluate(decision_id, context, now=cache.now(session))
    found = plain(dict(result.outputs))
    assert isinstance(found, dict)  # noqa: S101 - plain keeps the shape
    return found
