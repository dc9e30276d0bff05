"""Who manages a project, and who serves its customer."""

from typing import Any

from company import agents, contracts
from company.operations.calling import Parameters, case_of, cause_of, project_of
from engine import notifications, scopes
from engine.errors import InvalidInputError
from engine.operations import OperationContext, Operations


class NominationsDifferError(InvalidInputError):
    """The appointers did not name the same person."""

    code = "nominations-differ"

    def __init__(self) -> None:
        super().__init__(
            "The nominations are not unanimous", "实施经理人选不一致,不能指定"
        )


def register(operations: Operations) -> None:
    """Offer what is in here."""
    operations.register(
        "project.set_manager", set_manager, parameters=("case", "nominations")
    )
    operations.register(
        "service.assign_agent", assign_agent, parameters=("case", "agent")
    )


def set_manager(context: OperationContext, given: Parameters) -> dict[str, Any]:
    """Appoint the unanimous nominee and release the redacted contract.

    R1.2.1 and R1.1.3: from now on the redacted contract is also the manager's.

    Raises:
        NominationsDifferError: The nominations name different people.
    """
    nominees = {item["nominee"] for item in given["nominations"]}
    if len(nominees) != 1:
        raise NominationsDifferError
    (manager,) = nominees
    project = project_of(context)
    project.manager = manager
    scopes.set_members(context.session, project.key, "project.manager", [manager])
    paper = contracts.release_redacted(context.session, project)
    notifications.notify(
        context.session,
        context.actor,
        [manager],
        notifications.Wording(template="contract_released"),
        cause_of(context),
        attached=[paper] if paper else [],
    )
    return case_of(context, given, project)


def assign_agent(context: OperationContext, given: Parameters) -> dict[str, Any]:
    """Give the customer a person of his own, and tell both (R4.3.0).

    The given agent, else the customer's, else the only one there is. With several
    and none chosen the case keeps ``agent`` null: service management has to choose.
    """
    project = project_of(context)
    chosen = agents.choose(context.session, project, given.get("agent"))
    if chosen is not None:
        agents.assign(context.session, context.actor, project, chosen)
        agents.introduce(context.session, context.actor, project, cause_of(context))
    return case_of(context, given, project)
