"""What files are and what browsers call them."""

import io
import zipfile

import pytest

from engine.documents import XLSX, clean_name, content_disposition, media_type


def _zip(*names):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return file.getvalue()


def _type(content, name):
    return media_type(io.BytesIO(content), content[:4096], name)


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (b"%PDF-1.7 ...", "a.txt", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n....", "a", "image/png"),
        (b"\xff\xd8\xff\xe0....", "a.jpg", "image/jpeg"),
        (_zip("[Content_Types].xml", "xl/workbook.xml"), "a.zip", XLSX),
        (_zip("a.txt"), "a.xlsx", "application/zip"),
        (b"PK\x03\x04 broken", "a.xlsx", "application/octet-stream"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xls", "application/vnd.ms-excel"),
        ("商品,规格\n".encode("gb18030"), "a.csv", "text/csv"),
        ("说明".encode(), "a.txt", "text/plain"),
        (b"MZ\x00\x01", "a.pdf", "application/octet-stream"),
        (b"", "a.pdf", "application/octet-stream"),
    ],
)
def test_type_is_told_from_the_content(content, name, expected):
    assert _type(content, name) == expected


def test_page_that_calls_itself_a_pdf_is_plain_text():
    assert _type(b"<script>alert(1)</script>", "contract.pdf") == "text/plain"


def test_text_cut_in_the_middle_of_a_character_is_still_text():
    content = ("项" * 2000).encode()[:4096]

    assert media_type(io.BytesIO(content), content, "a.txt") == "text/plain"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("..\\..\\windows\\合同.pdf", "合同.pdf"),
        ("/etc/passwd", "passwd"),
        ("a\r\nSet-Cookie: b.pdf", "aSet-Cookie: b.pdf"),
        ("  . ", "document"),
        ("项" * 500 + ".xlsx", "项" * 115 + ".xlsx"),
    ],
)
def test_name_loses_folders_and_control_characters(name, expected):
    assert clean_name(name) == expected


def test_chinese_name_travels_beside_a_plain_one():
    header = content_disposition("实施计划 v2.pdf")

    assert header == (
        'attachment; filename="v2.pdf"; '
        "filename*=UTF-8''%E5%AE%9E%E6%96%BD%E8%AE%A1%E5%88%92%20v2.pdf"
    )
    assert header.isascii()


def test_only_kinds_without_scripts_are_shown_inline():
    pdf = content_disposition("a.pdf", media="application/pdf", inline=True)
    page = content_disposition("a.html", media="text/html", inline=True)

    assert (pdf, page) == (
        'inline; filename="a.pdf"',
        'attachment; filename="a.html"',
    )


def test_quotes_in_a_name_cannot_leave_the_header():
    header = content_disposition('a"; filename="b.exe')

    assert header.count('"') == 2
