"""Reading what a customer filled in: spreadsheets and CSV files as tables of rows.

A table is a sheet of a workbook, or a CSV file, that bears its name. Files of other
kinds (scans, archives) hold no tables; they are not an error of their own.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from engine.documents import XLSX

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

CSV = "text/csv"
_META = "_meta"
_LONGEST_NAME = 31
_ENCODINGS = ("utf-8-sig", "gb18030")
_HEADING_WITHIN = 20


@dataclass(frozen=True, slots=True)
class TableRows:
    """The rows of one table below its headings; ``first_row`` counts as people do."""

    name: str
    headings: tuple[str, ...]
    first_row: int
    rows: tuple[tuple[Any, ...], ...]

    def __iter__(self) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """Give the rows that hold anything, with their numbers."""
        for number, row in enumerate(self.rows, self.first_row):
            if any(not is_blank(value) for value in row):
                yield number, row


class UnreadableFileError(ValueError):
    """The content is not what the file claims to be."""


def is_blank(value: Any) -> bool:
    """Tell whether a cell holds nothing."""
    return value is None or (isinstance(value, str) and not value.strip())


def read(
    name: str, media_type: str, content: bytes, wanted: Sequence[str]
) -> list[TableRows]:
    """Return the tables of a file that are among ``wanted``.

    Raises:
        UnreadableFileError: A spreadsheet that cannot be opened.
    """
    if media_type == XLSX:
        return list(_of_workbook(content, wanted))
    if media_type == CSV:
        return list(_of_csv(name, content, wanted))
    return []


def _of_workbook(content: bytes, wanted: Sequence[str]) -> Iterator[TableRows]:
    # Loading the library takes 0.1 s, which a start need not wait for.
    from openpyxl import load_workbook  # noqa: PLC0415
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, OSError, ValueError) as error:
        raise UnreadableFileError(type(error).__name__) from error
    first = _first_row(book)
    names = {name[:_LONGEST_NAME]: name for name in wanted}
    for title in book.sheetnames:
        if title in names:
            rows = [tuple(row) for row in book[title].iter_rows(values_only=True)]
            yield _table(names[title], rows, first)
    book.close()


def _first_row(book: "Workbook") -> int | None:
    """Return the first row to be filled in, where the file came from our template."""
    if _META not in book.sheetnames:
        return None
    facts = {
        row[0]: row[1] for row in book[_META].iter_rows(max_col=2, values_only=True)
    }
    value = str(facts.get("first_row") or "")
    return int(value) if value.isdigit() else None


def _of_csv(name: str, content: bytes, wanted: Sequence[str]) -> Iterator[TableRows]:
    stem = name.rpartition(".")[0] or name
    if stem in wanted:
        rows = [tuple(row) for row in csv.reader(io.StringIO(_decoded(content)))]
        yield _table(stem, rows, None)


def _decoded(content: bytes) -> str:
    for encoding in _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFileError("encoding")


def _table(name: str, rows: list[tuple[Any, ...]], first: int | None) -> TableRows:
    """Split headings from rows; headings are the first line with several cells."""
    top = next(
        (
            number
            for number, row in enumerate(rows[:_HEADING_WITHIN], 1)
            if sum(not is_blank(value) for value in row) > 1
        ),
        1,
    )
    headings = rows[top - 1] if rows else ()
    begin = first if first is not None and first > top else top + 1
    return TableRows(
        name,
        tuple(_heading(value) for value in headings),
        begin,
        tuple(rows[begin - 1 :]),
    )


def _heading(value: Any) -> str:
    return "" if is_blank(value) else str(value).strip().rstrip("*").strip()
