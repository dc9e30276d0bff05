"""An instance that is stored after every step is the one that never was."""

import pytest

from engine.runtime import LiveInstance
from tests.unit.runtime.walks import AROUND, BEGIN, MODELS, act, choices, shapes, told

SEEDS, LENGTH = 12, 45


@pytest.mark.parametrize("name", MODELS)
def test_a_stored_instance_behaves_like_one_kept_in_memory(name: str) -> None:
    model = MODELS[name]()
    for seed in range(SEEDS):
        live, _ = LiveInstance.start(model, BEGIN, AROUND)
        stored, _ = LiveInstance.start(model, BEGIN, AROUND)
        for number, choice in enumerate(choices(seed, LENGTH), 1):
            stored = LiveInstance.load(model, stored.dump())
            assert [pair for pair, _ in shapes(stored)] == [
                pair for pair, _ in shapes(live)
            ], (name, seed, number)
            assert stored.variables() == live.variables(), (name, seed, number)

            first, second = act(live, choice, number), act(stored, choice, number)

            assert told(first) == told(second), (name, seed, number)
            if first is None or first.finished:
                break


@pytest.mark.parametrize("name", MODELS)
def test_writing_what_was_read_gives_the_same_bytes(name: str) -> None:
    model = MODELS[name]()
    live, _ = LiveInstance.start(model, BEGIN, AROUND)
    for number, choice in enumerate(choices(99, LENGTH), 1):
        state = live.dump()
        assert LiveInstance.load(model, state).dump() == state
        step = act(live, choice, number)
        if step is None or step.finished:
            break


@pytest.mark.parametrize("name", MODELS)
def test_the_steps_of_a_walk_add_up_to_the_waits(name: str) -> None:
    model = MODELS[name]()
    live, step = LiveInstance.start(model, BEGIN, AROUND)
    known = {wait.ref: wait for wait in step.opened}
    for number, choice in enumerate(choices(7, LENGTH), 1):
        found = act(live, choice, number)
        if found is None:
            break
        for closed in found.closed:
            assert known.pop(closed.wait.ref) == closed.wait
        known |= {wait.ref: wait for wait in found.opened}

        assert known == dict(live.waits), (name, number)


@pytest.mark.parametrize("name", MODELS)
def test_every_element_that_is_entered_is_left_or_cut_off(name: str) -> None:
    model = MODELS[name]()
    live, step = LiveInstance.start(model, BEGIN, AROUND)
    steps = [step]
    for number, choice in enumerate(choices(3, LENGTH), 1):
        found = act(live, choice, number)
        if found is None or found.finished:
            break
        steps.append(found)
    steps.append(live.cancel(AROUND, "enough"))

    open_now: dict[str, str] = {}
    for event in (event for step in steps for event in step.events):
        if event.state == "activated":
            assert event.ref not in open_now
            open_now[event.ref] = event.element_id
        else:
            assert open_now.pop(event.ref) == event.element_id
    assert open_now == {}


@pytest.mark.parametrize("name", MODELS)
def test_instances_do_not_grow_with_age(name: str) -> None:
    model = MODELS[name]()
    live, _ = LiveInstance.start(model, BEGIN, AROUND)
    sizes = []
    for number, choice in enumerate(choices(11, 400), 1):
        step = act(live, choice, number % 50)
        if step is None or step.finished:
            break
        sizes.append(len(live.dump()))

    assert max(sizes) < 6000


@pytest.mark.parametrize("name", MODELS)
def test_only_what_is_going_on_is_kept(name: str) -> None:
    model = MODELS[name]()
    live, _ = LiveInstance.start(model, BEGIN, AROUND)
    for number, choice in enumerate(choices(17, 120), 1):
        step = act(live, choice, number)
        if step is None or step.finished:
            break
        for scope in live._root.scopes():
            top = scope.task_tree
            reached = {top.id}
            todo = list(top.below)
            while todo:
                token = todo.pop()
                reached.add(token.id)
                assert token.is_live or len(token.below) > 1, (name, number)
                todo += token.below
            assert reached == set(scope.tasks), (name, number)
