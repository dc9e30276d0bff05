"""The signed contract, written to the project's rows."""

from typing import Any

from company import contracts
from company.operations.calling import Parameters, case_of, project_of
from engine.operations import OperationContext, Operations


def register(operations: Operations) -> None:
    """Offer what is in here."""
    operations.register("case.merge_contract", merge, parameters=("case", "contract"))


def merge(context: OperationContext, given: Parameters) -> dict[str, Any]:
    """Register the contract and return the case without amount (R1.1.1).

    Raises:
        ContractNumberTakenError: The number belongs to another project.
    """
    project = project_of(context)
    contracts.register(context.session, project, given["contract"])
    return case_of(context, given, project)
