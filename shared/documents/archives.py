"""Zipped documents: no bombs, no ways out of a folder, no macros, no entities. Blocks."""

from __future__ import annotations

import io
import stat
import zlib
from typing import IO
from zipfile import BadZipFile, ZipFile, ZipInfo

from shared.documents.errors import HarmfulFile, UnsupportedContent

_PIECE = 1024 * 1024
_END, _END_BYTES = b"PK\x05\x06", 18
_MAX_ENTRIES = 5000
_MAX_UNPACKED = 256 * _PIECE
_ALWAYS_UNPACKED = 16 * _PIECE
_MAX_RATIO = 100
_OVERLAP = 64
_ENCRYPTED = 0x1
_METHODS = {0, 8}  # stored, deflated
_XML = (".xml", ".rels", ".vml")
_BROKEN = (BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError, zlib.error)


def check_archive(file: IO[bytes], part: str) -> None:
    """See that a zipped document holds ``part``, and nothing that harms.

    Raises:
        UnsupportedContent: it holds no such part.
        HarmfulFile: it is broken, or made to harm who opens it.
    """
    packed = file.seek(0, io.SEEK_END)
    try:
        with ZipFile(file) as archive:
            entries = archive.infolist()
            _check_end(file)
            _check_outline(archive, entries, packed)
            if part not in archive.namelist():
                raise UnsupportedContent(f"The content has no part {part}, which its name says.")
            for entry in entries:
                _read_through(archive, entry)
    except _BROKEN as error:
        raise HarmfulFile("The packed parts of the file cannot be read.") from error


def holds_archive(file: IO[bytes]) -> bool:
    """Say whether a program that unpacks would find an archive in the file."""
    file.seek(0)
    try:
        with ZipFile(file):
            return True
    except _BROKEN:
        return False


def _check_end(file: IO[bytes]) -> None:
    file.seek(-len(_END) - _END_BYTES, io.SEEK_END)
    if not file.read().startswith(_END):
        raise HarmfulFile("Something stands before or behind the packed parts.")


def _check_outline(archive: ZipFile, entries: list[ZipInfo], packed: int) -> None:
    names = [entry.filename for entry in entries]
    if len(names) > _MAX_ENTRIES or len({name.lower() for name in names}) != len(names):
        raise HarmfulFile("The file has too many parts, or two of one name.")
    if min((entry.header_offset for entry in entries), default=1):
        raise HarmfulFile("Something stands before or behind the packed parts.")
    allowed = min(_MAX_UNPACKED, max(_ALWAYS_UNPACKED, _MAX_RATIO * packed))
    if sum(entry.file_size for entry in entries) > allowed:
        raise HarmfulFile("The file is far larger when it is unpacked.")
    for entry in entries:
        _check_entry(entry)


def _check_entry(entry: ZipInfo) -> None:
    name = entry.orig_filename
    steps = name.rstrip("/").split("/")
    if "\\" in name or "\0" in name or ":" in name or not all(steps) or {".", ".."} & {*steps}:
        raise HarmfulFile("A part of the file would be unpacked elsewhere.")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise HarmfulFile("A part of the file is a link.")
    if entry.flag_bits & _ENCRYPTED or entry.compress_type not in _METHODS:
        raise HarmfulFile("A part of the file is encrypted or packed in an unusual way.")
    if "vbaproject" in name.lower() or name.lower().endswith((".exe", ".dll", ".js", ".vbs")):
        raise HarmfulFile("The file holds a program.")


def _read_through(archive: ZipFile, entry: ZipInfo) -> None:
    """Unpack a part, which verifies its size and check sum."""
    is_xml, before = entry.filename.lower().endswith(_XML), b""
    with archive.open(entry) as member:
        while piece := member.read(_PIECE):
            if is_xml and _declares(before + piece):
                raise HarmfulFile("A part of the file declares entities.")
            before = piece[-_OVERLAP:]


def _declares(piece: bytes) -> bool:
    text = piece.replace(b"\0", b"")  # of UTF-16 as well
    return b"<!DOCTYPE" in text or b"<!ENTITY" in text
