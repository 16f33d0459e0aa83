"""The runner of imports, with a made-up kind: what handlers raise, and what is kept of it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import sqlalchemy as sa

from shared.db.engine import create_engine
from shared.db.invariants import violations
from shared.db.unit_of_work import Database, UnitOfWork
from shared.domain.actor import Actor
from shared.domain.clock import now
from shared.domain.errors import Conflict, Invalid
from shared.domain.ids import new_id
from shared.domain.scope import EVERYTHING
from shared.http.fields import Input
from shared.imports import store
from shared.imports.invariants import INVARIANTS
from shared.imports.kinds import Batch, Column, ImportKind, Outcome, Row, RowError
from shared.imports.reading import Reading
from shared.imports.runner import ImportRunner
from shared.imports.store import JobStatus
from shared.imports.table import import_tables
from tests.support.postgres import create_database, drop_database, test_server

metadata = sa.MetaData()
import_tables(metadata)
taken = sa.Table(
    "taken",
    metadata,
    sa.Column("number", sa.Text, primary_key=True),
    sa.Column("actor_id", sa.Uuid, nullable=False),
    sa.Column("small", sa.SmallInteger),
)
ACTOR = Actor(
    new_id(),
    "李强",
    frozenset({"clerk"}),
    frozenset({"thing.import"}),
    department="一部",
    branch="上海",
)


class Options(Input):
    """None."""


class Made(Exception):
    """A defect, made for the test."""


def kind(refuse: Callable[[str], Exception | None] = lambda number: None) -> ImportKind:
    """Takes numbers; ``refuse`` says which one fails, and how."""

    async def take(uow: UnitOfWork, batch: Batch) -> Outcome:
        for row in batch.rows:
            number = row.values["number"]
            if error := refuse(number):
                raise error
            values = {"number": number, "actor_id": uow.actor.id}
            await uow.conn.execute(sa.insert(taken).values(values))
        return Outcome(created=len(batch.rows))

    columns = (Column("number", "Number", "编号", required=True),)
    return ImportKind("numbers", columns, take, Options, batch_size=10)


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    """A database with the tables of imports."""
    name = f"imports_{new_id().hex[-12:]}"
    dsn = await create_database(test_server(), name)
    database = Database(create_engine(dsn), service="things")
    async with database.engine.begin() as conn:
        await conn.run_sync(metadata.create_all)
    yield database
    async with database.reading() as conn:
        assert await violations(conn, INVARIANTS) == []
    await database.close()
    await drop_database(test_server(), name)


async def started(database: Database, count: int, *, dry_run: bool = False) -> UUID:
    """A job with so many rows, waiting."""
    content = "编号\n" + "".join(f"{number}\n" for number in range(count))
    known = {"file_name": "n.csv", "format": "csv", "size": len(content), "dry_run": dry_run}
    async with database.pool.transaction() as conn:
        job_id = await store.begin_upload(conn, "numbers", ACTOR, EVERYTHING, now())
        await store.add_chunk(conn, job_id, 0, content.encode()[:50])
        await store.add_chunk(conn, job_id, 1, content.encode()[50:])
        await store.end_upload(conn, job_id, options={}, **known)
    return job_id


async def numbers(database: Database) -> list[int]:
    """The numbers that were taken."""
    async with database.reading() as conn:
        rows = await conn.execute(sa.select(taken.c.number))
        return sorted(int(number) for number in rows.scalars())


async def job_row(database: Database, job_id: UUID) -> Any:
    """The row of a job."""
    async with database.reading() as conn:
        return await store.find_job(conn, "numbers", job_id)


async def errors(database: Database, job_id: UUID) -> list[tuple[int, str | None, str]]:
    """Line, column and code of the errors of a job."""
    query = sa.text(
        'SELECT line, "column", code FROM import_error WHERE job_id = :id ORDER BY line'
    )
    async with database.reading() as conn:
        return [tuple(row) for row in (await conn.execute(query, {"id": job_id})).all()]


async def test_rows_are_taken_on_behalf_of_who_asked(database: Database) -> None:
    job_id = await started(database, 25)
    await ImportRunner(database, [kind()]).work()
    row = await job_row(database, job_id)
    assert (row["status"], row["created"], row["rows_done"]) == (JobStatus.DONE, 25, 25)
    assert await numbers(database) == list(range(25))
    async with database.reading() as conn:
        actors = (await conn.execute(sa.text("SELECT DISTINCT actor_id FROM taken"))).scalars()
        assert list(actors) == [ACTOR.id]
        assert (await store.get_job(conn, job_id)).on_behalf_of() == ACTOR


async def test_a_refused_batch_is_taken_row_by_row(database: Database) -> None:
    """A refusal, a rule of the database, a value out of range, and a defect of ours."""
    raised: dict[str, Exception] = {
        "3": Conflict("no three"),
        "13": Invalid.field("/number", "no thirteen", "unlucky"),
        "14": Made("oops"),
    }
    job_id = await started(database, 30)
    await ImportRunner(database, [kind(raised.get)]).work()
    row = await job_row(database, job_id)
    assert (row["status"], row["created"], row["failed"]) == (JobStatus.DONE, 27, 3)
    assert await numbers(database) == [n for n in range(30) if n not in (3, 13, 14)]
    assert await errors(database, job_id) == [
        (5, None, "conflict"),
        (15, "number", "unlucky"),
        (16, None, "internal"),
    ]


async def test_what_the_database_refuses_is_an_error_of_its_row(database: Database) -> None:
    async with database.pool.transaction() as conn:
        await conn.execute(sa.insert(taken).values(number="7", actor_id=ACTOR.id))
    job_id = await started(database, 10)
    await ImportRunner(database, [kind()]).work()
    assert await errors(database, job_id) == [(9, None, "collision")]
    assert await numbers(database) == list(range(10))


async def test_what_passes_by_itself_is_waited_for(database: Database) -> None:
    """A deadlock or a lost connection is nobody's error."""
    troubles = [asyncpg.DeadlockDetectedError("deadlock"), ConnectionResetError("gone")]

    def refuse(number: str) -> Exception | None:
        return troubles.pop() if number == "15" and troubles else None

    job_id = await started(database, 30)
    await ImportRunner(database, [kind(refuse)]).work()
    row = await job_row(database, job_id)
    assert (row["status"], row["created"], row["failed"]) == (JobStatus.DONE, 30, 0)
    assert troubles == []


