"""Document numbers on PostgreSQL: gap-free, never doubled, never in another branch's range."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from shared.db.engine import create_engine
from shared.db.unit_of_work import Database
from shared.domain.actor import SYSTEM
from shared.numbering.errors import NumberRangeExhausted
from shared.numbering.numbers import next_number, next_numbers
from shared.numbering.ranges import Range, RangeSet, Series
from shared.numbering.repository import versions
from shared.numbering.table import numbering_tables

AT = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
PROJECTS = Series(
    "project",
    "FQ",
    5,
    default=Range(40_001, 99_999),
    ranges={"上海": Range(1, 19_999), "天津": Range(20_001, 39_999)},
)
ORDERS = Series("order", "SO", 8, sa.Sequence("order_number"))


@pytest.fixture
async def numbers(database_url: str) -> AsyncIterator[Database]:
    """A database with nothing but number ranges."""
    engine = create_engine(database_url)
    metadata = sa.MetaData()
    numbering_tables(metadata)
    sa.Sequence("order_number", metadata=metadata)
    async with engine.begin() as conn:
        await conn.run_sync(metadata.create_all)
    database = Database(engine, service="numbers")
    yield database
    await database.close()


async def take(
    database: Database, branch: str | None, count: int = 1, at: datetime = AT
) -> list[str]:
    async with database.transaction(SYSTEM) as uow:
        return await next_numbers(uow.conn, PROJECTS, [branch] * count, at)


async def stands_at(database: Database, branch: str, following: int) -> None:
    """Bring a branch to its ``following`` serial, as years of work would."""
    async with database.transaction(SYSTEM) as uow:
        await uow.conn.execute(
            sa.text("UPDATE number_range SET next = :next WHERE branch = :branch"),
            {"next": following, "branch": branch},
        )


async def test_a_project_number_is_prefix_year_and_serial_of_the_branch(numbers: Database) -> None:
    """S75, S226: Shanghai from 00001, Tianjin from 20001."""
    assert await take(numbers, "上海") == ["FQ2600001"]
    assert await take(numbers, "上海") == ["FQ2600002"]
    assert await take(numbers, "天津") == ["FQ2620001"]
    assert await take(numbers, "上海", 3) == ["FQ2600003", "FQ2600004", "FQ2600005"]


async def test_branches_without_a_range_share_one(numbers: Database) -> None:
    assert await take(numbers, "广州") == ["FQ2640001"]
    assert await take(numbers, None) == ["FQ2640002"]


async def test_serials_start_again_with_the_business_year(numbers: Database) -> None:
    """S75. The year turns at midnight in Shanghai, not in Greenwich."""
    assert await take(numbers, "上海", at=datetime(2026, 12, 31, 15, 59, tzinfo=UTC)) == [
        "FQ2600001"
    ]
    assert await take(numbers, "上海", at=datetime(2026, 12, 31, 16, 0, tzinfo=UTC)) == [
        "FQ2700001"
    ]


async def test_a_branch_never_runs_into_the_range_of_another(numbers: Database) -> None:
    """S226: at 19999 Shanghai's range is used up, and the refusal says so."""
    await take(numbers, "上海")
    await stands_at(numbers, "上海", 19_999)
    assert await take(numbers, "上海") == ["FQ2619999"]
    for _ in range(2):
        with pytest.raises(NumberRangeExhausted, match="1 to 19999 of 上海 are used up for 2026"):
            await take(numbers, "上海")
    assert await take(numbers, "天津") == ["FQ2620001"]


async def test_several_numbers_are_given_together_or_not_at_all(numbers: Database) -> None:
    await take(numbers, "上海")
    await stands_at(numbers, "上海", 19_998)
    with pytest.raises(NumberRangeExhausted):
        await take(numbers, "上海", 3)
    assert await take(numbers, "上海", 2) == ["FQ2619998", "FQ2619999"]


async def test_a_number_goes_back_when_its_document_is_not_made(numbers: Database) -> None:
    """No gap: the number is taken in the transaction of the document."""
    with pytest.raises(RuntimeError, match="something else"):
        async with numbers.transaction(SYSTEM) as uow:
            assert await next_number(uow.conn, PROJECTS, "上海", AT) == "FQ2600001"
            raise RuntimeError("something else went wrong")
    assert await take(numbers, "上海") == ["FQ2600001"]


async def test_fifty_at_once_get_fifty_numbers_without_a_gap(numbers: Database) -> None:
    """Two sessions never get one number, also when the row is not there yet."""
    taken = await asyncio.gather(*(take(numbers, "天津") for _ in range(50)))
    serials = sorted(int(each[0].removeprefix("FQ26")) for each in taken)
    assert serials == list(range(20_001, 20_051))


