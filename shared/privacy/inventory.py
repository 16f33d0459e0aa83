"""The inventory of personal data: every column of every table that can hold text, a picture or a
birthday, and what it says about people. A column nobody classified fails the build."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from shared.audit.marks import is_private, is_secret
from shared.db.types import JsonText
from shared.privacy import words


class Sort(StrEnum):
    """What a column says about people."""

    NONE = "none"  # 无
    FREE_TEXT = "free text"  # 自由文本
    PERSONAL = "personal"  # 个人信息
    SECRET = "secret"  # noqa: S105 - 机密


@dataclass(frozen=True, slots=True)
class Entry:
    """One column of the inventory; ``masked`` says whether the audit hides its values."""

    table: str
    column: str
    sort: Sort
    masked: bool
    why: str


class Unclassified(LookupError):
    """Nobody said what a column says about people."""


def inventory(metadata: sa.MetaData) -> Iterator[Entry]:
    """Yield the columns that can hold something about people, by table.

    Raises:
        Unclassified: a column is neither marked nor known by its name.
    """
    for table in sorted(metadata.tables.values(), key=lambda each: each.fullname):
        for column in table.c:
            if _can_hold_text(column) or is_private(column) or is_secret(column):
                yield _entry(column)


def sort_of(column: sa.Column[object]) -> Sort:
    """Say what a column says about people: its own mark first, then its name."""
    place = f"{column.table.name}.{column.name}"
    if is_secret(column) or place in words.SECRET:
        return Sort.SECRET
    if is_private(column) or place in words.PERSONAL:
        return Sort.PERSONAL
    if place in words.NOT_PERSONAL or column.name in words.IMPERSONAL:
        return Sort.NONE
    if column.name == "name" and column.table.name in words.THINGS:
        return Sort.NONE
    if column.name in words.FREE_TEXT:
        return Sort.FREE_TEXT
    raise Unclassified(
        f"{place}: mark it PRIVATE or SECRET, or say in shared/privacy/words.py what it is."
    )


def _entry(column: sa.Column[object]) -> Entry:
    place = f"{column.table.name}.{column.name}"
    why = words.PERSONAL.get(place) or column.comment or ""
    return Entry(
        column.table.fullname,
        column.name,
        sort_of(column),
        is_private(column) or is_secret(column),
        why,
    )


def _can_hold_text(column: sa.Column[object]) -> bool:
    kind = column.type
    if isinstance(kind, sa.types.TypeDecorator):
        kind = kind.impl_instance
    if isinstance(kind, sa.ARRAY):
        kind = kind.item_type
    return isinstance(kind, (sa.String, sa.LargeBinary, sa.JSON, JSONB, JsonText))
