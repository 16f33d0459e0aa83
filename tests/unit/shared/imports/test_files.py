"""Files as they come from Excel, other systems, and people who mean no good."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from shared.imports.errors import BadFile
from shared.imports.files import csv_lines, encoding_of, lines_in, xlsx_lines

TEXT = "名称,电话\r\n华为,0755\r\n腾讯,\r\n"


def read_csv(content: bytes) -> list[tuple[int, list[str]]]:
    """The lines of a CSV file."""
    file = io.BytesIO(content)
    return list(csv_lines(file, encoding_of(file)))


def workbook(rows: list[list[Any]]) -> bytes:
    """A workbook with these rows."""
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def read_xlsx(content: bytes) -> list[tuple[int, list[str]]]:
    """The lines of a workbook."""
    return list(xlsx_lines(io.BytesIO(content)))


def altered(content: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """A workbook in which a part was replaced."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(result, "w") as after:
        for entry in before.infolist():
            data = before.read(entry)
            if entry.filename == name:
                assert old in data
                data = data.replace(old, new)
            after.writestr(entry.filename, data)
    return result.getvalue()


def padded(content: bytes, name: str, size: int) -> bytes:
    """A workbook with another part of so many zeros, packed to next to nothing."""
    result = io.BytesIO(content)
    with (
        zipfile.ZipFile(result, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open(name, "w", force_zip64=True) as member,
    ):
        for _ in range(size // (1024 * 1024)):
            member.write(b"0" * 1024 * 1024)
    return result.getvalue()


@pytest.mark.parametrize(
    ("encoding", "recognised"),
    [
        ("utf-8", "utf-8-sig"),
        ("utf-8-sig", "utf-8-sig"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
        ("utf-16", "utf-16"),
    ],
)
def test_encodings_are_recognised(encoding: str, recognised: str) -> None:
    """As Chinese and other Excels save."""
    content = TEXT.encode(encoding)
    assert encoding_of(io.BytesIO(content)) == recognised
    assert read_csv(content) == [(1, ["名称", "电话"]), (2, ["华为", "0755"]), (3, ["腾讯", ""])]


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(BadFile) as caught:
        encoding_of(io.BytesIO(b"name\n\xff\xff\xff\n"))
    assert caught.value.code == "unknown_encoding"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_recognised(delimiter: str) -> None:
    content = f"a{delimiter}b\n1{delimiter}2\n".encode()
    assert read_csv(content) == [(1, ["a", "b"]), (2, ["1", "2"])]


def test_a_row_is_named_by_the_line_it_begins_in() -> None:
    """Cells may hold line ends, and lines may be empty."""
    content = b'a,b\n"1\n1","2\r\n"\n\n,\n3,4'
    assert read_csv(content) == [(1, ["a", "b"]), (2, ["1\n1", "2"]), (7, ["3", "4"])]


def test_a_quote_that_is_never_closed_ends_the_file() -> None:
    """Instead of swallowing the rest of it."""
    content = b'a,b\n1,2\n3,"4\n' + b"x,y\n" * 50_000
    file = io.BytesIO(content)
    lines = csv_lines(file, "utf-8")
    assert [next(lines), next(lines)] == [(1, ["a", "b"]), (2, ["1", "2"])]
    with pytest.raises(BadFile) as caught:
        next(lines)
    assert (caught.value.code, caught.value.line) == ("malformed_csv", 3)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing but a BadFile comes out of reading."""
    content = text.encode()
    try:
        lines = read_csv(content)
    except BadFile:
        return
    assert [number for number, _ in lines] == sorted({number for number, _ in lines})
    assert lines_in(io.BytesIO(content)) == content.count(b"\n")


def test_cells_of_a_workbook_become_what_was_typed() -> None:
    """Numbers without a tail of zeros, dates after ISO 8601."""
    rows: list[list[Any]] = [
        ["名称", "电话", "日期", "时刻", "数", "布尔"],
        ["华为 ", 13800138000, date(2026, 11, 21), datetime(2026, 11, 21, 8, 30), 12.5, True],
        [None, None, None, None, None, None],
        ["腾讯", 13800138000.0, datetime(2026, 1, 1), None, Decimal("1.10"), "=1+1"],
    ]
    assert read_xlsx(workbook(rows)) == [
        (1, ["名称", "电话", "日期", "时刻", "数", "布尔"]),
        (2, ["华为", "13800138000", "2026-11-21", "2026-11-21T08:30:00", "12.5", "True"]),
        (4, ["腾讯", "13800138000", "2026-01-01", "", "1.1", ""]),
    ]


def test_what_a_workbook_says_of_its_size_is_not_believed() -> None:
    """Neither too much nor too little."""
    content = workbook([["a", "b"], ["1", "2"]])
    for claim in (b"A1:XFD1048576", b"A1:A1"):
        lying = altered(content, "xl/worksheets/sheet1.xml", b"A1:B2", claim)
        assert read_xlsx(lying) == [(1, ["a", "b"]), (2, ["1", "2"])]


def test_a_row_that_cannot_be_ends_the_file() -> None:
    """Its reader would fill the gap with empty rows for ever."""
    content = workbook([["a"], ["1"]])
    far = altered(content, "xl/worksheets/sheet1.xml", b'<row r="2"', b'<row r="99999999999"')
    with pytest.raises(BadFile) as caught:
        read_xlsx(far)
    assert caught.value.code == "malformed_xlsx"


@pytest.mark.parametrize("name", ["xl/media/bomb.bin", "xl/worksheets/sheet2.xml"])
def test_a_bomb_is_not_unpacked(name: str) -> None:
    """A small file that would become a large one."""
    bomb = padded(workbook([["a"]]), name, 200 * 1024 * 1024)
    assert len(bomb) < 1024 * 1024
    with pytest.raises(BadFile) as caught:
        read_xlsx(bomb)
    assert caught.value.code == "too_large_unpacked"


def test_very_many_parts_are_not_looked_at() -> None:
    result = io.BytesIO(workbook([["a"]]))
    with zipfile.ZipFile(result, "a") as archive:
        for number in range(2500):
            archive.writestr(f"xl/p{number}.xml", "")
    with pytest.raises(BadFile) as caught:
        read_xlsx(result.getvalue())
    assert caught.value.code == "too_large_unpacked"


def test_entities_are_refused() -> None:
    """Billion laughs, and files of the machine."""
    content = workbook([["a"], ["1"]])
    declaration = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet '
    evil = altered(content, "xl/worksheets/sheet1.xml", b"<worksheet ", declaration)
    with pytest.raises(BadFile) as caught:
        read_xlsx(evil)
    assert caught.value.code == "malformed_xlsx"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        b"PK\x03\x04" + b"\0" * 1000,
        workbook([["a"]])[:-30],
        altered(workbook([["a"]]), "xl/workbook.xml", b"<sheets>", b"<"),
        altered(workbook([["a"]]), "xl/worksheets/sheet1.xml", b"</row>", b"<row>"),
    ],
)
def test_what_is_no_workbook_is_refused(content: bytes) -> None:
    with pytest.raises(BadFile) as caught:
        read_xlsx(content)
    assert caught.value.code == "malformed_xlsx"
