"""The program of the printing process: HTML in, PDF out, until nobody asks any more.

It runs as a file of its own, without the rest of the engine, because what it loads
(Pango, two large fonts) takes three times the memory of a whole server and its work
would hold up other threads. Frames on both pipes: a kind of one byte, the length in
eight, the content.
"""

import ctypes
import logging
import select
import struct
import sys
from typing import IO, Any

PDF, FAILED, NO_PANGO, NO_FONT = b"P", b"F", b"L", b"C"
HEAD = struct.Struct(">cQ")
_IDLE_SECONDS = 60.0
_FONTCONFIG = "libfontconfig.so.1"
_CHINESE = b":lang=zh-cn"


class _FontSet(ctypes.Structure):
    _fields_ = (
        ("count", ctypes.c_int),
        ("room", ctypes.c_int),
        ("fonts", ctypes.c_void_p),
    )


def has_chinese() -> bool:
    """Ask fontconfig for any font that covers simplified Chinese.

    Raises:
        OSError: There is no fontconfig.
    """
    library: Any = ctypes.CDLL(_FONTCONFIG)
    library.FcNameParse.restype = ctypes.c_void_p
    library.FcObjectSetCreate.restype = ctypes.c_void_p
    library.FcObjectSetAdd.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    library.FcFontList.argtypes = [ctypes.c_void_p] * 3
    library.FcFontList.restype = ctypes.POINTER(_FontSet)
    wanted = library.FcObjectSetCreate()
    library.FcObjectSetAdd(wanted, b"family")
    found = library.FcFontList(None, library.FcNameParse(_CHINESE), wanted)
    return bool(found) and found.contents.count > 0


def answer(html: bytes) -> tuple[bytes, bytes]:
    """Return the kind and the content of the answer to one request."""
    try:
        if not has_chinese():
            return NO_FONT, b""
        from weasyprint import HTML  # noqa: PLC0415 - may fail, and says so then
        from weasyprint.urls import URLFetcher  # noqa: PLC0415 - ditto
    except (OSError, ImportError) as error:
        return NO_PANGO, str(error).encode()
    try:
        nothing = URLFetcher(allowed_protocols=("data",), fail_on_errors=False)
        document = HTML(string=html.decode(), url_fetcher=nothing)
        return PDF, document.write_pdf()
    except Exception as error:  # noqa: BLE001 - whatever it is, the caller hears it
        return FAILED, f"{type(error).__name__}: {error}".encode()


def read(stream: IO[bytes]) -> tuple[bytes, bytes] | None:
    """Return the next frame; None at the end of the stream."""
    head = stream.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    kind, length = HEAD.unpack(head)
    return kind, stream.read(length)


def write(stream: IO[bytes], kind: bytes, content: bytes) -> None:
    """Send one frame."""
    stream.write(HEAD.pack(kind, len(content)) + content)
    stream.flush()


def main() -> None:
    """Answer requests one after the other; end after a minute without any."""
    logging.disable(logging.WARNING)
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    while select.select([requests], [], [], _IDLE_SECONDS)[0]:
        request = read(requests)
        if request is None:
            return
        write(answers, *answer(request[1]))


if __name__ == "__main__":
    main()
