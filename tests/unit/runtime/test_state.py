"""The stored state: what it refuses, and that old ones can still be read."""

import json
import random
import zlib
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.runtime import LiveInstance, SourceFile, StateError, compile_model
from engine.runtime.packing import pack, unpack
from tests.unit.runtime.diagrams import chain, start, user
from tests.unit.runtime.driving import Run, compiled
from tests.unit.runtime.walks import AROUND, BEGIN, MODELS, act, choices

GOLDEN = Path(__file__).parent / "golden"


def walked(name: str = "handlers") -> tuple[Any, bytes]:
    """A model and a state with much in it."""
    model = MODELS[name]()
    live, _ = LiveInstance.start(model, BEGIN, AROUND)
    for number, choice in enumerate(choices(5, 12), 1):
        act(live, choice, number)
    return model, live.dump()


def test_a_state_that_is_cut_short_is_refused() -> None:
    model, state = walked()
    for length in range(0, len(state), 7):
        with pytest.raises(StateError):
            LiveInstance.load(model, state[:length])


def test_a_state_with_a_wrong_bit_is_refused() -> None:
    model, state = walked()
    chance = random.Random(1)  # noqa: S311 - a walk, no secret
    for _ in range(300):
        broken = bytearray(state)
        broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
        with pytest.raises(StateError):
            LiveInstance.load(model, bytes(broken))


def sealed(body: Any) -> bytes:
    """A body with a right header: only its content can be wrong."""
    packed = body if isinstance(body, bytes) else orjson.dumps(body)
    return b"FW\x01" + zlib.crc32(packed).to_bytes(4, "big") + packed


def test_a_newer_format_is_refused() -> None:
    model, state = walked()

    with pytest.raises(StateError, match="format 2"):
        LiveInstance.load(model, state[:2] + b"\x02" + state[3:])


def test_a_state_of_another_process_is_refused() -> None:
    _, state = walked()
    other = compiled(start(), user("u"), chain("start", "u"), name="q")

    with pytest.raises(StateError, match="belongs to"):
        LiveInstance.load(other, state)


def test_a_state_whose_element_is_gone_from_the_model_is_refused() -> None:
    run = Run(compiled(start(), user("u"), chain("start", "u")))
    changed = compiled(start(), user("v"), chain("start", "v"))

    with pytest.raises(StateError, match="'u'"):
        LiveInstance.load(changed, run.live.dump())


def mutated(value: Any, chance: random.Random) -> Any:
    """``value`` with one part exchanged for something else."""
    junk: list[Any] = [
        None,
        True,
        -1,
        10**9,
        "",
        "x",
        [],
        {},
        [[]],
        {"": 1},
        {"": ["z"]},
        1.5,
    ]
    if isinstance(value, list) and value and chance.random() < 0.9:
        copied = list(value)
        place = chance.randrange(len(copied))
        copied[place] = mutated(copied[place], chance)
        return copied
    if isinstance(value, dict) and value and chance.random() < 0.9:
        key = chance.choice(sorted(value))
        return {**value, key: mutated(value[key], chance)}
    return chance.choice(junk)


@pytest.mark.parametrize("name", ["handlers", "several", "undoing", "boundaries"])
def test_a_state_with_strange_content_is_read_or_refused_but_never_breaks(
    name: str,
) -> None:
    model, state = walked(name)
    body = orjson.loads(state[7:])
    chance = random.Random(2)  # noqa: S311 - a walk, no secret
    for _ in range(1500):
        strange = sealed(mutated(body, chance))
        try:
            LiveInstance.load(model, strange)
        except StateError:
            continue


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(noise: bytes) -> None:
    model = compiled(start(), user("u"), chain("start", "u"))
    for state in (noise, sealed(noise)):
        with pytest.raises(StateError):
            LiveInstance.load(model, state)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.dates()
    | st.times()
    | st.datetimes()
    | st.timedeltas()
    | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text() | st.just(""), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=400)
@given(VALUES)
def test_what_is_packed_is_unpacked_with_its_types(value: Any) -> None:
    found = unpack(pack(value))

    assert found == value
    assert repr(found) == repr(value)


@pytest.mark.parametrize(
    "file", sorted(GOLDEN.glob("*.state")), ids=lambda file: file.stem
)
def test_states_of_earlier_releases_are_read(file: Path) -> None:
    expected = json.loads(file.with_suffix(".json").read_text("utf-8"))
    diagram = SourceFile("golden.bpmn", file.with_suffix(".bpmn").read_bytes())
    model = compile_model(expected["process"], [diagram], {})

    live = LiveInstance.load(model, file.read_bytes())

    assert (
        json.loads(json.dumps(live.variables(), default=str)) == expected["variables"]
    )
    assert [
        [
            wait.kind,
            wait.element_id,
            list(wait.path),
            wait.round,
            str(wait.due_at or ""),
        ]
        for wait in live.waits.values()
    ] == expected["waits"]


def test_there_is_a_golden_state_for_each_kind_of_content() -> None:
    assert len(list(GOLDEN.glob("format1_*.state"))) >= 4
