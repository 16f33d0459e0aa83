"""Places: rows of a service's tables that say something about a person, and what erasure makes of
them. What is given out and what is erased is read from the same declaration, which a test compares
with the inventory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from shared.audit.marks import is_secret
from shared.privacy.subjects import Subject

#: Stands where a column must hold something and has nothing to say any more.
ERASED = "erased"


class Erasing(Enum):
    """What erasure does about a place."""

    #: The aggregate, or the replica by its event, becomes pseudonymous by itself.
    ITSELF = auto()
    #: Each column is emptied, or gets ``ERASED`` where it must hold something.
    BLANK = auto()
    #: The rows are removed.
    REMOVE = auto()
    #: The log of events and the audit's names: ``kehu personal-data erase-log``.
    LOG = auto()
    #: Kept, for the reason ``why``.
    KEEP = auto()


@dataclass(frozen=True)
class Place:
    """Rows of ``table`` picked by the id of a person, and the ``columns`` that speak of them.

    ``distinct`` places are given out without their keys, each value once. ``becomes`` says what
    BLANK writes where it is not simply nothing.
    """

    subject: Subject
    table: sa.Table
    whose: Callable[[UUID], sa.ColumnElement[bool]]
    columns: tuple[str, ...]
    erasing: Erasing
    why: str = ""
    distinct: bool = False
    becomes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def shown(self) -> list[sa.Column[Any]]:
        """The columns that are given out."""
        keys = [] if self.distinct else [column.name for column in self.table.primary_key]
        return [self.table.c[name] for name in dict.fromkeys((*keys, *self.columns))]

    @property
    def blank(self) -> dict[str, Any]:
        """What BLANK writes."""
        empty = {
            name: None if self.table.c[name].nullable else ERASED
            for name in self.columns
            if name not in self.becomes
        }
        return empty | dict(self.becomes)


@dataclass(frozen=True)
class Holdings:
    """All that a service holds about people. ``apart`` names the columns of the inventory in which
    nothing can be found by a person, ``table.column``, with the reason."""

    service: str
    places: tuple[Place, ...]
    apart: Mapping[str, str]

    def of(self, subject: Subject) -> list[Place]:
        """Return the places of a kind of person."""
        return [place for place in self.places if place.subject is subject]


def by_id(table: sa.Table, column: str = "id") -> Callable[[UUID], sa.ColumnElement[bool]]:
    """Pick rows by a column with the person's id."""
    return lambda subject_id: table.c[column] == subject_id


def by_any(table: sa.Table, *columns: str) -> Callable[[UUID], sa.ColumnElement[bool]]:
    """Pick rows by whichever of some columns has the person's id."""
    return lambda subject_id: sa.or_(*(table.c[name] == subject_id for name in columns))


def kept(subject: Subject, table: sa.Table, column: str, *columns: str, why: str) -> Place:
    """Return a place by the person's id in ``column`` that erasure leaves alone."""
    return Place(subject, table, by_id(table, column), columns, Erasing.KEEP, why)


def blanked(subject: Subject, table: sa.Table, column: str, *columns: str) -> Place:
    """Return a place by the person's id in ``column`` that erasure empties."""
    return Place(subject, table, by_id(table, column), columns, Erasing.BLANK)


def record(subject: Subject, table: sa.Table) -> Place:
    """Return a person's own record, or the replica of it: all of it but secrets."""
    columns = tuple(column.name for column in table.c if not is_secret(column))
    return Place(subject, table, by_id(table), columns, Erasing.ITSELF)
