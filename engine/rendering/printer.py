"""The printing process, seen from here: started when needed, one request at a time."""

import atexit
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from engine.errors import ConflictError, UnavailableError
from engine.rendering import child

PANGO_PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0"
FONT_PACKAGE = "fonts-noto-cjk"
_PROGRAM = str(Path(child.__file__))
_PATIENCE_SECONDS = 60.0


class RenderingPartMissingError(ConflictError):
    """Something of the system that rendering needs is not installed."""

    code = "rendering-part-missing"

    def __init__(self, what: str, what_zh: str, packages: str) -> None:
        super().__init__(
            f"Documents cannot be rendered: {what} is not installed on the server. "
            f"Install it (Debian: apt install {packages}), then retry",
            f"无法生成文件:服务器缺少{what_zh}。"
            f"请安装(Debian:apt install {packages})后重试",
        )


class PrintingFailedError(ConflictError):
    """The layout of a document does not succeed."""

    code = "printing-failed"

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The document cannot be laid out ({reason}); correct its template",
            f"文件无法排版({reason});请更正模板",
        )


class PrinterLostError(UnavailableError):
    """The printing process ended or does not answer."""

    code = "printer-lost"

    def __init__(self) -> None:
        super().__init__(
            "The printing process ended without an answer; it is tried again",
            "排版进程异常结束,系统将自动重试",
        )


class Printer:
    """Turns HTML into PDF in a process of its own.

    ``environment`` replaces variables of that process.
    """

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = environment
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def pdf(self, html: str) -> bytes:
        """Return the PDF of a page.

        Raises:
            RenderingPartMissingError: Pango or a Chinese font is not installed.
            PrintingFailedError: The layout does not succeed.
            PrinterLostError: Trying again may help.
        """
        with self._lock:
            kind, content = self._ask(html.encode())
        if kind == child.NO_FONT:
            raise RenderingPartMissingError(
                "a font with Chinese characters", "中文字体", FONT_PACKAGE
            )
        if kind == child.NO_PANGO:
            raise RenderingPartMissingError("Pango", "Pango排版库", PANGO_PACKAGES)
        if kind == child.FAILED:
            raise PrintingFailedError(content.decode())
        return content

    def close(self) -> None:
        """End the process; the next page starts another one."""
        with self._lock:
            self._end()

    def _ask(self, html: bytes) -> tuple[bytes, bytes]:
        # It ends by itself after a while, perhaps at this very moment.
        for _ in range(2):
            process = self._started()
            answered = _exchange(process, html)
            if answered is not None:
                return answered
            self._end()
        raise PrinterLostError

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            given = None
            if self._environment is not None:
                given = {**os.environ, **self._environment}  # noqa: TID251 - passed on
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-I", _PROGRAM],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=given,
            )
        return self._process

    def _end(self) -> None:
        if self._process is not None:
            with self._process as process:
                process.kill()
            self._process = None


def _exchange(
    process: subprocess.Popen[bytes], html: bytes
) -> tuple[bytes, bytes] | None:
    """Ask and hear the answer; None where the process is gone or takes too long."""
    if process.stdin is None or process.stdout is None:
        return None
    patience = threading.Timer(_PATIENCE_SECONDS, process.kill)
    patience.daemon = True
    patience.start()
    try:
        child.write(process.stdin, child.PDF, html)
        return child.read(process.stdout)
    except OSError:
        return None
    finally:
        patience.cancel()


PRINTER = Printer()
"""The printer of this process; many never print, and then it is never started."""

atexit.register(PRINTER.close)
