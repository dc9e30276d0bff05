"""Nodes and scopes of a model, as SpiffWorkflow's task and process specifications.

Tokens appear here only as what they are handed on as: ``engine.runtime.tokens``
stands above.
"""

from collections.abc import Iterator
from typing import Any, cast

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.mixins import BpmnSpecMixin
from typing_extensions import override

from engine.runtime.data import Data
from engine.runtime.elements import Contract, Element, Flow


class Behaviour:
    """How tokens behave at one kind of element; stateless, one for all models."""

    def arrive(self, token: Any) -> bool:
        """Take the token in; return whether it may run now."""
        raise NotImplementedError

    def run(self, token: Any) -> bool | None:
        """Do the element's work: True when it is done, None when it waits."""
        raise NotImplementedError

    def caught(self, token: Any, payload: Any) -> None:
        """Take the event that the token waits for."""
        raise NotImplementedError

    def raced(self, token: Any, winner: Any, payload: Any) -> None:
        """Take the event that one of the tokens below waits for."""
        raise NotImplementedError

    def inside_done(self, token: Any, data: Data) -> None:
        """Take what the scope inside gives, now that it has ended."""
        raise NotImplementedError

    def close(self, token: Any) -> None:
        """Reckon what leaving needs; the last moment at which it may fail."""
        raise NotImplementedError

    def leave(self, token: Any) -> None:
        """Pass the token on; nothing may fail any more."""
        raise NotImplementedError


class NodeSpec(BpmnSpecMixin):  # type: ignore[misc]  # SpiffWorkflow has no types
    """A flow node as SpiffWorkflow's task specification; asks our behaviours."""

    name: str

    def __init__(self, scope: "ScopeSpec", element: Element, does: Behaviour) -> None:
        super().__init__(scope, element.name_in_model, bpmn_name=element.name)
        self.element, self.does = element, does

    @override
    def test(self) -> None:
        """Find nothing wrong: models are checked when they are compiled."""

    @override
    def _predict(self, my_task: Any, *_: Any, **__: Any) -> None:
        """Predict nothing: the tree holds what is there, not what may come."""

    @override
    def _update_hook(self, my_task: Any) -> bool:
        return self.does.arrive(my_task)

    @override
    def _on_ready_hook(self, my_task: Any) -> None:
        my_task.work.ready.append(my_task)

    @override
    def _on_complete(self, my_task: Any) -> None:
        # SpiffWorkflow would wake the children once more.
        self.does.leave(my_task)


class ScopeSpec(BpmnProcessSpec):  # type: ignore[misc]  # SpiffWorkflow has no types
    """What a process or sub-process consists of.

    ``key`` is unique in the model. ``starts`` are the nodes where tokens can begin,
    ``entrances`` those of them that no event triggers, ``triggered`` the event
    sub-processes in it. ``element`` is the sub-process in the outer scope, None for
    a process. ``sources`` maps a node to those before it, ``hosts`` a boundary event
    to its activity. ``undoable`` tells that compensation is used in the model.
    """

    start: Any
    task_specs: dict[str, Any]

    def __init__(self, key: str, process_id: str, element: Element | None) -> None:
        super().__init__(name=key)
        self.key, self.process_id, self.element = key, process_id, element
        self.starts: tuple[str, ...] = ()
        self.entrances: tuple[str, ...] = ()
        self.triggered: tuple[str, ...] = ()
        self.contract: Contract | None = None
        self.sources: dict[str, tuple[str, ...]] = {}
        self.flows: dict[str, Flow] = {}
        self.hosts: dict[str, str] = {}
        self.undoable = False

    def node(self, name: str) -> NodeSpec:
        """Return the node called ``name`` in the model."""
        return cast("NodeSpec", self.task_specs[name])

    def nodes(self) -> Iterator[NodeSpec]:
        """Yield every flow node."""
        return (found for found in self.task_specs.values() if type(found) is NodeSpec)
