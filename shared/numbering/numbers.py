"""Next numbers, taken in the transaction of the document: none is lost or doubled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import cache

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, insert

from shared.db.driver import Connection, Prepared
from shared.domain.clock import business_date
from shared.numbering.errors import NumberRangeExhausted
from shared.numbering.ranges import Range, Series
from shared.numbering.repository import counters, end_of, hold, newest, ranges_of

_first = sa.bindparam("first", type_=sa.BigInteger)
_count = sa.bindparam("count", type_=sa.BigInteger)
_advance = Prepared(
    insert(counters)
    .values(
        series=sa.bindparam("series"),
        branch=sa.bindparam("branch"),
        year=sa.bindparam("year"),
        first=_first,
        next=_first + _count,
    )
    .on_conflict_do_update(
        index_elements=["series", "branch", "year"],
        # A range that was moved up since the last number starts at its new first serial.
        set_={"next": sa.func.greatest(counters.c.next, _first) + _count},
    )
    .returning(counters.c.next)
)


async def next_numbers(
    conn: Connection, series: Series, branches: Sequence[str | None], at: datetime
) -> list[str]:
    """Take a number for each document, by its branch: from the branch's range, which stays locked
    until the transaction ends, or where it has none from what the others share (S75, S226).

    Raises:
        NumberRangeExhausted: a range has fewer left this year than are asked of it.
    """
    year = business_date(at).year
    if len(branches) == 1 and isinstance(series.default, sa.Sequence):
        plain = await _off_sequence(conn, series, branches[0], year)
        if plain is not None:
            return [plain]
    await hold(conn, series)
    ranges = (await ranges_of(conn, series, year)).ranges
    held = [ranges.of_branch(each) for each in branches]
    taken = {}
    # In the order of all who take from several, so that nobody waits in a circle.
    for (owner, limits), count in sorted(Counter(held).items(), key=lambda each: each[0][0]):
        if limits is None:
            taken[owner] = iter(await _plain(conn, series, count))
        else:
            taken[owner] = iter(await _ranged(conn, series, owner, year, limits, count))
    return [next(taken[owner]) for owner, _ in held]


async def next_number(conn: Connection, series: Series, branch: str | None, at: datetime) -> str:
    """Take one number."""
    return (await next_numbers(conn, series, [branch], at))[0]


async def _ranged(
    conn: Connection, series: Series, owner: str, year: int, limits: Range, count: int
) -> list[str]:
    taken = {"series": series.name, "branch": owner, "year": year}
    taken |= {"first": limits.first, "count": count}
    following: int = (await conn.execute(_advance, taken)).scalar_one()
    if following - 1 > limits.last:
        raise NumberRangeExhausted(
            f"{series.name} numbers {limits.first} to {limits.last} of {owner or 'all branches'}"
            f" are used up for {year}.",
            series=series.name,
            branch=owner or None,
        )
    return [series.number(year, serial) for serial in range(following - count, following)]


async def _plain(conn: Connection, series: Series, count: int) -> list[str]:
    serials = await conn.execute(_draw(series.default), {"count": count})
    return [series.plain(serial) for serial in serials.scalars()]


async def _off_sequence(
    conn: Connection, series: Series, branch: str | None, year: int
) -> str | None:
    """Take a number off the sequence of a series, in one statement and without a lock; None where
    the branch has a range of its own."""
    asked = {"series": series.name, "branch": branch, "end": end_of(year)}
    serial = await conn.scalar(_draw_unless_ranged(series.default), asked)
    return None if serial is None else series.plain(serial)


@cache
def _draw(sequence: sa.Sequence) -> Prepared:
    times = sa.func.generate_series(1, sa.bindparam("count", type_=sa.Integer)).table_valued("nth")
    return Prepared(sa.select(sequence.next_value()).select_from(times))


@cache
def _draw_unless_ranged(sequence: sa.Sequence) -> Prepared:
    content = sa.type_coerce(newest.subquery().c.content, JSONB)
    branch = sa.bindparam("branch", type_=sa.Text)
    ranged = sa.select(content["branches"].has_key(branch)).scalar_subquery()
    return Prepared(
        sa.select(sequence.next_value()).where(sa.not_(sa.func.coalesce(ranged, sa.false())))
    )