async def test_a_race_for_the_last_number_has_one_winner(numbers: Database) -> None:
    await take(numbers, "上海")
    await stands_at(numbers, "上海", 19_999)
    outcomes = await asyncio.gather(
        *(take(numbers, "上海") for _ in range(8)), return_exceptions=True
    )
    assert [each for each in outcomes if isinstance(each, list)] == [["FQ2619999"]]
    assert sum(isinstance(each, NumberRangeExhausted) for each in outcomes) == 7


async def test_series_do_not_share_serials(numbers: Database) -> None:
    orders = Series("order", "DD", 6, default=Range(1, 999_999))
    async with numbers.transaction(SYSTEM) as uow:
        assert await next_number(uow.conn, PROJECTS, None, AT) == "FQ2640001"
        assert await next_number(uow.conn, orders, "上海", AT) == "DD26000001"


# -- where the others share a sequence ----------------------------------------------------------


async def adopt(database: Database, at: datetime, version: int, **branches: Range) -> None:
    """Put ranges of orders in force at a moment."""
    async with database.transaction(SYSTEM) as uow:
        await uow.conn.execute(
            sa.insert(versions).values(
                series="order",
                version=version,
                content=RangeSet(None, branches),
                adopted_by=SYSTEM.id,
                adopted_at=at,
            )
        )


async def order(database: Database, *branches: str | None, at: datetime = AT) -> list[str]:
    async with database.transaction(SYSTEM) as uow:
        return await next_numbers(uow.conn, ORDERS, branches, at)


async def test_a_sequence_has_no_year_until_a_branch_has_a_range(numbers: Database) -> None:
    """S226: and the others stay on the sequence."""
    assert await order(numbers, "天津", None) == ["SO00000001", "SO00000002"]
    await adopt(numbers, AT, 2, 天津=Range(1, 9))
    assert await order(numbers, "天津") == ["SO2600000001"]
    assert await order(numbers, "上海") == ["SO00000003"]
    assert await order(numbers, None) == ["SO00000004"]


async def test_several_branches_take_each_from_its_own_in_the_order_asked(
    numbers: Database,
) -> None:
    """S226."""
    await adopt(numbers, AT, 2, 天津=Range(11, 19))
    wanted = ["SO00000001", "SO2600000011", "SO00000002", "SO2600000012"]
    assert await order(numbers, "上海", "天津", None, "天津") == wanted
    async with numbers.transaction(SYSTEM) as uow:
        found = await next_numbers(uow.conn, PROJECTS, ["成都", "上海", "天津", "上海", None], AT)
    assert found == ["FQ2640001", "FQ2600001", "FQ2620001", "FQ2600002", "FQ2640002"]


async def test_a_sequence_is_waited_for_by_nobody(numbers: Database) -> None:
    """S226: while an order of a branch without a range is written, others get their numbers."""
    async with numbers.transaction(SYSTEM) as uow:
        assert await next_number(uow.conn, ORDERS, "上海", AT) == "SO00000001"
        async with asyncio.timeout(5):
            assert await order(numbers, "上海") == ["SO00000002"]


async def test_a_year_that_is_over_keeps_the_ranges_it_ended_with(numbers: Database) -> None:
    """S226: what is taken over for it later takes no number that was issued in it; a year from
    before there were ranges has what all shared."""
    await adopt(numbers, datetime(2026, 3, 1, tzinfo=UTC), 2, 天津=Range(1, 9))
    # The new year in Shanghai.
    await adopt(numbers, datetime(2026, 12, 31, 16, tzinfo=UTC), 3, 天津=Range(50, 59))
    taken = [
        await order(numbers, "天津", at=datetime(year, 7, 1, tzinfo=UTC))
        for year in (2025, 2026, 2027)
    ]
    assert taken == [["SO00000001"], ["SO2600000001"], ["SO2700000050"]]


async def test_a_branch_with_a_range_never_takes_from_the_sequence(numbers: Database) -> None:
    """S226: a range that is used up refuses."""
    await adopt(numbers, AT, 2, 天津=Range(1, 1))
    assert await order(numbers, "天津") == ["SO2600000001"]
    with pytest.raises(NumberRangeExhausted, match="1 to 1 of 天津 are used up"):
        await order(numbers, "天津")


async def test_many_from_several_ranges_at_once_wait_in_no_circle(numbers: Database) -> None:
    """S226, S223: whatever order they ask in, and all that was issued is one after the other."""
    asked = [["成都", "上海", "天津"], ["天津", "成都", "上海"], ["上海", "天津", None]]

    async def take_all(branches: list[str | None]) -> list[str]:
        async with numbers.transaction(SYSTEM) as uow:
            return await next_numbers(uow.conn, PROJECTS, branches, AT)

    async with asyncio.timeout(30):
        taken = await asyncio.gather(*(take_all(each) for each in asked * 8))  # type: ignore[arg-type]
    serials = sorted(int(number.removeprefix("FQ26")) for each in taken for number in each)
    assert serials == [first + place for first in (1, 20_001, 40_001) for place in range(24)]
