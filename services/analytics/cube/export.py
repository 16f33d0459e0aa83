"""An answer of the cube as CSV (RFC 4180), for spreadsheets and harmless in them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from starlette.responses import Response

from services.analytics.cube.errors import TooManyRows
from services.analytics.cube.question import Question
from services.analytics.snapshot import AsOf

#: A cell that begins with one of these would be run as a formula (OWASP, CSV injection); where
#: people write Chinese, the full-width signs too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
#: Spreadsheets take a file for UTF-8 only when it begins so.
_BOM = "\ufeff"


def text_cell(value: str | None) -> str:
    """Return a text so that no spreadsheet takes it for a formula."""
    text = value or ""
    return f"'{text}" if text.startswith(_FORMULA) else text


def respond(question: Question, rows: Sequence[Any], as_of: AsOf) -> Response:
    """Answer a file.

    Raises:
        TooManyRows: the answer is longer than the limit.
    """
    if len(rows) > question.limit:
        raise TooManyRows(f"There are more than {question.limit} rows; narrow the question.")
    body = io.StringIO(newline="")
    body.write(_BOM)
    csv.writer(body).writerows(_table(question, rows))
    headers = {"content-disposition": f'attachment; filename="{question.measure.name}.csv"'}
    if as_of.event_time is not None:
        headers["x-as-of"] = as_of.event_time.isoformat()
    return Response(body.getvalue().encode(), media_type="text/csv", headers=headers)


def _table(question: Question, rows: Sequence[Any]) -> Iterator[list[str]]:
    names = [each.name for each in question.by]
    yield [*(f"{name}{part}" for name in names for part in ("", "_label")), *_FIGURES]
    for row in rows:
        cells: list[str] = []
        for index, dimension in enumerate(question.by):
            value = dimension.text(row[f"key{index}"])
            cells += [text_cell(value), text_cell(row[f"label{index}"] or value)]
        quantity = "" if row["quantity"] is None else str(row["quantity"])
        yield [*cells, str(row["amount"]), row["currency"], quantity, str(row["facts"])]


_FIGURES = ("amount", "currency", "quantity", "facts")
