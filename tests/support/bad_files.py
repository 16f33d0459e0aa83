"""Files and names of files that must not be kept, each with the status and code of its refusal."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Callable

from tests.support.documents import JPEG, PDF, PNG, TYPES, office, zipped

LIMIT = 8 * 1024 * 1024
MEBIBYTE = 1024 * 1024
HTML = b"<!DOCTYPE html><script>alert(1)</script>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY s SYSTEM "file:///etc/passwd">]><x>&s;</x>'
DOCX = "word/document.xml"


def linked() -> bytes:
    """An archive with a symbolic link."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr(DOCX, b"<document/>")
        link = zipfile.ZipInfo("word/link.xml")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    return made.getvalue()


def flagged(bit: int) -> bytes:
    """An archive that says something of its parts in a flag."""
    content = bytearray(office())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.index(mark) + place
        content[at : at + 2] = struct.pack("<H", bit)
    return bytes(content)


def lying() -> bytes:
    """An archive that says less of the size of a part than it unpacks to."""
    content = bytearray(office(DOCX, ("word/big.xml", bytes(100_000))))
    real = struct.pack("<I", 100_000)
    while (at := content.find(real)) >= 0:
        content[at : at + 4] = struct.pack("<I", 10)
    return bytes(content)


def damaged() -> bytes:
    """An archive whose check sum of a part is wrong."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr(DOCX, b"<document>stored</document>")
    return made.getvalue().replace(b"<document>stored", b"<document>forged")


def twice() -> bytes:
    """An archive with two parts that are one name to some systems."""
    return office(DOCX, ("WORD/document.xml", b"<other/>"))


def bomb() -> bytes:
    """Little that becomes half a gibibyte."""
    return office(DOCX, ("word/media/image1.png", bytes(512 * MEBIBYTE)))


#: What is sent: the name, the content, the status, the code.
Case = tuple[str, Callable[[], bytes], int, str]
_NAME, _HARM, _KIND = (422, "bad_file_name"), (422, "harmful_file"), (415, "unsupported_content")
CONTENTS: dict[str, Case] = {
    "a bomb": ("a.docx", bomb, *_HARM),
    "too many parts": (
        "a.docx",
        lambda: office(DOCX, *((f"word/{n}.xml", b"") for n in range(5001))),
        *_HARM,
    ),
    "a way up": ("a.docx", lambda: office(DOCX, ("../../etc/cron.d/x", b"x")), *_HARM),
    "a way from the root": ("a.docx", lambda: office(DOCX, ("/etc/cron.d/x", b"x")), *_HARM),
    "a way of Windows": ("a.xlsx", lambda: office("xl/workbook.xml", ("..\\x", b"x")), *_HARM),
    "a drive": ("a.xlsx", lambda: office("xl/workbook.xml", ("C:x", b"x")), *_HARM),
    "a link": ("a.docx", linked, *_HARM),
    "an encrypted part": ("a.docx", lambda: flagged(1), *_HARM),
    "a part that lies of its size": ("a.docx", lying, *_HARM),
    "a wrong check sum": ("a.docx", damaged, *_HARM),
    "one name twice": ("a.docx", twice, *_HARM),
    "a macro": ("a.docx", lambda: office(DOCX, ("word/vbaProject.bin", b"x")), *_HARM),
    "a program in it": ("a.docx", lambda: office(DOCX, ("word/setup.exe", b"MZ")), *_HARM),
    "entities": ("a.docx", lambda: office(DOCX, ("word/a.xml", ENTITY)), *_HARM),
    "entities in UTF-16": (
        "a.xlsx",
        lambda: office("xl/workbook.xml", ("xl/a.xml", ENTITY.decode().encode("utf-16"))),
        *_HARM,
    ),
    "entities far behind": (
        "a.docx",
        lambda: office(DOCX, ("word/a.xml", b" " * (MEBIBYTE - 5) + ENTITY)),
        *_HARM,
    ),
    "entities in OFD": ("a.ofd", lambda: zipped(("OFD.xml", ENTITY)), *_HARM),
    "a truncated archive": ("a.docx", lambda: office()[:-30], *_HARM),
    "text behind an archive": ("a.docx", lambda: office() + HTML, *_HARM),
    "no part of its kind": ("a.docx", lambda: zipped(("x.txt", b"x")), *_KIND),
    "a workbook as a document": ("a.docx", lambda: office("xl/workbook.xml"), *_KIND),
    "an archive as a document": ("a.docx", lambda: b"PK\x03\x04" + b"x" * 500, *_HARM),
    "an archive": ("a.zip", lambda: zipped(("x.txt", b"x")), *_KIND),
    "a document with macros": ("a.docm", office, *_KIND),
    "a picture that is an archive": ("a.png", lambda: PNG + zipped(("x", b"x")), *_HARM),
    "a photograph that is an archive": ("a.jpg", lambda: JPEG + zipped(("x", b"x")), *_HARM),
    "a PDF that is an archive": ("a.pdf", lambda: PDF + zipped(("x", b"x")), *_HARM),
    "a PDF that goes on as a page": ("a.pdf", lambda: PDF + HTML, *_HARM),
    "a PDF that is cut off": ("a.pdf", lambda: PDF[:-10], *_HARM),
    "a PDF behind a page": ("a.pdf", lambda: HTML + PDF, *_KIND),
    "a picture that goes on as a page": ("a.png", lambda: PNG + HTML, *_HARM),
    "a picture that is cut off": ("a.png", lambda: PNG[:-4], *_HARM),
    "a page as a PDF": ("a.pdf", lambda: HTML, *_KIND),
    "a program as a PDF": ("a.pdf", lambda: b"MZ\x90\0" + bytes(500), *_KIND),
    "a program of Linux as a picture": ("a.png", lambda: b"\x7fELF\2\1" + bytes(500), *_KIND),
    "a picture as a photograph": ("a.jpg", lambda: PNG, *_KIND),
    "a photograph as a picture": ("a.png", lambda: JPEG, *_KIND),
    "an old document of Word as a new one": (
        "a.docx",
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        *_KIND,
    ),
    "an SVG": ("a.svg", lambda: SVG, *_KIND),
    "an SVG as a picture": ("a.png", lambda: SVG, *_KIND),
    "an SVG as text": ("a.txt", lambda: b"\n  " + SVG, *_KIND),
    "a page": ("a.html", lambda: HTML, *_KIND),
    "a page as text": ("a.txt", lambda: HTML, *_KIND),
    "a page as a table": ("a.csv", lambda: b"\xef\xbb\xbf" + HTML, *_KIND),
    "a program as text": ("a.txt", lambda: b"MZ\x90\0" + bytes(500), *_KIND),
    "NUL in a text": ("a.csv", lambda: b"a,b\0c\n", *_KIND),
    "controls of a terminal": ("a.txt", lambda: b"\x1b[2J", *_KIND),
    "a text of no encoding": ("a.txt", lambda: b"\xff\x00\xff\x81", *_KIND),
    "a script": ("a.sh", lambda: b"#!/bin/sh\n", *_KIND),
    "nothing": ("a.pdf", lambda: b"", 400, "malformed_upload"),
    "too much": ("a.txt", lambda: b"x" * (LIMIT + 1), 413, "file_too_large"),
}
NAMES: dict[str, Case] = {
    name: (name, lambda: PDF, *refused)
    for name, refused in {
        "../../etc/passwd.pdf": _NAME,
        "a/b.pdf": _NAME,
        "a\\b.pdf": _NAME,
        "..": _NAME,
        ".pdf": _NAME,
        "a.pdf.": _NAME,
        " a.pdf": _NAME,
        "a\u202efdp.exe.pdf": _NAME,
        "a\u2066b.pdf": _NAME,
        "a\u200bb.pdf": _NAME,
        "a\ufffd.pdf": _NAME,
        "C:a.pdf": _NAME,
        "con.pdf": _NAME,
        "a|b.pdf": _NAME,
        "a<b>.pdf": _NAME,
        f"{'a' * 300}.pdf": _NAME,
        f"{'合' * 90}.pdf": _NAME,
        "a.pdf.exe": _KIND,
        "pdf": _KIND,
        "a.": _NAME,
    }.items()
}
CASES = {**CONTENTS, **NAMES}
