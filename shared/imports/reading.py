"""A spooled file as a source of rows: recognised, mapped to columns, and checked for characters
that no text column holds. Blocks: run it in a thread."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO

from shared.imports.errors import BadFile
from shared.imports.files import csv_lines, encoding_of, lines_in, xlsx_lines
from shared.imports.headings import Headings, read_headings
from shared.imports.kinds import Column, Row, RowError

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Reading:
    """A file that was opened: what is known of it, and its rows from the first on.

    A row that cannot be taken over at all comes as a RowError.
    """

    encoding: str | None
    rows_expected: int | None
    headings: Headings
    rows: Iterator[Row | RowError]

    def take(self, count: int) -> list[Row | RowError]:
        """Return the next rows, fewer at the end of the file."""
        return list(islice(self.rows, count))

    def skip(self, count: int) -> None:
        """Pass over rows that were taken before."""
        next(islice(self.rows, count, count), None)


def open_file(file: IO[bytes], file_format: str, columns: Sequence[Column]) -> Reading:
    """Read the headings, and leave the rest to be read row by row.

    Raises:
        BadFile: it cannot be read, or a required column is missing.
    """
    encoding, expected = None, None
    if file_format == "csv":
        encoding = encoding_of(file)
        expected = lines_in(file)
        lines = csv_lines(file, encoding)
    else:
        lines = xlsx_lines(file)
    first = next(lines, None)
    if first is None:
        raise BadFile("empty_file", "There is nothing in the file.")
    headings = read_headings(first[1], columns)
    rows = (_row(line, cells, headings) for line, cells in lines)
    return Reading(encoding, expected, headings, rows)


def _row(line: int, cells: list[str], headings: Headings) -> Row | RowError:
    places = headings.places
    if any(cells[len(places) :]):
        message = f"There are {len(cells)} cells, but {len(places)} headings."
        return RowError(line, "too_many_cells", message)
    values = {name: cell for name, cell in zip(places, cells, strict=False) if name is not None}
    for name, value in values.items():
        if _UNSTORABLE.search(value):
            return RowError(line, "bad_character", "A character cannot be stored.", name)
    return Row(line, values)
