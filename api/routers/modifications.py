"""Moving tokens of an instance by hand, in the words of Camunda's clients."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import Field, model_validator

from api.access import grant
from api.dependencies import CommandRoute, CurrentActor, Transaction
from api.shapes import Body, Key
from engine import instances
from engine.authorization import Permission

router = APIRouter(prefix="/v2", tags=["process instances"], route_class=CommandRoute)

_PATH = "/process-instances/{process_instance_key}/modification"
grant(Permission.MANAGE_INSTANCES, f"POST /v2{_PATH}")
_ANY = -1

AnyKey = Annotated[str, Field(pattern=r"^(-1|\d{1,19})$")]


class AncestorKey(Body):
    """The element instance around a new token; -1 where only one runs."""

    ancestor_scope_type: Literal["direct", "inferred", "sourceParent"] = "direct"
    ancestor_element_instance_key: AnyKey = "-1"

    def key(self) -> int | None:
        """Return the key; None where none is meant."""
        return _ancestor(self.ancestor_element_instance_key)


class VariableInstruction(Body):
    """Variables for a new token."""

    variables: dict[str, Any]
    scope_id: str = ""


class ActivateInstruction(Body):
    """Put a token before an element."""

    element_id: str
    variable_instructions: list[VariableInstruction] = Field(default_factory=list)
    ancestor_element_instance_key: AnyKey = "-1"


class SourceInstruction(Body):
    """What to move: everything active at an element, or one element instance."""

    source_type: Literal["byId", "byKey"] | None = None
    source_element_id: str | None = None
    source_element_instance_key: Key | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "SourceInstruction":
        given = (self.source_element_id, self.source_element_instance_key)
        if given.count(None) != 1:
            raise ValueError("name an element or an element instance")
        return self


class MoveInstruction(Body):
    """Move tokens to another element, with the data that they have."""

    source_element_instruction: SourceInstruction
    target_element_id: str
    ancestor_scope_instruction: AncestorKey | None = None
    variable_instructions: list[VariableInstruction] = Field(default_factory=list)


class TerminateInstruction(Body):
    """End everything active at an element, or one element instance."""

    element_id: str | None = None
    element_instance_key: Key | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "TerminateInstruction":
        if (self.element_id, self.element_instance_key).count(None) != 1:
            raise ValueError("name an element or an element instance")
        return self


class Modification(Body):
    """All that is to change, at once; ``reason`` goes into the journal."""

    activate_instructions: list[ActivateInstruction] = Field(default_factory=list)
    move_instructions: list[MoveInstruction] = Field(default_factory=list)
    terminate_instructions: list[TerminateInstruction] = Field(default_factory=list)
    reason: str = Field(default="", max_length=1000)
    operation_reference: int | None = None

    def changes(self) -> list[instances.Change]:
        """Return the changes as the engine knows them."""
        return [
            *map(_activate, self.activate_instructions),
            *map(_move, self.move_instructions),
            *(
                instances.Terminate(
                    element_id=each.element_id,
                    element_instance_key=each.element_instance_key,
                )
                for each in self.terminate_instructions
            ),
        ]


@router.post(_PATH, status_code=204, operation_id="modify_process_instance")
def modify_process_instance(
    process_instance_key: Key,
    body: Modification,
    actor: CurrentActor,
    session: Transaction,
) -> None:
    """Put, move and end tokens: all of it or nothing.

    What would leave a join waiting for ever is refused.
    """
    instances.modify(
        session, actor, process_instance_key, body.changes(), reason=body.reason
    )


def _activate(given: ActivateInstruction) -> instances.Activate:
    return instances.Activate(
        element_id=given.element_id,
        variables=_variables(given.variable_instructions),
        ancestor_key=_ancestor(given.ancestor_element_instance_key),
    )


def _move(given: MoveInstruction) -> instances.MoveTokens:
    source, around = given.source_element_instruction, given.ancestor_scope_instruction
    return instances.MoveTokens(
        target_id=given.target_element_id,
        element_id=source.source_element_id,
        element_instance_key=source.source_element_instance_key,
        variables=_variables(given.variable_instructions),
        ancestor_key=around.key() if around else None,
    )


def _variables(given: list[VariableInstruction]) -> dict[str, Any]:
    return {name: value for each in given for name, value in each.variables.items()}


def _ancestor(key: str) -> int | None:
    found = int(key)
    return None if found == _ANY else found
