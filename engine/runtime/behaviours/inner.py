"""Activities with something inside: sub-processes and call activities."""

from typing import Any

from typing_extensions import override

from engine.errors import Text
from engine.runtime import scopes
from engine.runtime.behaviours.nodes import Activity
from engine.runtime.data import Data, carry_over
from engine.runtime.elements import Contract
from engine.runtime.faults import ElementFailed
from engine.runtime.tokens import Token

GIVEN = "given"  # in the memo of a call activity: what the called process was given


class SubProcess(Activity):
    """An embedded sub-process; event sub-processes behave so once started."""

    @override
    def prepare(self, token: Token, data: Data) -> Any:
        scopes.check_nesting(token)

    @override
    def begin(self, token: Token, prepared: Any) -> bool:
        scopes.enter(token, token.element.scope, token.data)
        return False


class AdHocSubProcess(SubProcess):
    """Activities without a fixed order, all at once or one after the other.

    Each runs once; the completion condition is asked whenever one has ended.
    """

    @override
    def begin(self, token: Token, prepared: Any) -> bool:
        element = token.element
        names = token.scope.root.subprocess_specs[element.scope].starts
        first = names[:1] if element.ordered else names
        if element.ordered:
            token.memo[scopes.REST] = list(names[1:])
        scopes.enter(token, element.scope, token.data, first)
        return False


class CallActivity(Activity):
    """Another process runs inside the same instance, with data of its own."""

    @override
    def prepare(self, token: Token, data: Data) -> Any:
        scopes.check_nesting(token)
        contract = _contract(token)
        if contract.inputs is None:
            return data
        missing = tuple(name for name in contract.inputs if name not in data)
        if missing:
            raise _incomplete(missing, "inputs", "输入")
        return {name: data[name] for name in contract.inputs}

    @override
    def begin(self, token: Token, prepared: Any) -> bool:
        token.memo[GIVEN] = prepared
        scopes.enter(token, token.element.scope, prepared)
        return False

    @override
    def inside_done(self, token: Token, data: Data) -> None:
        contract = _contract(token)
        given = token.memo.pop(GIVEN, {})
        if contract.outputs is None:
            token.data = carry_over(given, data, token.data, latest=True)
        else:
            taken = {name: data.get(name) for name in contract.outputs}
            token.data = {**token.data, **taken}


def _contract(token: Token) -> Contract:
    spec = token.scope.root.subprocess_specs[token.element.scope]
    return spec.contract or Contract()


def _incomplete(missing: tuple[str, ...], en: str, zh: str) -> ElementFailed:
    names = ", ".join(missing)
    return ElementFailed(
        "value-missing",
        Text(
            f"The called process lacks {en}: {names}.", f"被调用流程缺少{zh}：{names}。"
        ),
        missing=missing,
    )
