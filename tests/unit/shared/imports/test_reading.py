"""Headings are recognised, and rows come as values of columns or as errors."""

from __future__ import annotations

import io

import pytest

from shared.imports.errors import BadFile
from shared.imports.headings import read_headings
from shared.imports.kinds import Column, Row, RowError
from shared.imports.reading import Reading, open_file

COLUMNS = (
    Column("external_id", "External id", "外部编号", also=("ERP",)),
    Column("name", "Name", "名称", required=True),
    Column("phone", "Phone", "电话"),
)


def open_csv(text: str) -> Reading:
    """A CSV file with this text."""
    return open_file(io.BytesIO(text.encode()), "csv", COLUMNS)


@pytest.mark.parametrize(
    "cells",
    [
        ["External id", "Name"],
        ["external_id", "NAME*"],
        [" EXTERNAL-ID ", "ｎａｍｅ"],
        ["外部编号", "名称（*）"],
        ["erp", "名 称"],
    ],
)
def test_headings_are_recognised_however_they_are_written(cells: list[str]) -> None:
    headings = read_headings(cells, COLUMNS)
    assert headings.places == ("external_id", "name")
    assert headings.found == dict(zip(("external_id", "name"), cells, strict=True))


def test_unknown_headings_are_told() -> None:
    assert read_headings(["Name", "Colour", ""], COLUMNS).ignored == ("Colour",)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Phone\n1\n", "missing_column"),
        ("Name,名称\nx,y\n", "double_column"),
        ("", "empty_file"),
        ("\n\n  \n", "empty_file"),
    ],
)
def test_a_file_without_its_columns_is_refused(text: str, code: str) -> None:
    with pytest.raises(BadFile) as caught:
        open_csv(text)
    assert caught.value.code == code


def test_rows_come_with_their_lines() -> None:
    reading = open_csv("Name,Colour,Phone\n华为,red,1\n\n腾讯\n,,\n百度,,3,\n")
    assert reading.encoding == "utf-8-sig"
    assert reading.take(10) == [
        Row(2, {"name": "华为", "phone": "1"}),
        Row(4, {"name": "腾讯"}),
        Row(6, {"name": "百度", "phone": "3"}),
    ]
    assert reading.take(10) == []


def test_rows_that_cannot_be_taken_over_are_errors() -> None:
    """A cell too many, or a character that no text column holds."""
    rows = open_csv("Name,Phone\na,1,?\nb\0,1\nc,2\n").take(10)
    assert [(row.line, row.code) for row in rows if isinstance(row, RowError)] == [
        (2, "too_many_cells"),
        (3, "bad_character"),
    ]
    assert rows[2] == Row(4, {"name": "c", "phone": "2"})


def test_a_reader_goes_on_where_another_stopped() -> None:
    """Rows are counted the same way every time."""
    text = "Name\n" + "".join(f"n{number}\n\n" for number in range(10))
    first = open_csv(text)
    taken = first.take(4)
    second = open_csv(text)
    second.skip(len(taken))
    assert taken + second.take(100) == open_csv(text).take(100)
