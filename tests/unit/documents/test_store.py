"""Contents on disk: addressed by digest, bounded, never half-written."""

import errno
import hashlib
import io
import os

import pytest
from typing_extensions import override

from engine.documents import (
    ContentMissingError,
    ContentTooLargeError,
    FolderStore,
    StoreFullError,
)


class Endless(io.BytesIO):
    """A stream that counts what is taken from it at once."""

    def __init__(self, size):
        super().__init__()
        self.left = size
        self.largest_read = 0

    @override
    def read(self, size=-1):
        assert size > 0, "asked for everything at once"
        self.largest_read = max(self.largest_read, size)
        taken = min(size, self.left)
        self.left -= taken
        return b"x" * taken


class FullDisk(io.BytesIO):
    """A stream after whose first piece the disk is full."""

    def __init__(self):
        super().__init__()
        self.pieces = [b"first"]

    @override
    def read(self, _size=-1):
        if self.pieces:
            return self.pieces.pop()
        raise OSError(errno.ENOSPC, "No space left on device")


def _files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_content_is_found_by_its_digest(tmp_path):
    store = FolderStore(tmp_path)

    content = store.receive(io.BytesIO("合同".encode()), 100)

    assert content.sha256 == hashlib.sha256("合同".encode()).hexdigest()
    assert content.size == 6
    with store.open(content.sha256) as stored:
        assert stored.read().decode() == "合同"


def test_same_content_is_stored_once(tmp_path):
    store = FolderStore(tmp_path)

    first = store.receive(io.BytesIO(b"same"), 100)
    second = store.receive(io.BytesIO(b"same"), 100)

    assert first == second
    assert len(_files(tmp_path)) == 1


def test_large_content_passes_in_pieces(tmp_path):
    stream = Endless(30 * 1024 * 1024)

    content = FolderStore(tmp_path).receive(stream, 50 * 1024 * 1024)

    assert content.size == 30 * 1024 * 1024
    assert stream.largest_read <= 1024 * 1024
    assert len(content.head) <= 4096


def test_content_of_exactly_the_limit_is_accepted(tmp_path):
    assert FolderStore(tmp_path).receive(io.BytesIO(b"12345"), 5).size == 5


def test_too_large_content_leaves_nothing_behind(tmp_path):
    with pytest.raises(ContentTooLargeError) as caught:
        FolderStore(tmp_path).receive(Endless(10 * 1024 * 1024), 2 * 1024 * 1024)

    assert "2 MB" in caught.value.text.zh
    assert _files(tmp_path) == []


def test_full_disk_is_said_clearly_and_leaves_nothing_behind(tmp_path):
    with pytest.raises(StoreFullError) as caught:
        FolderStore(tmp_path).receive(FullDisk(), 100)

    assert "空间已满" in caught.value.text.zh
    assert _files(tmp_path) == []


def test_missing_content_names_the_remedy(tmp_path):
    with pytest.raises(ContentMissingError) as caught:
        FolderStore(tmp_path).open("0" * 64)

    assert "备份" in caught.value.text.zh


def test_storing_again_makes_a_content_young(tmp_path):
    store = FolderStore(tmp_path)
    content = store.receive(io.BytesIO(b"old"), 100)
    path = tmp_path / content.sha256[:2] / content.sha256
    os.utime(path, (0, 0))
    assert list(store.digests(60)) == [content.sha256]

    store.receive(io.BytesIO(b"old"), 100)

    assert list(store.digests(60)) == []


def test_removing_twice_is_no_error(tmp_path):
    store = FolderStore(tmp_path)
    content = store.receive(io.BytesIO(b"x"), 100)

    store.remove(content.sha256)
    store.remove(content.sha256)

    assert list(store.digests(-1)) == []
