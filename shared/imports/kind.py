"""What a service says about one kind of import: its columns, and what a batch of rows does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from shared.db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, other headings it goes by (客户名称), and an example."""

    name: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    example: str = ""


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One row: its line in the file, and its values by column name; empty cells are left out."""

    line: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a row was refused; ``column`` is empty when it is about the whole row."""

    line: int
    code: str
    message: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch of rows."""

    created: int = 0
    updated: int = 0
    errors: Sequence[RowError] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class ImportKind:
    """One kind of import. ``handle`` works in the transaction that also records the progress.

    It refuses rows by returning their errors, and may raise a DomainError for a batch: then its
    rows are taken one by one, and the one that raises is refused with that error.
    """

    name: str
    columns: tuple[Column, ...]
    handle: Callable[[UnitOfWork, Sequence[ImportRow]], Awaitable[Outcome]]
    batch: int = 200
