"""Gateways: exclusive, parallel, inclusive, complex and event-based."""

from typing import Any

from typing_extensions import override

from engine.runtime import arming, cutting, expressions, flows, joins, messages, waiting
from engine.runtime.behaviours.nodes import FlowNode
from engine.runtime.elements import Flow
from engine.runtime.specs import NodeSpec
from engine.runtime.tokens import Scope, Token
from engine.runtime.work import Role


class ExclusiveGateway(FlowNode):
    """One way out; whoever comes in passes."""

    @override
    def choose(self, token: Token) -> tuple[Flow, ...]:
        return flows.first_fitting(token)


class ParallelGateway(FlowNode):
    """Waits for a token on every flow in, leaves by every flow out."""

    @override
    def arrive(self, token: Token) -> bool:
        if len(token.element.incoming) <= 1:
            return super().arrive(token)
        joins.wait_at(token)
        arrived = joins.one_per_flow(joins.waiting_at(token.scope, token.task_spec))
        if len(arrived) == len(token.element.incoming):
            joins.join(list(arrived.values())).wake()
        return False

    @override
    def choose(self, token: Token) -> tuple[Flow, ...]:
        return flows.every(token)


class SettledJoin(FlowNode):
    """A join that is looked at when everything else has come to rest."""

    @override
    def arrive(self, token: Token) -> bool:
        if len(token.element.incoming) <= 1:
            return super().arrive(token)
        joins.wait_at(token)
        return False

    def settle(self, scope: Scope, spec: NodeSpec, *, stuck: bool) -> bool:
        """Let the join fire if it may; return whether it did.

        ``stuck`` tells that nothing else in the instance can move.
        """
        raise NotImplementedError


class InclusiveGateway(SettledJoin):
    """Waits for every token that can still come, leaves where conditions hold."""

    @override
    def settle(self, scope: Scope, spec: NodeSpec, *, stuck: bool) -> bool:
        arrived = joins.one_per_flow(joins.waiting_at(scope, spec))
        if not arrived or (not stuck and joins.is_expected(scope, spec, arrived)):
            return False
        joins.join(list(arrived.values())).wake()
        return True


class EventBasedGateway(FlowNode):
    """Waits for several events of which the first decides the way."""

    @override
    def run(self, token: Token) -> bool | None:
        scope = token.scope
        events = [
            event
            for flow in token.element.outgoing
            for event in arming.reckon_event(
                token, scope.spec.node(flow.target), token.data
            )
        ]
        token.rest(started=True)
        arming.arm_race(token, events)
        return None

    @override
    def raced(self, token: Token, winner: Token, payload: Any) -> None:
        waiting.close_wait(winner, completed=True)
        waiting.completed(token)
        element = winner.element
        flow = next(
            found
            for found in token.element.outgoing
            if found.target == element.name_in_model
        )
        trigger = arming.trigger_of(winner, element)
        data = messages.store(token.data, trigger, payload)
        new = Token(
            token.scope,
            winner.task_spec,
            token.above,
            data,
            role=Role.FLOW,
            flow=flow.id,
        )
        cutting.cut(token, element.id)
        waiting.entered(new, count=False)
        new.complete()


class ComplexGateway(SettledJoin):
    """Fires when its activation condition holds and swallows the rest of the round.

    ``activationCount`` is how many flows have brought a token; without a condition
    one suffices. A round is over when no token can come on the flows that are left,
    or one comes on a flow that had its token.
    """

    @override
    def arrive(self, token: Token) -> bool:
        if len(token.element.incoming) <= 1:
            return FlowNode.arrive(self, token)
        seen = token.scope.memo.get(_round(token), [])
        if seen and token.flow not in seen:
            token.scope.memo[_round(token)] = [*seen, token.flow]
            flows.move_on(token, ())
            return False
        token.scope.memo.pop(_round(token), None)
        joins.wait_at(token)
        token.work.attempt(token, lambda: self._activate(token))
        return False

    @override
    def settle(self, scope: Scope, spec: NodeSpec, *, stuck: bool) -> bool:
        return False

    def _activate(self, token: Token) -> None:
        waiting_here = joins.waiting_at(token.scope, token.task_spec)
        arrived = joins.one_per_flow(waiting_here)
        if _is_active(token, len(arrived)):
            token.scope.memo[_round(token)] = list(arrived)
            joins.join(list(arrived.values())).wake()


def _round(token: Token) -> str:
    return f"round {token.task_spec.name}"


def _is_active(token: Token, count: int) -> bool:
    rule = token.element.activation
    if rule is None:
        return count >= 1
    data = {**token.data, "activationCount": count}
    return expressions.holds(token, rule, data)
