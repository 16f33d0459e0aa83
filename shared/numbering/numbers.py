"""Next numbers, taken in the transaction of the document: none is lost or doubled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from shared.db.driver import Connection
from shared.domain.clock import business_date
from shared.domain.errors import Conflict
from shared.numbering.table import numbering_table


class NumberRangeExhausted(Conflict):
    """The branch has used its last number of the year; it never runs into another's range."""

    code = "number_range_exhausted"
    title = "The number range is exhausted"


@dataclass(frozen=True, slots=True)
class Range:
    """First and last serial of a branch in a year."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Series:
    """A kind of number: prefix, two-digit year, serial of ``digits`` digits.

    ``ranges`` gives branches a range of their own (S75, S226); the others share ``default``.
    """

    name: str
    prefix: str
    digits: int
    default: Range
    ranges: Mapping[str, Range] = field(default_factory=dict)


_table = numbering_table(sa.MetaData())


async def next_numbers(
    conn: Connection, series: Series, branch: str | None, at: datetime, count: int = 1
) -> list[str]:
    """Take ``count`` numbers; the range row stays locked until the transaction ends.

    Raises:
        NumberRangeExhausted: fewer than ``count`` numbers are left this year.
    """
    owner = branch if branch in series.ranges else None
    limits = series.ranges[owner] if owner else series.default
    year = business_date(at).year
    start = await _advance(conn, series.name, owner or "", year, limits.first, count)
    if start + count - 1 > limits.last:
        raise NumberRangeExhausted(
            f"{series.name} numbers {limits.first} to {limits.last} of {owner or 'all branches'}"
            f" are used up for {year}.",
            series=series.name,
            branch=owner,
        )
    stem = f"{series.prefix}{year % 100:02d}"
    return [f"{stem}{serial:0{series.digits}d}" for serial in range(start, start + count)]


async def next_number(conn: Connection, series: Series, branch: str | None, at: datetime) -> str:
    """Take one number."""
    return (await next_numbers(conn, series, branch, at))[0]


async def _advance(
    conn: Connection, series: str, branch: str, year: int, first: int, count: int
) -> int:
    row = {"series": series, "branch": branch, "year": year, "next": first + count}
    statement = (
        insert(_table)
        .values(row)
        .on_conflict_do_update(
            index_elements=["series", "branch", "year"],
            # A range that was moved up since the last number starts at its new first serial.
            set_={"next": sa.func.greatest(_table.c.next, first) + count},
        )
        .returning(_table.c.next)
    )
    following: int = (await conn.execute(statement)).scalar_one()
    return following - count
