"""Use cases of project numbers: which ranges are in force, and adopting others (S75, S226)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.opportunity.opportunities.ranges import Issued, RangeSet
from services.opportunity.opportunities.table import opportunities, range_sets
from services.opportunity.versioned import Version, Versioned
from shared.db.connection import advisory_key
from shared.db.driver import Connection
from shared.db.unit_of_work import UnitOfWork
from shared.domain.clock import business_date
from shared.numbering.numbers import Series, next_number

_LOCK = advisory_key("opportunity", "project ranges")


@dataclass(frozen=True, slots=True)
class AdoptRanges:
    """Put other ranges in force, if ``expected`` is still the version in force. ``shipped`` is the
    series with the ranges of the settings, which count until others are adopted."""

    ranges: RangeSet
    shipped: Series
    expected: int | None


async def ranges_in_force(conn: Connection, shipped: Series) -> Version[RangeSet]:
    """Return the ranges in force."""
    return await _versions(shipped).current(conn)


async def project_number(
    uow: UnitOfWork, shipped: Series, branch: str | None
) -> tuple[str, str | None]:
    """Take the next number of a branch; return it, and whose range it is from: None for the one
    that branches without a range of their own share.

    Raises:
        NumberRangeExhausted: the range has none left this year.
    """
    await uow.conn.execute(sa.select(sa.func.pg_advisory_xact_lock_shared(_LOCK)))
    series = (await ranges_in_force(uow.conn, shipped)).content.within(shipped)
    number = await next_number(uow.conn, series, branch, uow.now)
    return number, branch if branch in series.ranges else None


async def adopt_ranges(uow: UnitOfWork, command: AdoptRanges) -> Version[RangeSet]:
    """Put other ranges in force; what was issued this year stays inside of its own (S75, S226).

    Raises:
        InvalidRanges, SerialsIssued: they overlap, or leave out what was issued.
        StaleVersion: other ranges are in force than the caller saw.
    """
    # Nobody takes a number meanwhile.
    await uow.conn.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    command.ranges.check(10**command.shipped.digits - 1)
    with uow.conn.seeing_everything():
        command.ranges.keep(await _issued(uow.conn, command.shipped, uow.now))
    return await _versions(command.shipped).adopt(uow, command.ranges, command.expected)


async def _issued(conn: Connection, series: Series, at: datetime) -> list[Issued]:
    """Return the first and last serial of this year, by the range they are from."""
    stem = f"{series.prefix}{business_date(at).year % 100:02d}"
    serial = sa.cast(sa.func.substr(opportunities.c.number, len(stem) + 1), sa.Integer)
    query = (
        sa.select(opportunities.c.number_range, sa.func.min(serial), sa.func.max(serial))
        .where(opportunities.c.number.startswith(stem, autoescape=True))
        .group_by(opportunities.c.number_range)
        .order_by(opportunities.c.number_range)
    )
    return [Issued(*row) for row in await conn.execute(query)]


def _versions(shipped: Series) -> Versioned[RangeSet]:
    return Versioned(range_sets, RangeSet.of(shipped))