async def test_a_dry_run_takes_everything_back(database: Database) -> None:
    job_id = await started(database, 25, dry_run=True)
    await ImportRunner(database, [kind({"4": Conflict("four")}.get)]).work()
    row = await job_row(database, job_id)
    assert (row["created"], row["failed"], row["rows_done"]) == (24, 1, 25)
    assert await numbers(database) == []


async def test_a_worker_that_is_stopped_lets_another_go_on(database: Database) -> None:
    """Broken off in the middle of a batch, or told to stop between two."""
    job_id = await started(database, 100)
    stop = asyncio.Event()

    def refuse(number: str) -> Exception | None:
        if number == "35":
            stop.set()
        return None

    await ImportRunner(database, [kind(refuse)]).work(stop)
    row = await job_row(database, job_id)
    assert (row["status"], row["rows_done"]) == (JobStatus.RUNNING, 40)

    def break_off(number: str) -> Exception | None:
        if number == "55":
            raise asyncio.CancelledError
        return None

    with pytest.raises(asyncio.CancelledError):
        await ImportRunner(database, [kind(break_off)]).work()
    assert (await job_row(database, job_id))["rows_done"] == 50
    await ImportRunner(database, [kind()]).work()
    assert (await job_row(database, job_id))["status"] == JobStatus.DONE
    assert await numbers(database) == list(range(100))


async def test_an_import_that_is_broken_off_leaves_no_reader_behind(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is closed after the thread that reads it, not under its hands."""
    await started(database, 25)
    reading, go_on = threading.Event(), threading.Event()
    outcome: list[object] = []
    take = Reading.take

    def take_slowly(self: Reading, count: int) -> list[Row | RowError]:
        reading.set()
        go_on.wait(10)
        try:
            outcome.append(len(take(self, count)))
        except ValueError as error:  # I/O operation on closed file
            outcome.append(error)
        return []

    monkeypatch.setattr(Reading, "take", take_slowly)
    running = asyncio.create_task(ImportRunner(database, [kind()]).work())
    await asyncio.to_thread(reading.wait, 10)
    running.cancel()
    await asyncio.sleep(0.05)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert outcome == [10]


async def test_a_runner_leaves_other_kinds_alone(database: Database) -> None:
    job_id = await started(database, 5)
    other = ImportKind("others", (), kind().handle_batch, Options)
    await ImportRunner(database, [other]).work()
    assert (await job_row(database, job_id))["status"] == JobStatus.WAITING


async def test_the_runner_finds_jobs_by_itself(database: Database) -> None:
    """Until it is told to stop."""
    stop = asyncio.Event()
    running = asyncio.create_task(ImportRunner(database, [kind()]).run(stop))
    job_id = await started(database, 5)
    async with asyncio.timeout(10):
        while (await job_row(database, job_id))["status"] != JobStatus.DONE:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    stop.set()
    await running
