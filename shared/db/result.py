"""What a statement answered: rows by position, name or attribute, and how many were touched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import asyncpg
from sqlalchemy.exc import MultipleResultsFound, NoResultFound

Processors = Sequence[tuple[str, Callable[[Any], Any]]]


class Row(asyncpg.Record):  # type: ignore[misc]  # asyncpg ships no types
    """A row: ``row[0]``, ``row["name"]``, ``row.name``, unpacked, or ``dict(row)``."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class ConvertedRow:
    """A row with columns of a type of our own; to its reader the same as a ``Row``, which only
    asyncpg can make."""

    __slots__ = ("_columns",)

    def __init__(self, record: Row, processors: Processors) -> None:
        self._columns = dict(record)
        for name, process in processors:
            self._columns[name] = process(self._columns[name])

    def __getitem__(self, key: str | int) -> Any:
        return self._columns[key] if isinstance(key, str) else list(self)[key]

    def __getattr__(self, name: str) -> Any:
        try:
            return self._columns[name]
        except KeyError:
            raise AttributeError(name) from None

    def __iter__(self) -> Iterator[Any]:
        return iter(self._columns.values())

    def __len__(self) -> int:
        return len(self._columns)

    def keys(self) -> Iterable[str]:
        """Return the column names, so that ``dict(row)`` and ``**row`` work."""
        return self._columns.keys()


class Result:
    """The rows of one statement, all read; ``rowcount`` rows were returned or touched."""

    def __init__(self, rows: Sequence[Any], rowcount: int) -> None:
        self._rows = rows
        self.rowcount = rowcount

    @classmethod
    def of(cls, records: Sequence[Any], processors: Processors) -> Result:
        """Wrap rows, converting the columns that need it."""
        rows = [ConvertedRow(each, processors) for each in records] if processors else records
        return cls(rows, len(rows))

    @classmethod
    def done(cls, status: str) -> Result:
        """Wrap a command tag such as ``UPDATE 1``."""
        last = status.rpartition(" ")[2]
        return cls([], int(last) if last.isdigit() else 0)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def all(self) -> list[Any]:
        """Return all rows."""
        return list(self._rows)

    fetchall = all

    def fetchmany(self, size: int) -> list[Any]:
        """Return the first ``size`` rows."""
        return list(self._rows[:size])

    def mappings(self) -> Result:
        """Return the rows as mappings, which they are anyhow."""
        return self

    def first(self) -> Any:
        """Return the first row, or None."""
        return self._rows[0] if self._rows else None

    def one_or_none(self) -> Any:
        """Return the only row, or None; refuse several."""
        if len(self._rows) > 1:
            raise MultipleResultsFound(f"{len(self._rows)} rows, one was expected")
        return self._rows[0] if self._rows else None

    def one(self) -> Any:
        """Return the only row; refuse none or several."""
        row = self.one_or_none()
        if row is None:
            raise NoResultFound("no row, one was expected")
        return row

    def scalar(self) -> Any:
        """Return the first column of the first row, or None."""
        return self._rows[0][0] if self._rows else None

    def scalar_one(self) -> Any:
        """Return the first column of the only row."""
        return self.one()[0]

    def scalar_one_or_none(self) -> Any:
        """Return the first column of the only row, or None."""
        row = self.one_or_none()
        return None if row is None else row[0]

    def scalars(self) -> Result:
        """Return the first column of every row as the rows."""
        return Result([row[0] for row in self._rows], self.rowcount)
