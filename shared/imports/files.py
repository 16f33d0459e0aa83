"""Reads CSV and XLSX line by line, in constant memory. All of it blocks: run it in a thread."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

from shared.imports.errors import BadFile

#: A line of a file with its cells as stripped text.
Line = tuple[int, list[str]]

_PIECE = 1024 * 1024
_DELIMITERS = ",;\t|"
_MAX_CELL = 131_072
_MAX_COLUMNS = 200
_MAX_LINES = 1_048_576  # of a sheet

_MAX_ENTRIES = 2000
_ALWAYS_UNPACKED = 64 * _PIECE
_MAX_RATIO = 100
_MAX_UNPACKED = 2048 * _PIECE
_MAX_STRINGS = 256 * _PIECE


def encoding_of(file: IO[bytes]) -> str:
    """Return utf-8-sig, utf-16 or gb18030, by reading the file once.

    Raises:
        BadFile: it is none of them.
    """
    start = file.read(4)
    file.seek(0)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates: Sequence[str] = ("utf-16",)
    else:
        candidates = ("utf-8-sig", "gb18030")
    for encoding in candidates:
        if _decodes(file, encoding):
            return encoding
    raise BadFile("unknown_encoding", "The text is neither UTF-8 nor GB 18030.")


def lines_in(file: IO[bytes]) -> int:
    """Return the number of line ends."""
    count = sum(piece.count(b"\n") for piece in iter(lambda: file.read(_PIECE), b""))
    file.seek(0)
    return count


def csv_lines(file: IO[bytes], encoding: str) -> Iterator[Line]:
    """Yield the lines of a CSV file that hold anything, the first one included.

    Raises:
        BadFile: a cell is too long, as behind a quote that is never closed.
    """
    csv.field_size_limit(_MAX_CELL)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    reader = csv.reader(text, delimiter=_delimiter(text))
    line = 1
    try:
        for read in reader:
            cells = [cell.strip() for cell in read]
            if any(cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise BadFile("malformed_csv", f"The text cannot be read: {error}.", line) from error


def xlsx_lines(file: IO[bytes]) -> Iterator[Line]:
    """Yield the lines of the first sheet that hold anything, the first one included.

    Raises:
        BadFile: it is no workbook, or one made to exhaust its reader.
    """
    from openpyxl import load_workbook  # it takes a while, and few ever need it

    _refuse_bombs(file)
    try:
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # whatever a parser of hostile input may raise
        raise BadFile("malformed_xlsx", "This is not a workbook.") from error
    try:
        yield from _sheet_lines(book.worksheets[0])
    except BadFile:
        raise
    except Exception as error:
        raise BadFile("malformed_xlsx", "The sheet cannot be read.") from error
    finally:
        book.close()


def _sheet_lines(sheet: Any) -> Iterator[Line]:
    sheet.reset_dimensions()  # what a file says of its size is not to be trusted
    for line, values in enumerate(sheet.iter_rows(values_only=True), 1):
        if line > _MAX_LINES or len(values) > _MAX_COLUMNS:
            raise BadFile("malformed_xlsx", "The sheet is larger than one may be.", line)
        cells = [_text(value) for value in values]
        if any(cells):
            yield line, cells


def _decodes(file: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for piece in iter(lambda: file.read(_PIECE), b""):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
    return True


def _delimiter(text: IO[str]) -> str:
    """Return the sign that parts the first line most often; comma if there is none."""
    first = text.readline(_MAX_CELL)
    text.seek(0)
    return max(_DELIMITERS, key=first.count)


def _refuse_bombs(file: IO[bytes]) -> None:
    packed = file.seek(0, io.SEEK_END)
    file.seek(0)
    try:
        with ZipFile(file) as archive:
            entries = archive.infolist()
            _check_sizes([entry.file_size for entry in entries], packed)
            for entry in entries:
                if entry.filename == "xl/sharedStrings.xml" and entry.file_size > _MAX_STRINGS:
                    raise BadFile("too_large_unpacked", "The workbook holds too much text.")
                if entry.filename.endswith((".xml", ".rels")):
                    with archive.open(entry) as member:
                        _refuse_entities(member.read(4096))
    except (BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise BadFile("malformed_xlsx", "This is not a workbook.") from error
    file.seek(0)


def _check_sizes(sizes: Sequence[int], packed: int) -> None:
    allowed = min(_MAX_UNPACKED, max(_ALWAYS_UNPACKED, _MAX_RATIO * packed))
    if len(sizes) > _MAX_ENTRIES or sum(sizes) > allowed:
        raise BadFile("too_large_unpacked", "The workbook is far larger than its file.")


def _refuse_entities(start: bytes) -> None:
    # No workbook declares a document type; entities are the way to make a small one large.
    if b"<!DOCTYPE" in start or b"<!ENTITY" in start or b"\0" in start:
        raise BadFile("malformed_xlsx", "The workbook declares what no workbook does.")


def _text(value: Any) -> str:
    """Return a cell as it would be typed."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime) and (value.hour, value.minute, value.second) == (0, 0, 0):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()
