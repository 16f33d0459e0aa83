"""What a service says about an import: its columns, and what to do with a batch of rows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from shared.db.unit_of_work import UnitOfWork

_LEFT_OUT = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: ``name`` in our code, and the headings it may have in a file."""

    name: str
    en: str
    zh: str
    required: bool = False
    also: tuple[str, ...] = ()

    def headings(self) -> set[str]:
        """Return the folded headings that mean this column."""
        return {fold(heading) for heading in (self.name, self.en, self.zh, *self.also)}


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line in the file, and the text of each known column, stripped."""

    line: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a row, or one column of it, was not taken."""

    line: int
    code: str
    message: str
    column: str | None = None


def row_errors(line: int, error: ValidationError) -> Iterator[RowError]:
    """Return what is wrong with the cells of a row, without what stands in them."""
    for each in error.errors(include_url=False, include_input=False, include_context=False):
        column = str(each["loc"][0]) if each["loc"] else None
        yield RowError(line, each["type"], each["msg"], column)


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows to be taken in one transaction, with the options the job was started with."""

    rows: Sequence[Row]
    options: Any
    dry_run: bool


@dataclass(slots=True)
class Outcome:
    """What became of the rows of a batch. Rows with errors are left out whole."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    errors: list[RowError] = field(default_factory=list)

    def add(self, other: Outcome) -> None:
        """Add the figures of another part."""
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.errors += other.errors

    @property
    def failed(self) -> int:
        """Return how many rows have an error."""
        return len({error.line for error in self.errors})


HandleBatch = Callable[[UnitOfWork, Batch], Awaitable[Outcome]]


@dataclass(frozen=True)
class ImportKind:
    """An import of one kind. ``handle_batch`` may refuse a whole batch by raising: its rows are
    then taken one by one, and those that are refused again become errors."""

    name: str
    columns: tuple[Column, ...]
    handle_batch: HandleBatch
    options: type[BaseModel]
    batch_size: int = 500


def fold(heading: str) -> str:
    """Return a heading as it is compared: without case, width, blanks and signs."""
    return _LEFT_OUT.sub("", unicodedata.normalize("NFKC", heading).casefold())
