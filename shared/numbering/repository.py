"""The ranges of a year, and what was issued of them, in PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import NAMESPACE_OID, UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from shared.db.connection import advisory_key
from shared.db.driver import Connection, Prepared
from shared.db.unit_of_work import UnitOfWork
from shared.domain.actor import Actor
from shared.domain.clock import business_zone
from shared.numbering.ranges import Issued, RangeSet, Series
from shared.numbering.table import numbering_tables

counters, _series, versions = numbering_tables(sa.MetaData())

_key = sa.bindparam("key", type_=sa.BigInteger)
_hold = Prepared(sa.select(sa.func.pg_advisory_xact_lock_shared(_key)))
_hold_alone = Prepared(sa.select(sa.func.pg_advisory_xact_lock(_key)))
#: The newest version that was adopted before the year was over. What ships counts for all years
#: before the first that was adopted.
newest = (
    sa.select(versions.c.version, versions.c.content)
    .where(
        versions.c.series == sa.bindparam("series"),
        sa.or_(versions.c.version == 1, versions.c.adopted_at < sa.bindparam("end")),
    )
    .order_by(versions.c.version.desc())
    .limit(1)
)
_newest = Prepared(newest)
_NEVER = datetime.max.replace(tzinfo=UTC)
_issued = Prepared(
    sa.select(counters.c.branch, counters.c.first, counters.c.next - 1)
    .where(
        counters.c.series == sa.bindparam("series"),
        # What was issued on New Year's Day while the old year's adopter waited counts as well.
        counters.c.year >= sa.bindparam("year"),
    )
    .order_by(counters.c.year, counters.c.branch)
)


@dataclass(frozen=True, slots=True)
class Adopted:
    """Ranges, and which version says so; 1 are those that ship."""

    version: int
    ranges: RangeSet


def end_of(year: int) -> datetime:
    """Return when the year after begins, where the business is."""
    return datetime(year + 1, 1, 1, tzinfo=business_zone())


async def hold(conn: Connection, series: Series, *, alone: bool = False) -> None:
    """Keep the ranges of a series as they are until the transaction ends; ``alone``: nobody takes
    a number meanwhile."""
    statement = _hold_alone if alone else _hold
    await conn.execute(statement, {"key": advisory_key("number ranges", series.name)})


async def ranges_of(conn: Connection, series: Series, year: int | None = None) -> Adopted:
    """Return the ranges in force in a year: for one that is over, those it ended with, since they
    hold all that was issued in it. Without a year the newest, whichever clock they were adopted
    by."""
    end = _NEVER if year is None else end_of(year)
    row = (await conn.execute(_newest, {"series": series.name, "end": end})).one_or_none()
    return Adopted(1, series.shipped) if row is None else Adopted(*row)


async def issued(conn: Connection, series: Series, year: int) -> list[Issued]:
    """Return what was issued since a year began, by the range it is from."""
    rows = await conn.execute(_issued, {"series": series.name, "year": year})
    return [Issued(*row) for row in rows]


async def store(uow: UnitOfWork, service: str, series: Series, adopted: Adopted, by: Actor) -> UUID:
    """Store a version; return the id of the series."""
    await uow.conn.execute(
        sa.insert(versions).values(
            series=series.name,
            version=adopted.version,
            content=adopted.ranges,
            adopted_by=by.id,
            adopted_at=uow.now,
        )
    )
    head = uuid5(NAMESPACE_OID, f"kehu/{service}/numbers/{series.name}")
    newest = insert(_series).values(id=head, version=adopted.version, series=series.name)
    await uow.conn.execute(
        newest.on_conflict_do_update(
            index_elements=[_series.c.id], set_={"version": adopted.version}
        )
    )
    return head
