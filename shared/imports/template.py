"""An empty file with the headings of an import, to be filled in."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from enum import StrEnum

from shared.imports.kinds import Column

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class TemplateFormat(StrEnum):
    """What a template is written as."""

    CSV = "csv"
    XLSX = "xlsx"


class Language(StrEnum):
    """The language of the headings."""

    EN = "en"
    ZH = "zh"


def headings_of(columns: Sequence[Column], language: Language) -> list[str]:
    """Return the headings; a star marks what has to be filled in."""
    return [getattr(column, language) + "*" * column.required for column in columns]


def csv_template(columns: Sequence[Column], language: Language) -> bytes:
    """Return a CSV file in the encoding that Excel recognises."""
    text = io.StringIO()
    csv.writer(text).writerow(headings_of(columns, language))
    return text.getvalue().encode("utf-8-sig")


def xlsx_template(columns: Sequence[Column], language: Language) -> bytes:
    """Return a workbook with one sheet."""
    from openpyxl import Workbook  # as in `files`
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(headings_of(columns, language))
    for number, cell in enumerate(sheet[1], 1):
        cell.font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(number)].width = 18
    sheet.freeze_panes = "A2"
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
