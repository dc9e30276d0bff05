"""A system that takes its work as files in a folder, and answers in the same way.

What is asked for becomes a folder ``<key>`` with ``request.json`` and the files it
names; it appears at once, never half written. The other system works it and puts
``<key>.answer.json`` beside it, of the same shape as it would answer over HTTP. Asked
again under the same key, the folder is there already and nothing is dropped twice.
"""

import base64
import json
import os
import re
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import unquote, urlsplit

from engine import clock
from engine.connectors.ports import ConnectorPendingError, ConnectorUnavailableError
from engine.settings import RemoteSettings

SCHEME = "file"
REQUEST, ANSWER = "request.json", ".answer.json"
_LOOK_AGAIN_SECONDS = 60.0
_SAFE = re.compile(r"[^\w.-]+")
_LONGEST_NAME = 80


class FileDrop:
    """Drops work into the folder of a ``file:///…`` address.

    ``files`` of a payload (``name``, ``content`` in base64) become files of their own.
    """

    def __init__(self, system: str, settings: RemoteSettings) -> None:
        self._system = system
        self._folder = Path(unquote(urlsplit(settings.url).path))
        self._patience = settings.answer_hours * 3600
        if not self._folder.is_absolute():
            raise ValueError(f"{settings.url} names no folder for {system}")

    def call(
        self, action: str, payload: Mapping[str, Any], *, key: str
    ) -> Mapping[str, Any]:
        """Return the answer; drop the work first where it is not there yet.

        Raises:
            ConnectorPendingError: The answer is not there yet.
            ConnectorUnavailableError: The folder cannot be used, the answer cannot be
                read, or it has been missing for too long.
        """
        try:
            answer = self._folder / f"{key}{ANSWER}"
            if answer.is_file():
                return self._read(answer)
            place = self._folder / key
            if not place.is_dir():
                self._drop(place, action, payload, key)
            self._check_patience(place)
        except OSError as error:
            reason = type(error).__name__
            raise ConnectorUnavailableError(self._system, reason) from error
        raise ConnectorPendingError(self._system, seconds=_LOOK_AGAIN_SECONDS)

    def _read(self, answer: Path) -> Mapping[str, Any]:
        try:
            said = json.loads(answer.read_text(encoding="utf-8-sig"))
        except ValueError as error:
            raise ConnectorUnavailableError(self._system, "no JSON") from error
        if not isinstance(said, dict):
            raise ConnectorUnavailableError(self._system, "no object")
        return said

    def _drop(
        self, place: Path, action: str, payload: Mapping[str, Any], key: str
    ) -> None:
        unfinished = self._folder / f".{key}"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        files = []
        for number, file in enumerate(payload.get("files") or (), 1):
            name = _file_name(number, str(file["name"]))
            (unfinished / name).write_bytes(base64.b64decode(file["content"]))
            files.append({**file, "content": None, "file": name})
        request = {**payload, "action": action, "key": key, "files": files}
        text = json.dumps(request, ensure_ascii=False, indent=1)
        (unfinished / REQUEST).write_text(text, encoding="utf-8")
        os.replace(unfinished, place)  # noqa: PTH105 - Path.rename says less

    def _check_patience(self, place: Path) -> None:
        dropped = datetime.fromtimestamp(place.stat().st_mtime, UTC)
        if (clock.system_now() - dropped).total_seconds() > self._patience:
            raise ConnectorUnavailableError(self._system, "no answer in the folder")


def _file_name(number: int, given: str) -> str:
    """Return a name that cannot lead out of the folder, and that is the only one."""
    plain = _SAFE.sub("_", PurePath(given.replace("\\", "/")).name)
    return f"{number:02}_{plain[-_LONGEST_NAME:]}"
