"""Where contents lie: a port, and folders on disk addressed by content.

A content is known by its SHA-256 alone; who stores the same bytes twice keeps one
file. Contents are received in pieces and never held in memory as a whole.
"""

import errno
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from typing_extensions import override

from engine.errors import TooLargeError, UnavailableError

_PIECE = 256 * 1024
_HEAD = 4096
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True, slots=True)
class Content:
    """A stored content: its address, its size in bytes, and how it begins."""

    sha256: str
    size: int
    head: bytes


class ContentTooLargeError(TooLargeError):
    """More bytes were sent than a document may have."""

    code = "document-too-large"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"A document may have at most {_readable(limit)}; send a smaller file",
            f"文件不得超过{_readable(limit)},请压缩或拆分后再上传",
        )


class StoreFullError(UnavailableError):
    """The disk of the documents has no room left; nothing was stored."""

    code = "document-store-full"

    def __init__(self) -> None:
        super().__init__(
            "There is no room left for documents; nothing was stored. "
            "Tell the operator, then upload again",
            "文件存储空间已满,本次未保存任何内容;请联系系统管理员后重新上传",
        )


class StoreBrokenError(UnavailableError):
    """The store does not do its work; nothing was stored."""

    code = "document-store-unavailable"

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"Documents cannot be stored or read at present ({reason}); "
            "tell the operator and try again later",
            f"目前无法读写文件({reason});请联系系统管理员,稍后再试",
        )


class ContentMissingError(UnavailableError):
    """The record of a document is there, its content is not."""

    code = "document-content-missing"

    def __init__(self, sha256: str) -> None:
        super().__init__(
            f"The content {sha256[:12]} is missing from the document store; "
            "restore it from the backup",
            f"文件内容{sha256[:12]}在存储中缺失,请从备份中恢复",
        )


class DocumentStore(Protocol):
    """What documents need of a place for their contents."""

    def receive(self, stream: BinaryIO, limit: int) -> Content:
        """Store what ``stream`` yields, or nothing at all.

        Raises:
            ContentTooLargeError: It yields more than ``limit`` bytes.
            StoreFullError: There is no room.
        """

    def open(self, sha256: str) -> BinaryIO:
        """Open a content for reading.

        Raises:
            ContentMissingError: There is none of that address.
        """

    def digests(self, older_than_seconds: float) -> Iterator[str]:
        """Yield the contents that nobody has stored again for that long."""

    def remove(self, sha256: str) -> None:
        """Remove a content; nothing happens where there is none."""


class FolderStore:
    """Contents as files ``ab/abcdef…`` below one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._incoming = folder / ".incoming"

    def receive(self, stream: BinaryIO, limit: int) -> Content:
        """Write beside, then rename: a reader never sees half a file."""
        draft = self._incoming / secrets.token_hex(16)
        try:
            self._incoming.mkdir(parents=True, exist_ok=True)
            content = _copy(stream, draft, limit)
            self._keep(draft, content.sha256)
        except OSError as error:
            raise _as_ours(error) from error
        finally:
            # Where the folder itself is broken, so is the draft's removal.
            with suppress(OSError):
                draft.unlink(missing_ok=True)
        return content

    def open(self, sha256: str) -> BinaryIO:
        """Open the file of a content."""
        try:
            return self._path(sha256).open("rb")
        except FileNotFoundError as error:
            raise ContentMissingError(sha256) from error
        except OSError as error:
            raise _as_ours(error) from error

    def digests(self, older_than_seconds: float) -> Iterator[str]:
        """Walk over the files that were last stored long enough ago."""
        newest = _file_time(self._folder) - older_than_seconds
        for path in sorted(self._folder.glob("[0-9a-f][0-9a-f]/*")):
            if path.stat().st_mtime <= newest:
                yield path.name

    def remove(self, sha256: str) -> None:
        """Delete the file of a content."""
        self._path(sha256).unlink(missing_ok=True)

    @override
    def __repr__(self) -> str:
        return f"FolderStore({self._folder})"

    def _keep(self, draft: Path, sha256: str) -> None:
        path = self._path(sha256)
        path.parent.mkdir(exist_ok=True)
        # The same bytes replace themselves; the new time keeps the file from being
        # tidied away before the row that refers to it is committed.
        draft.replace(path)
        _sync(path.parent)

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256


def _copy(stream: BinaryIO, draft: Path, limit: int) -> Content:
    digest, size, head = hashlib.sha256(), 0, b""
    with draft.open("xb") as target:
        while piece := stream.read(_PIECE):
            size += len(piece)
            if size > limit:
                raise ContentTooLargeError(limit)
            head = head or piece[:_HEAD]
            digest.update(piece)
            target.write(piece)
        target.flush()
        os.fsync(target.fileno())
    return Content(digest.hexdigest(), size, head)


def _as_ours(error: OSError) -> UnavailableError:
    if error.errno in _FULL:
        return StoreFullError()
    return StoreBrokenError(error.strerror or type(error).__name__)


def _sync(folder: Path) -> None:
    # A rename is on disk once its folder is.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _file_time(folder: Path) -> float:
    # The file system's own clock is the one that wrote the times compared with it.
    probe = folder / ".incoming"
    probe.mkdir(parents=True, exist_ok=True)
    os.utime(probe)
    return probe.stat().st_mtime


def _readable(size: int) -> str:
    megabyte = 1024 * 1024
    return f"{size // megabyte} MB" if size >= megabyte else f"{size} B"
