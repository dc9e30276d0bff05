"""Correcting process data by hand, while tokens rest."""

from engine.runtime.data import Data
from engine.runtime.tokens import RootScope, Scope, Token


def everywhere(root: RootScope, new: Data) -> None:
    """Set variables at every token of the process; called processes keep theirs."""
    _set_in(root, new)


def around(token: Token, new: Data) -> None:
    """Set variables at every token of the process, or called one, that ``token`` is in.

    So a token in a called process sees them, and what called it does not.
    """
    scope: Scope = token.scope
    while (host := scope.host) is not None and _is_embedded(scope):
        scope = host.scope
    _set_in(scope, new)


def inside(token: Token, new: Data) -> None:
    """Set variables at ``token`` and at what runs in it as a part of its process."""
    token.data = {**token.data, **new}
    found = token.inside
    if found is not None and _is_embedded(found):
        _set_in(found, new)


def _set_in(scope: Scope, new: Data) -> None:
    for token in list(scope.tasks.values()):
        inside(token, new)


def _is_embedded(scope: Scope) -> bool:
    return scope.spec.element is not None
