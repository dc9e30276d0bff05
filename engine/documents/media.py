"""What a file is and how it is called: media types, names, download headers.

The type is told from the content, not from what the sender claims: a page that is
called ``contract.pdf`` must not run in somebody's browser.
"""

import re
import unicodedata
import zipfile
from pathlib import PurePosixPath
from typing import BinaryIO
from urllib.parse import quote

OCTETS = "application/octet-stream"
PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OFFICE = {
    "xl/": XLSX,
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_OLD_OFFICE = {
    ".xls": "application/vnd.ms-excel",
    ".doc": "application/msword",
    ".ppt": "application/vnd.ms-powerpoint",
    ".et": "application/vnd.ms-excel",
    ".wps": "application/msword",
}
_SIGNS = (
    (b"%PDF-", PDF),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x1f\x8b", "application/gzip"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_TEXTS = {".csv": "text/csv", ".json": "application/json", ".xml": "application/xml"}
_INLINE = frozenset({PDF, "image/png", "image/jpeg", "image/gif"})
_LONGEST = 120


def media_type(stream: BinaryIO, head: bytes, name: str) -> str:
    """Tell what a content is; ``application/octet-stream`` where nothing fits.

    ``stream`` is read only to look into a ZIP file, whose members say more.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if head.startswith(_ZIP):
        return _zipped(stream)
    if head.startswith(_OLE):
        return _OLD_OFFICE.get(suffix, OCTETS)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    found = next((kind for sign, kind in _SIGNS if head.startswith(sign)), None)
    return found or (_TEXTS.get(suffix, "text/plain") if _is_text(head) else OCTETS)


def clean_name(name: str) -> str:
    """Return a name without folders, control characters and excess length."""
    last = name.replace("\\", "/").rsplit("/", maxsplit=1)[-1]
    plain = unicodedata.normalize("NFC", last)
    plain = "".join(sign for sign in plain if sign.isprintable()).strip(" .")
    suffix = PurePosixPath(plain).suffix[:16]
    stem = plain.removesuffix(suffix) if suffix else plain
    return (stem[: _LONGEST - len(suffix)] + suffix) or "document"


def content_disposition(name: str, *, media: str = OCTETS, inline: bool = False) -> str:
    """Return the header under which browsers save a file by its Chinese name.

    Only kinds that cannot carry a script are ever shown inline. The plain
    ``filename`` serves clients that do not know RFC 6266.
    """
    shown = "inline" if inline and media in _INLINE else "attachment"
    ascii_name = re.sub(r"[^A-Za-z0-9._-]+", "_", name).strip("_") or "document"
    if ascii_name.startswith("."):
        ascii_name = f"document{ascii_name}"
    if ascii_name == name:
        return f'{shown}; filename="{name}"'
    return (
        f"{shown}; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"
    )


def _zipped(stream: BinaryIO) -> str:
    try:
        with zipfile.ZipFile(stream) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, NotImplementedError):
        return OCTETS
    if "[Content_Types].xml" in names:
        for folder, kind in _OFFICE.items():
            if any(name.startswith(folder) for name in names):
                return kind
    return "application/zip"


def _is_text(head: bytes) -> bool:
    if not head or b"\x00" in head:
        return False
    # A cut in the middle of a character is no objection, hence the last bytes go.
    return any(_decodes(head[: len(head) - cut], "utf-8") for cut in range(4)) or any(
        _decodes(head[: len(head) - cut], "gb18030") for cut in range(4)
    )


def _decodes(head: bytes, encoding: str) -> bool:
    try:
        text = head.decode(encoding)
    except UnicodeDecodeError:
        return False
    return all(sign.isprintable() or sign in "\t\r\n\f" for sign in text)
