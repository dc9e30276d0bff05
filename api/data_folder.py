"""The folder of a server's own files: made where it is missing, written carefully."""

import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.errors import UnavailableError


class DataFolderError(UnavailableError):
    """The folder, or a file in it, cannot be made or read."""

    code = "data-folder-unavailable"

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(
            f"The folder {folder} cannot be used: {reason}; see that it may be written "
            "and has room, or name another one with --data",
            f"无法使用数据目录{folder}:{reason};请确认其可写且磁盘未满,或用--data指定其他目录",
        )


def make(folder: Path) -> None:
    """Make the folder unless it is there.

    Raises:
        DataFolderError: It cannot be made.
    """
    with _failing_clearly(folder):
        folder.mkdir(parents=True, exist_ok=True)


def kept(folder: Path, name: str, drawn: str) -> str:
    """Return what the file holds; where there is none, it gets ``drawn``.

    It is readable by its owner alone, and there whole or not at all.

    Raises:
        DataFolderError: It cannot be written or read.
    """
    make(folder)
    file = folder / name
    with _failing_clearly(folder):
        if not file.exists():
            _write(file, drawn)
        return file.read_text(encoding="ascii")


def _write(file: Path, content: str) -> None:
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(content)
        # Of two servers that start at once the first has drawn it for both.
        with suppress(FileExistsError):
            file.hardlink_to(fresh)
    finally:
        fresh.unlink(missing_ok=True)


@contextmanager
def _failing_clearly(folder: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise DataFolderError(folder, error.strerror or str(error)) from error
