"""Ways in which a stored state can be broken, and doing so behind everybody's back."""

import random
import struct
import zlib
from collections.abc import Callable, Iterator

import orjson
from sqlalchemy import select, update

from engine import journal
from engine.database import Database
from engine.schema import ProcessInstance

Break = Callable[[bytes], bytes]

_HEADER = 7  # "FW", format number, checksum
_BLOB = ProcessInstance.metadata.tables["process_instance"]


def opened(blob: bytes) -> bytes:
    """The state inside a stored blob that holds no answers of the journal."""
    packed = zlib.decompress(blob)
    (length,) = struct.unpack_from(">I", packed)
    return packed[4 + length :]


def stored(state: bytes, plan: object = None) -> bytes:
    """A blob that holds ``state``, with a plan of pieces that may lie."""
    header = orjson.dumps([-len(state)] if plan is None else plan)
    return zlib.compress(struct.pack(">I", len(header)) + header + state, 1)


def sealed(content: object, number: int = 1) -> bytes:
    """A state with a right checksum: only what it says can be wrong."""
    body = content if isinstance(content, bytes) else orjson.dumps(content)
    return b"FW" + bytes([number]) + zlib.crc32(body).to_bytes(4, "big") + body


def _newer(blob: bytes) -> bytes:
    state = opened(blob)
    return stored(state[:2] + b"\x63" + state[3:])


def _of_another(blob: bytes) -> bytes:
    content = orjson.loads(opened(blob)[_HEADER:])
    content[0][0] = "another"
    return stored(sealed(content))


WAYS: dict[str, Break] = {
    "empty": lambda _: b"",
    "one byte": lambda blob: blob[:1],
    "half of it": lambda blob: blob[: len(blob) // 2],
    "its last byte missing": lambda blob: blob[:-1],
    "its first byte missing": lambda blob: blob[1:],
    "zeros": lambda blob: bytes(len(blob)),
    "text": lambda _: "不是状态".encode(),
    "other JSON": lambda _: zlib.compress(b'{"state": "of something else"}'),
    "a number": lambda _: zlib.compress(b"42"),
    "nothing in it": lambda _: zlib.compress(b""),
    "a length that lies": lambda _: zlib.compress(b"\xff\xff\xff\xff[]"),
    "a plan that is none": lambda blob: stored(opened(blob), {"a": 1}),
    "a plan of texts": lambda blob: stored(opened(blob), ["a", None, 1.5]),
    "a plan beyond the journal": lambda blob: stored(opened(blob), [2**64 - 1, -3]),
    "answers that are nowhere": lambda blob: stored(opened(blob), [12345, -3]),
    "a newer format": _newer,
    "a wrong checksum": lambda blob: stored(opened(blob)[:-1] + b"\x00"),
    "another process": _of_another,
    "JSON that is no state": lambda _: stored(sealed({"a": [1, 2]})),
    "no JSON": lambda _: stored(sealed(b"{")),
}


def mutations(blob: bytes, number: int, seed: int) -> Iterator[bytes]:
    """Blobs with wrong bits, cut short, or with strange content under a right seal."""
    chance = random.Random(seed)  # noqa: S311 - a walk, no secret
    content = orjson.loads(opened(blob)[_HEADER:])
    for turn in range(number):
        if turn % 3 == 0:
            broken = bytearray(blob)
            broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
            yield bytes(broken)
        elif turn % 3 == 1:
            yield blob[: chance.randrange(len(blob))]
        else:
            yield stored(sealed(_mutated(content, chance)))


def _mutated(value: object, chance: random.Random) -> object:
    junk: list[object] = [
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
        place = chance.randrange(len(value))
        changed = _mutated(value[place], chance)
        return [*value[:place], changed, *value[place + 1 :]]
    if isinstance(value, dict) and value and chance.random() < 0.9:
        key = chance.choice(sorted(value))
        return {**value, key: _mutated(value[key], chance)}
    return chance.choice(junk)


def blob_of(database: Database, key: int) -> bytes:
    """The stored state of an instance."""
    with database.reading() as session:
        found = session.scalar(select(_BLOB.c.state_blob).where(_BLOB.c.key == key))
    assert isinstance(found, bytes)
    return found


def chain_holds(database: Database, key: int) -> bool:
    """Whether the journal of an instance is as it was written."""
    with database.reading() as session:
        return journal.verify(session, key).intact


def overwrite(database: Database, key: int, blob: bytes) -> None:
    """Put another state into the row, as a broken disk would, and start cold."""
    with database.transaction() as session:
        session.execute(update(_BLOB).where(_BLOB.c.key == key).values(state_blob=blob))
    database.info["caches"].clear()
