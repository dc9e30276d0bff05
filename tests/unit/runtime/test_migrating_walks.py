"""A case that changes to another version on its way ends as it would have ended."""

import pytest

from engine.runtime import LiveInstance, MigrationRefusedError, Model, Step
from tests.unit.runtime.walks import AROUND, BEGIN, MODELS, act, choices, shapes, told

LENGTH = 45


def migrated(live: LiveInstance, target: Model) -> LiveInstance:
    """The instance under the new model, stored and read again.

    While something is being undone, it stays where it is.
    """
    try:
        done = live.migrate(target, {}, AROUND)
    except MigrationRefusedError as refused:
        if {remark.code for remark in refused.remarks} != {"undoing"}:
            raise
        return live
    assert done.step == Step(finished=done.step.finished, outcome=done.step.outcome)
    return LiveInstance.load(target, live.dump())


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", MODELS)
def test_an_unchanged_model_changes_nothing(name: str, seed: int) -> None:
    old, new = MODELS[name](), MODELS[name]()
    stays, _ = LiveInstance.start(old, BEGIN, AROUND)
    goes, _ = LiveInstance.start(old, BEGIN, AROUND)
    for number, choice in enumerate(choices(seed, LENGTH), 1):
        if number % 7 == 0:
            before, model = goes.waits, goes.model
            target = new if model is old else old
            goes = migrated(goes, target)
            assert dict(goes.waits) == before
        first, second = act(stays, choice, number), act(goes, choice, number)

        assert told(first) == told(second)
        if first is None or first.finished:
            break
        assert [pair for pair, _ in shapes(stays)] == [pair for pair, _ in shapes(goes)]
        assert stays.variables() == goes.variables()
