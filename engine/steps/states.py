"""States on disk: compressed, and without the answers that the journal holds.

Answers stand in the journal for good. An instance's state has them too, byte for
byte; where they stand, the stored state only names the entry. So a form is stored
once, and what a step rewrites stays small. The state's own checksum proves that it
was put together again as it was.
"""

import json
import struct
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from engine.runtime import LiveInstance, StateError
from engine.schema import to_json

Answers = dict[int, bytes]
"""Answers as they stand in a state, without their braces, by entry of the journal."""

Fetch = Callable[[Iterable[int]], Mapping[int, Mapping[str, Any]]]

_WORTH_CUTTING = 200
_LENGTH = struct.Struct(">I")
_LARGEST_KEY = 2**63 - 1
_BROKEN = (zlib.error, struct.error, ValueError, TypeError, KeyError)


@dataclass(slots=True)
class Loaded:
    """An instance in memory, and the answers in its state that the journal holds."""

    live: LiveInstance
    answers: Answers = field(default_factory=dict)


def as_stored(values: Mapping[str, Any]) -> bytes | None:
    """Return answers as they stand in a state; None where cutting would not pay.

    Also none for what reads back differently from how it was written.
    """
    text = to_json(values)
    if len(text) < _WORTH_CUTTING or to_json(json.loads(text)) != text:
        return None
    return text.encode()[1:-1]


def encode(state: bytes, answers: Answers) -> tuple[bytes, Answers]:
    """Return a state as it is stored, and those of the answers that are in it."""
    pieces: list[bytes | int] = [state]
    used: Answers = {}
    for key, answer in answers.items():
        if any(isinstance(piece, bytes) and answer in piece for piece in pieces):
            pieces = list(_cut(pieces, key, answer))
            used[key] = answer
    plan = [piece if isinstance(piece, int) else -len(piece) for piece in pieces]
    header = orjson.dumps(plan)
    literal = b"".join(piece for piece in pieces if isinstance(piece, bytes))
    return zlib.compress(_LENGTH.pack(len(header)) + header + literal, 1), used


def decode(blob: bytes, fetch: Fetch) -> tuple[bytes, Answers]:
    """Return a stored state as it was, and the answers that were put in.

    ``fetch`` returns answers by the keys of their entries.

    Raises:
        StateError: The blob is broken, or an entry that it names is not there.
    """
    try:
        plan, literal = _opened(blob)
        keys = {entry for entry in plan if entry > 0}
        found = fetch(keys) if keys else {}
        answers = {key: to_json(values).encode()[1:-1] for key, values in found.items()}
        return b"".join(_put_together(plan, literal, answers)), answers
    except _BROKEN as error:
        raise StateError(
            f"The state cannot be read: it is broken ({type(error).__name__}).",
            f"状态无法读取：内容已损坏({type(error).__name__})。",
        ) from error


def _opened(blob: bytes) -> tuple[list[int], bytes]:
    packed = zlib.decompress(blob)
    begin = _LENGTH.size + _LENGTH.unpack_from(packed)[0]
    plan = orjson.loads(packed[_LENGTH.size : begin])
    if not all(isinstance(entry, int) and entry <= _LARGEST_KEY for entry in plan):
        msg = "the plan of its pieces names what cannot be there"
        raise ValueError(msg)
    return plan, packed[begin:]


def _put_together(
    plan: Iterable[int], literal: bytes, answers: Answers
) -> Iterable[bytes]:
    begin = 0
    for entry in plan:
        if entry > 0:
            yield answers[entry]
        else:
            yield literal[begin : begin - entry]
            begin -= entry


def _cut(
    pieces: Iterable[bytes | int], key: int, answer: bytes
) -> Iterable[bytes | int]:
    for piece in pieces:
        if isinstance(piece, int):
            yield piece
            continue
        first, *others = piece.split(answer)
        yield first
        for other in others:
            yield key
            yield other
