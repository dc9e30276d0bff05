"""Where an instance begins."""

from typing import Any

from engine.runtime import messages, scopes
from engine.runtime.data import Data
from engine.runtime.faults import NotWaitingError
from engine.runtime.model import Model
from engine.runtime.specs import ScopeSpec
from engine.runtime.tokens import RootScope


def start_nodes(model: Model, start_element: str | None) -> tuple[str, ...]:
    """Return where tokens begin: at a start event, or at all that comes first.

    Raises:
        NotWaitingError: the process has no such start event.
    """
    spec = model.root
    if start_element:
        found = [name for name in spec.starts if _id_of(spec, name) == start_element]
    else:
        found = list(spec.entrances) or (
            list(spec.starts) if len(spec.starts) == 1 else []
        )
    if not found:
        raise NotWaitingError(start_element or model.process_id, "start event")
    is_event = spec.node(found[0]).element.type == "startEvent"
    return tuple(found[:1] if is_event else found)


def _id_of(spec: ScopeSpec, name: str) -> str:
    return spec.node(name).element.id


def begin(root: RootScope, data: Data, names: tuple[str, ...], payload: Any) -> None:
    """Put the first tokens there, with what the start event stores."""
    element = root.spec.node(names[0]).element
    begun = messages.store(data, element.trigger, payload)
    if element.type == "intermediateCatchEvent":
        scopes.begin_behind(root, begun, names[0])
    else:
        scopes.begin(root, begun, names)
