"""Core statements on asyncpg: what `shared/db/driver.py` relies on in both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from shared.db.driver import Prepared
from shared.db.pool import Pool, PoolTimeout
from shared.db.types import MOMENT, MONEY, JsonOf, JsonText
from shared.domain.clock import now
from shared.domain.ids import new_id
from shared.embedded import PostgresServer
from tests.support.postgres import create_database, drop_database


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Part:
    name: str
    price: Decimal


metadata = sa.MetaData()
things = sa.Table(
    "thing",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("colour", sa.Text),
    sa.Column("price", MONEY),
    sa.Column("made_at", MOMENT),
    sa.Column("parts", JsonOf(tuple[Part, ...])),
    sa.Column("raw", JsonText),
    sa.Column("tags", sa.ARRAY(sa.Text)),
    schema="stock",
)


@pytest.fixture(scope="module")
async def pool(server: PostgresServer) -> AsyncIterator[Pool]:
    dsn = await create_database(server, "driver")
    pool = Pool(dsn, size=2, timeout=0.2)
    async with pool.connection() as conn:
        await conn.driver.execute(
            "CREATE SCHEMA stock; CREATE SCHEMA other;"
            "CREATE TABLE stock.thing (id uuid PRIMARY KEY, name text NOT NULL, colour text,"
            " price numeric(18, 2), made_at timestamptz, parts jsonb, raw json, tags text[]);"
            "CREATE TABLE other.thing (LIKE stock.thing INCLUDING ALL)"
        )
    yield pool
    await pool.close()
    await drop_database(server, "driver")


@pytest.fixture(autouse=True)
async def empty(pool: Pool) -> None:
    async with pool.connection() as conn:
        await conn.driver.execute("TRUNCATE stock.thing, other.thing")


def row(name: str = "螺丝", **values: object) -> dict[str, object]:
    return {"id": new_id(), "name": name} | values


async def test_every_type_comes_back_as_it_was(pool: Pool) -> None:
    made = row(
        colour=Colour.RED,
        price=Decimal("12.50"),
        made_at=now(),
        parts=(Part("a", Decimal("0.10")),),
        raw='{"b": 1,  "a": 2}',
        tags=["华为", "x"],
    )
    async with pool.connection() as conn:
        await conn.execute(sa.insert(things), made)
        found = (await conn.execute(sa.select(things))).one()
    assert dict(found) == made
    assert (found.id, found["name"], found[1]) == (made["id"], "螺丝", "螺丝")
    assert found.raw == '{"b": 1,  "a": 2}'


async def test_nothing_at_all_comes_back_as_none(pool: Pool) -> None:
    async with pool.connection() as conn:
        await conn.execute(sa.insert(things), row())
        found = (await conn.execute(sa.select(things.c.parts, things.c.raw))).one()
    assert tuple(found) == (None, None)


async def test_a_cached_statement_takes_the_values_of_each_use(pool: Pool) -> None:
    async with pool.connection() as conn:
        await conn.execute(sa.insert(things), [row("a"), row("b"), row("c")])
        for name in ("a", "b", "none"):
            query = sa.select(things.c.name).where(things.c.name == name).limit(1)
            assert (await conn.execute(query)).scalars().all() == [name][: name != "none"]


@pytest.mark.parametrize("names", [["a"], ["a", "b"], ["a", "b", "c"], []])
async def test_lists_of_any_length_are_expanded(pool: Pool, names: list[str]) -> None:
    async with pool.connection() as conn:
        await conn.execute(sa.insert(things), [row("a"), row("b"), row("c")])
        query = sa.select(things.c.name).where(things.c.name.in_(names)).order_by(things.c.name)
        assert (await conn.execute(query)).scalars().all() == names


@pytest.mark.parametrize("name", ["a'; --", "__[POSTCOMPILE_tags]", "$1", "%s"])
async def test_a_value_may_be_written_into_the_statement_whatever_it_holds(
    pool: Pool, name: str
) -> None:
    """Where the plan has to know the value; the statement is compiled once for all values."""
    wanted = sa.bindparam("wanted", type_=sa.Text, literal_execute=True)
    tags = sa.bindparam("tags", type_=sa.ARRAY(sa.Text), literal_execute=True)
    query = sa.select(things.c.name).where(things.c.name == wanted, things.c.tags == tags)
    async with pool.connection() as conn:
        await conn.execute(sa.insert(things), [row("b", tags=["b"]), row(name, tags=[name])])
        for statement in (query.limit(2), Prepared(query)):
            for each in (name, "b"):
                given = {"wanted": each, "tags": [each]}
                assert (await conn.execute(statement, given)).scalars().all() == [each]


async def test_a_prepared_statement_runs_once_or_many_times(pool: Pool) -> None:
    add = Prepared(sa.insert(things), "id", "name")
    find = Prepared(sa.select(things.c.name).where(things.c.name == sa.bindparam("wanted")))
    async with pool.connection() as conn:
        await conn.execute(add, row("a"))
        await conn.execute(add, [row("b"), row("c")])
        assert (await conn.execute(find, {"wanted": "c"})).scalar_one() == "c"
        assert (await conn.execute(find, {"wanted": "d"})).one_or_none() is None


@pytest.mark.parametrize("count", [2, 200])
async def test_many_rows_arrive_whether_inserted_or_copied(pool: Pool, count: int) -> None:
    """Few rows are inserted, many are copied; nobody can tell which."""
    many = [
        row(
            f"螺丝 {number}",
            colour=Colour.RED,
            price=Decimal("12.505"),
            made_at=now(),
            parts=(Part("a", Decimal("0.10")),),
            raw='{"b": 1,  "a": 2}',
            tags=["华为", None],
        )
        for number in range(count)
    ]
    async with pool.connection() as conn:
        for schema in ("stock", "other"):
            redirected = conn.in_schemas({"stock": schema})
            assert (await redirected.execute(sa.insert(things), many)).rowcount == count
            found = await redirected.execute(sa.select(things).order_by(things.c.id))
            assert [dict(each) for each in found] == [
                each | {"price": Decimal("12.51")} for each in many
            ]
        with pytest.raises(asyncpg.UniqueViolationError):
            await conn.execute(sa.insert(things), many)


async def test_many_rows_of_an_upsert_are_not_copied(pool: Pool) -> None:
    """A row that is there already is left alone, not a collision."""
    once = insert(things).on_conflict_do_nothing()
    many = [row() for _ in range(200)]
    async with pool.connection() as conn:
        for _ in range(2):
            await conn.execute(once, many)
        count = await conn.scalar(sa.select(sa.func.count()).select_from(things))
    assert count == len(many)


async def test_touched_rows_are_counted(pool: Pool) -> None:
    async with pool.connection() as conn:
        await conn.execute(sa.insert(things), [row("a"), row("a"), row("b")])
        change = sa.update(things).where(things.c.name == "a").values(colour=Colour.RED)
        assert (await conn.execute(change)).rowcount == 2
        gone = sa.text("DELETE FROM stock.thing WHERE name = :name")
        assert (await conn.execute(gone, {"name": "b"})).rowcount == 1
        upsert = insert(things).values(row("c")).on_conflict_do_nothing().returning(things.c.name)
        assert (await conn.execute(upsert)).scalar_one() == "c"


async def test_a_transaction_is_all_or_nothing_and_a_savepoint_alone(pool: Pool) -> None:
    with pytest.raises(ZeroDivisionError):
        async with pool.transaction() as conn:
            await conn.execute(sa.insert(things), row("lost"))
            raise ZeroDivisionError
    async with pool.transaction() as conn:
        await conn.execute(sa.insert(things), row("kept"))
        with pytest.raises(asyncpg.NotNullViolationError):
            async with conn.begin_nested():
                await conn.execute(sa.insert(things), row("dropped"))
                await conn.execute(sa.insert(things), {"id": new_id(), "name": None})
    async with pool.connection() as conn:
        assert (await conn.execute(sa.select(things.c.name))).scalars().all() == ["kept"]


async def test_the_cause_is_seen_when_the_connection_dies(pool: Pool) -> None:
    with pytest.raises(asyncpg.PostgresConnectionError):
        async with pool.transaction() as conn:
            await conn.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))
    async with pool.connection() as conn:
        assert (await conn.execute(sa.text("SELECT 1"))).scalar_one() == 1


async def test_the_cause_is_seen_when_the_rollback_fails(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """asyncpg answers with an error of its own kind when the server dies in the middle."""

    async def rollback(_: object) -> None:
        raise asyncpg.InternalClientError("got result for unknown protocol state")

    monkeypatch.setattr("asyncpg.transaction.Transaction.rollback", rollback)
    with pytest.raises(LookupError):
        async with pool.transaction() as conn:
            raise LookupError
    assert conn.driver.is_closed()


async def test_statements_can_be_redirected_to_another_schema(pool: Pool) -> None:
    async with pool.connection() as conn:
        await conn.in_schemas({"stock": "other"}).execute(sa.insert(things), row("shadow"))
        assert (await conn.execute(sa.select(things.c.name))).all() == []
        assert (await conn.exec_driver_sql("SELECT name FROM other.thing")).scalar() == "shadow"


async def test_a_pool_that_is_used_up_says_so(pool: Pool) -> None:
    async with pool.connection(), pool.connection():
        with pytest.raises(PoolTimeout):
            async with pool.connection():
                pass
    await asyncio.gather(*(_use(pool) for _ in range(20)))


async def _use(pool: Pool) -> None:
    async with pool.connection() as conn:
        await conn.execute(sa.text("SELECT 1"))


async def test_a_connection_that_was_broken_off_is_not_lent_again(pool: Pool) -> None:
    """Neither one whose statement was given up, nor one left in the middle of a transaction."""
    async with pool.connection() as conn:
        driver = conn.driver
    with pytest.raises(TimeoutError):
        async with pool.connection() as conn, asyncio.timeout(0.05):
            assert conn.driver is driver
            await conn.execute(sa.text("SELECT pg_sleep(10)"))
    async with pool.connection() as conn:
        other = conn.driver
        await other.execute("BEGIN")
    async with pool.connection() as conn:
        assert conn.driver not in (driver, other)
        assert (await conn.execute(sa.text("SELECT 1"))).scalar_one() == 1
    assert driver.is_closed()
    assert other.is_closed()


async def test_who_stops_waiting_leaves_the_connection_to_the_next(pool: Pool) -> None:
    async with pool.connection(), pool.connection():
        waiting = [asyncio.create_task(_use(pool)) for _ in range(4)]
        await asyncio.sleep(0)
        for each in waiting[:2]:
            each.cancel()
    await asyncio.gather(*waiting[2:])
    async with pool.connection(), pool.connection():
        pass


async def test_a_connection_at_rest_for_long_is_closed(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with pool.connection() as first, pool.connection() as second:
        drivers = {first.driver, second.driver}
    monkeypatch.setattr("shared.db.pool._REST_SECONDS", 0.0)
    async with pool.connection() as conn:
        assert conn.driver not in drivers
    assert all(driver.is_closed() for driver in drivers)


async def test_a_closed_pool_has_closed_what_was_lent(server: PostgresServer) -> None:
    dsn = await create_database(server, "closing")
    pool = Pool(dsn, size=2, timeout=0.2)
    async with pool.connection() as conn:
        closing = asyncio.create_task(pool.close())
        await asyncio.sleep(0.05)
        assert not closing.done()
        await conn.execute(sa.text("SELECT 1"))
    await closing
    assert conn.driver.is_closed()
    await drop_database(server, "closing")
