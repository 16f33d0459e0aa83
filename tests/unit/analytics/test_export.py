"""Text in exports is text to a spreadsheet, whatever it begins with (OWASP, CSV injection)."""

from __future__ import annotations

import pytest

from services.analytics.cube.export import text_cell

FORMULAS = [
    "=1+1",
    '=HYPERLINK("http://example.com","x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1,1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\0=1",
    "==1",
    "-",
]


@pytest.mark.parametrize("payload", FORMULAS)
def test_a_formula_becomes_text(payload: str) -> None:
    """S191."""
    assert text_cell(payload) == f"'{payload}"


@pytest.mark.parametrize("harmless", ["", "华东", "A-1", "a=b", "1-2", "'x", " x"])
def test_other_text_stays_as_it_is(harmless: str) -> None:
    assert text_cell(harmless) == harmless


def test_no_text_is_an_empty_cell() -> None:
    assert text_cell(None) == ""
