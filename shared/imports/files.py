"""Files to rows: CSV in UTF-8 or GB 18030, and XLSX, streamed; headings in English or Chinese."""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from openpyxl import load_workbook

from shared.domain.errors import Invalid
from shared.imports.kind import Column, ImportRow

MAX_CELL = 10_000
MAX_COLUMNS = 200
#: A workbook unpacks to at most this many bytes, in at most this many parts.
MAX_UNPACKED = 2 * 1024**3
MAX_PARTS = 1_000
_XLSX_MAGIC = b"PK\x03\x04"


class UnreadableFile(Invalid):
    """The file as a whole cannot be imported."""

    code = "unreadable_file"
    title = "The file cannot be read"


class EncodingGuess:
    """Finds out, chunk by chunk, whether a text is UTF-8; if not it is taken for GB 18030."""

    def __init__(self) -> None:
        self._decoder: Any = codecs.getincrementaldecoder("utf-8")()
        self.name = "utf-8-sig"

    def feed(self, chunk: bytes, *, final: bool = False) -> None:
        """Look at the next chunk."""
        if self.name == "gb18030":
            return
        try:
            self._decoder.decode(chunk, final)
        except UnicodeDecodeError:
            self.name = "gb18030"


def format_of(first_bytes: bytes) -> str:
    """Say whether a file is ``xlsx`` or ``csv``, by its content.

    Raises:
        UnreadableFile: it is neither.
    """
    if first_bytes.startswith(_XLSX_MAGIC):
        return "xlsx"
    if b"\0" in first_bytes:
        raise UnreadableFile.field("/file", "Send a CSV or XLSX file.", "unknown_format")
    return "csv"


def rows(path: Path, kind: str, encoding: str, columns: Sequence[Column]) -> Iterator[ImportRow]:
    """Yield the rows of a file under its heading.

    Raises:
        UnreadableFile: no heading, a required column missing, or not a file of this kind.
    """
    with path.open("rb") as file:
        lines = _workbook(file) if kind == "xlsx" else _csv(file, encoding)
        try:
            yield from _under_heading(lines, columns)
        except (UnicodeDecodeError, csv.Error, zipfile.BadZipFile, KeyError, ValueError) as error:
            raise UnreadableFile(f"The file is damaged: {error}") from error


def _under_heading(
    lines: Iterable[tuple[int, Sequence[str]]], columns: Sequence[Column]
) -> Iterator[ImportRow]:
    names: list[str | None] | None = None
    for line, cells in lines:
        if not any(cells):
            continue
        if len(cells) > MAX_COLUMNS:
            raise UnreadableFile(f"Line {line} has more than {MAX_COLUMNS} columns.")
        if names is None:
            names = _names(cells, columns)
            continue
        paired = zip(names, cells, strict=False)
        yield ImportRow(line, {name: cell for name, cell in paired if name and cell})
    if names is None:
        raise UnreadableFile("The file is empty.")


def _names(heading: Sequence[str], columns: Sequence[Column]) -> list[str | None]:
    known = {_fold(alias): c.name for c in columns for alias in (c.name, *c.aliases)}
    names = [known.get(_fold(cell)) for cell in heading]
    missing = [c.name for c in columns if c.required and c.name not in names]
    if missing:
        raise UnreadableFile(f"The heading has no column {', '.join(missing)}.")
    doubled = sorted({name for name in names if name and names.count(name) > 1})
    if doubled:
        raise UnreadableFile(f"Two columns are called {doubled[0]}.")
    return names


def _fold(heading: str) -> str:
    return "".join(unicodedata.normalize("NFKC", heading).casefold().split()).replace("_", "")


def _csv(file: IO[bytes], encoding: str) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(1024 * 1024)
    reader = csv.reader(io.TextIOWrapper(file, encoding, newline=""), strict=True)
    line = 1
    for cells in reader:
        yield line, [_cell(cell) for cell in cells]
        line = reader.line_num + 1


def _workbook(file: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise UnreadableFile("The workbook unpacks to too much.")
    file.seek(0)
    book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    try:
        sheet = book.worksheets[0]
        for line, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            yield line, [_cell(_text(cell)) for cell in cells]
    finally:
        book.close()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == value.min.time() else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.10g}" if abs(value) < 1e15 else str(value)
    return str(value)


def _cell(text: str) -> str:
    if len(text) > MAX_CELL:
        raise UnreadableFile(f"A cell has more than {MAX_CELL} characters.")
    if "\0" in text:
        raise UnreadableFile("A cell has a NUL character.")
    return text.strip()
