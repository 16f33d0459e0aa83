"""From the first row of a file to our columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.imports.errors import BadFile
from shared.imports.kinds import Column, fold


@dataclass(frozen=True, slots=True)
class Headings:
    """Which place holds which column; ``found`` and ``ignored`` are told to the user."""

    places: tuple[str | None, ...]
    found: dict[str, str]
    ignored: tuple[str, ...]


def read_headings(cells: Sequence[str], columns: Sequence[Column]) -> Headings:
    """Recognise headings in English and Chinese, whatever their case, width and signs.

    Raises:
        BadFile: a required column is missing, or two headings mean the same one.
    """
    known = {heading: column.name for column in columns for heading in column.headings()}
    places = tuple(known.get(fold(cell)) for cell in cells)
    found: dict[str, str] = {}
    for cell, name in zip(cells, places, strict=True):
        if name in found:
            raise BadFile("double_column", f"{found[name]} and {cell} are the same column.", 1)
        if name is not None:
            found[name] = cell
    for column in columns:
        if column.required and column.name not in found:
            message = f"There is no column {column.en} ({column.zh})."
            raise BadFile("missing_column", message, 1)
    ignored = (cell for cell, name in zip(cells, places, strict=True) if cell and name is None)
    return Headings(places, found, tuple(ignored))
