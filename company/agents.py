"""The customer service agent: one dedicated person for a customer (R4.3.0)."""

from sqlalchemy.orm import Session

from company import customers
from company.schema import Project
from engine import duties, notifications, scopes
from engine.actors import Actor
from engine.errors import InvalidInputError, Problem, Text
from engine.notifications import Cause, Wording
from engine.schema import UserAccount

POSITION = "customer_service_agent"


class NotAnAgentError(InvalidInputError):
    """Somebody who is no customer service agent was chosen."""

    code = "not-an-agent"

    def __init__(self, username: str) -> None:
        text = Text(
            f"{username} is no active customer service agent; choose another",
            f"{username}不是在职客户服务人员;请另选人员",
        )
        super().__init__(text.en, text.zh, (Problem("/agent", "not-an-agent", text),))


def candidates(session: Session) -> tuple[str, ...]:
    """Return the active people who hold the position, as configured."""
    position = duties.in_force(session).positions.get(POSITION)
    active = duties.active_users(session)
    named = position.users if position else ()
    return tuple(username for username in named if username in active)


def choose(session: Session, project: Project, given: str | None) -> str | None:
    """Return who is to serve the customer; None where somebody has to choose.

    Raises:
        NotAnAgentError: The given one is no agent.
    """
    possible = candidates(session)
    if given is not None and given in possible:
        return given
    if given is not None and given != project.agent:
        raise NotAnAgentError(given)
    known = customers.get(session, project.customer_key).agent
    if known in possible:
        return known
    return possible[0] if len(possible) == 1 else None


def assign(session: Session, actor: Actor, project: Project, agent: str) -> None:
    """Make ``agent`` the customer's own; open tasks of the project follow."""
    project.agent = agent
    customer = customers.get(session, project.customer_key)
    if customer.agent is None:
        customer.agent = agent
    scopes.set_members(session, project.key, "customer.agent", [agent], actor=actor)


def introduce(session: Session, actor: Actor, project: Project, cause: Cause) -> None:
    """Tell the agent and the customer's people about each other."""
    if project.agent is None:
        return
    account = session.get_one(UserAccount, project.agent)
    customer = customers.get(session, project.customer_key)
    values = {
        "customer": customer.name,
        "agent": account.display_name,
        "username": account.username,
    }
    told = [project.agent, *customers.portal_users(session, customer.key)]
    wording = Wording(template="agent_assigned", values=values)
    notifications.notify(session, actor, told, wording, cause)
