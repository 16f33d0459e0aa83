"""The formats that are kept, and that a file's content is what its name says. Blocks: run it in a
thread."""

from __future__ import annotations

import codecs
import io
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from shared.documents.archives import check_archive, holds_archive
from shared.documents.errors import HarmfulFile, UnsupportedContent
from shared.documents.names import suffix_of

_HEAD_BYTES = 4096
_TAIL_BYTES = 1024
_PIECE = 1024 * 1024
_MARKUP = re.compile(r"\s*(<[!?a-z]|\{\\rtf)", re.IGNORECASE)
_PDF_END = re.compile(rb"%%EOF[\s\0]*\Z")
_PNG_END = b"IEND\xaeB\x60\x82"
_BREAKS = frozenset("\t\n\r\f")
_OFFICE = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True, slots=True)
class Format:
    """A format by the suffixes of its files. ``part`` is what a zipped one holds."""

    media_type: str
    suffixes: frozenset[str]
    part: str | None = None
    is_text: bool = False


def _format(media_type: str, suffixes: str, part: str | None = None) -> Format:
    is_text = media_type.startswith("text/")
    return Format(media_type, frozenset(suffixes.split()), part, is_text)


FORMATS = (
    _format("application/pdf", "pdf"),
    _format("image/png", "png"),
    _format("image/jpeg", "jpg jpeg"),
    _format("image/tiff", "tif tiff"),
    _format("image/webp", "webp"),
    _format("image/heif", "heic heif"),
    _format(f"{_OFFICE}.wordprocessingml.document", "docx", "word/document.xml"),
    _format(f"{_OFFICE}.spreadsheetml.sheet", "xlsx", "xl/workbook.xml"),
    _format(f"{_OFFICE}.presentationml.presentation", "pptx", "ppt/presentation.xml"),
    _format("application/ofd", "ofd", "OFD.xml"),  # 版式文件, GB/T 33190: electronic invoices
    _format("text/plain", "txt"),
    _format("text/csv", "csv"),
)
_BY_SUFFIX = {suffix: each for each in FORMATS for suffix in each.suffixes}


def recognised(name: str, file: IO[bytes]) -> Format:
    """Return the format of a file, whose name and content agree.

    Raises:
        UnsupportedContent: it is of none of the formats, or not of the one its name says.
        HarmfulFile: it is cut off, holds a second file, or is made to exhaust its reader.
    """
    found = _BY_SUFFIX.get(suffix_of(name))
    if found is None:
        known = ", ".join(sorted(_BY_SUFFIX))
        raise UnsupportedContent(f"Files with these endings are kept: {known}.")
    if found.is_text:
        _must_be_text(file)
    elif found.part is not None:
        _must_begin_as(found, file, frozenset({"zip", *found.suffixes}))
        check_archive(file, found.part)
    else:
        _must_begin_as(found, file, found.suffixes)
        _must_be_one_file(found, file)
    file.seek(0)
    return found


def _must_begin_as(wanted: Format, file: IO[bytes], suffixes: frozenset[str]) -> None:
    import puremagic  # it takes a while, and few processes take files

    file.seek(0)
    try:
        seen = puremagic.magic_string(file.read(_HEAD_BYTES))
    except (puremagic.PureError, ValueError):
        seen = []
    if not suffixes & {each.extension.lstrip(".").lower() for each in seen}:
        raise _mismatch(wanted)


def _must_be_one_file(wanted: Format, file: IO[bytes]) -> None:
    """Nothing stands behind it that another program would take for another file."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _TAIL_BYTES))
    tail = file.read()
    ends: dict[str, Callable[[bytes], object]] = {
        "application/pdf": _PDF_END.search,
        "image/png": lambda end: end.endswith(_PNG_END),
    }
    if not ends.get(wanted.media_type, bool)(tail):
        raise HarmfulFile("The file is cut off, or something stands behind its end.")
    if holds_archive(file):
        raise HarmfulFile("The file holds a second one.")


def _must_be_text(file: IO[bytes]) -> None:
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    encoding = "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else None
    for candidate in (encoding,) if encoding else ("utf-8-sig", "gb18030"):
        try:
            _check_text(file, candidate)
        except UnicodeDecodeError:
            continue
        return
    raise UnsupportedContent("The text is neither UTF-8 nor UTF-16 nor GB 18030.")


def _check_text(file: IO[bytes], encoding: str) -> None:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    first = True
    while piece := file.read(_PIECE):
        text = decoder.decode(piece)
        if first and _MARKUP.match(text):
            raise UnsupportedContent("This is markup, which is not kept as text.")
        if any(unicodedata.category(each) == "Cc" and each not in _BREAKS for each in set(text)):
            raise UnsupportedContent("This is no text: it has control characters.")
        first = False
    decoder.decode(b"", final=True)


def _mismatch(wanted: Format) -> UnsupportedContent:
    return UnsupportedContent(f"The name says {wanted.media_type}; the content is something else.")
