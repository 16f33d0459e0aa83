"""The promises every service keeps bite: each is broken once, and noticed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest
import sqlalchemy as sa

from shared.db.common_invariants import WHILE_RUNNING, common_invariants
from shared.db.driver import Connection
from shared.db.engine import create_engine
from shared.db.invariants import violations
from shared.db.unit_of_work import Database
from shared.inbox.tables import inbox_tables
from tests.support.services import ServiceUnderTest


@pytest.fixture(scope="module")
async def entered(customer: ServiceUnderTest) -> ServiceUnderTest:
    """Two customers, one of them changed twice."""
    async with customer.client("sales_manager") as client:
        for name in ("华为技术有限公司", "海尔集团"):
            made = await client.post("/v1/customers", json={"name": name})
        etag = made.headers["etag"]
        for region in ("山东", "青岛"):
            changed = await client.patch(
                made.headers["location"], json={"region": region}, headers={"If-Match": etag}
            )
            etag = changed.headers["etag"]
    return customer


@pytest.fixture
async def owner(entered: ServiceUnderTest) -> AsyncIterator[Connection]:
    """A session of the tables' owner, in a transaction that is rolled back."""
    session = await asyncpg.connect(entered.owner_dsn)
    transaction = session.transaction()
    await transaction.start()
    yield Connection(session)
    await transaction.rollback()
    await session.close()


async def broken(entered: ServiceUnderTest, owner: Connection, statement: str) -> set[str]:
    """The promises that no longer hold after a statement."""
    assert await violations(owner, entered.service.promises) == []
    await owner.execute(sa.text(statement))
    promises = (*entered.service.promises, *WHILE_RUNNING)
    return {each.invariant for each in await violations(owner, promises)}


async def test_a_change_without_its_event(entered: ServiceUnderTest, owner: Connection) -> None:
    found = await broken(entered, owner, "UPDATE customer SET version = version + 1")
    assert found == {"events.1 customer"}


async def test_an_event_that_was_lost(entered: ServiceUnderTest, owner: Connection) -> None:
    statement = "DELETE FROM outbox WHERE aggregate_type = 'customer' AND aggregate_version = 2"
    assert await broken(entered, owner, statement) == {"audit.39", "events.1 customer"}


async def test_an_audit_entry_that_is_missing(entered: ServiceUnderTest, owner: Connection) -> None:
    statement = "DELETE FROM audit_entry WHERE aggregate_version = 2"
    assert await broken(entered, owner, statement) == {"audit.39"}


async def test_an_audit_entry_of_no_event(entered: ServiceUnderTest, owner: Connection) -> None:
    statement = """
    WITH made AS (
        INSERT INTO audit_entry (id, at, actor_id, actor_name, request_id, event_type,
                                 aggregate_type, aggregate_id, aggregate_version, changes)
        SELECT gen_random_uuid(), at, actor_id, actor_name, request_id, event_type,
               aggregate_type, aggregate_id, 4, '{}' FROM audit_entry LIMIT 1
        RETURNING id
    ) INSERT INTO audit_unsealed SELECT id, now() FROM made
    """
    assert await broken(entered, owner, statement) == {"audit.39"}


async def test_an_audit_entry_that_nobody_seals(
    entered: ServiceUnderTest, owner: Connection
) -> None:
    statement = "DELETE FROM audit_unsealed"
    assert await broken(entered, owner, statement) == {"audit.39 chained"}


async def test_an_audit_entry_that_waits_too_long(
    entered: ServiceUnderTest, owner: Connection
) -> None:
    statement = "UPDATE audit_unsealed SET at = at - interval '61 seconds'"
    assert await broken(entered, owner, statement) == {"audit.39 sealed"}


async def test_an_event_of_a_document_that_is_not_there(
    entered: ServiceUnderTest, owner: Connection
) -> None:
    statement = """
    INSERT INTO outbox (event_id, aggregate_type, aggregate_id, aggregate_version, type, topic,
                        key, payload, headers, occurred_at)
    SELECT gen_random_uuid(), aggregate_type, gen_random_uuid(), 1, type, topic, key, payload,
           headers, occurred_at FROM outbox WHERE aggregate_type = 'customer' LIMIT 1
    """
    assert await broken(entered, owner, statement) == {"audit.39", "events.2 customer"}


async def test_an_event_of_a_kind_nobody_keeps(
    entered: ServiceUnderTest, owner: Connection
) -> None:
    statement = "UPDATE outbox SET aggregate_type = 'unicorn' WHERE aggregate_version = 1"
    assert "events.2" in await broken(entered, owner, statement)


async def test_a_status_that_no_event_told(entered: ServiceUnderTest, owner: Connection) -> None:
    statement = "UPDATE customer SET status = 'lost' WHERE name = '海尔集团'"
    assert await broken(entered, owner, statement) == {"states.34 customer"}


async def test_an_event_that_waits_too_long(entered: ServiceUnderTest, owner: Connection) -> None:
    statement = "UPDATE outbox SET occurred_at = occurred_at - interval '31 seconds'"
    assert await broken(entered, owner, statement) == {"events.3"}


async def test_an_answer_kept_of_a_request_without_effect(
    entered: ServiceUnderTest, owner: Connection
) -> None:
    statement = """
    INSERT INTO idempotency_key (principal, route, key, fingerprint, status, headers, body)
    VALUES (gen_random_uuid(), 'POST /v1/customers', 'k', '', 422, '{}', '')
    """
    assert await broken(entered, owner, statement) == {"events.14"}


INBOX = sa.MetaData()
inbox_tables(INBOX)
APPLY = """
INSERT INTO inbox (consumer, event_id, aggregate_type, aggregate_id, aggregate_version, topic,
                   applied_at)
SELECT 'c', gen_random_uuid(), 'thing', '00000000-0000-7000-8000-000000000001', version, 't', now()
FROM unnest(ARRAY[{}]) AS version
"""
PARK = """
INSERT INTO parked (consumer, event_id, topic, "partition", "offset", key, aggregate_type,
                    aggregate_id, aggregate_version, headers, data, reason, error, attempts,
                    parked_at)
VALUES ('c', gen_random_uuid(), 't', 0, 0, 'k', 'thing', '00000000-0000-7000-8000-000000000001',
        {}, '{{}}', '', 'failed', '', 1, now())
"""


@pytest.fixture
async def inbox(database_url: str) -> AsyncIterator[Connection]:
    """A database with an inbox."""
    engine = create_engine(database_url)
    async with engine.begin() as conn:
        await conn.run_sync(INBOX.create_all)
    database = Database(engine, service="x")
    async with database.reading() as conn:
        yield conn
    await database.close()


async def of_inbox(conn: Connection) -> set[str]:
    return {each.invariant for each in await violations(conn, common_invariants("x", INBOX))}


@pytest.mark.parametrize(
    ("versions", "found"),
    [
        ("1, 2, 3", set()),
        ("5, 6, 7", set()),  # a consumer of a database that was filled later
        ("1, 3", {"events.7"}),
        ("1, 3, 2", {"events.7"}),
        ("2, 1", {"events.7"}),
    ],
)
async def test_versions_are_applied_in_order(
    inbox: Connection, versions: str, found: set[str]
) -> None:
    await inbox.execute(sa.text(APPLY.format(versions)))
    assert await of_inbox(inbox) == found


@pytest.mark.parametrize(("parked", "found"), [(3, set()), (2, {"events.9"}), (1, {"events.9"})])
async def test_nothing_is_applied_past_a_parked_event(
    inbox: Connection, parked: int, found: set[str]
) -> None:
    await inbox.execute(sa.text(APPLY.format("1, 2")))
    await inbox.execute(sa.text(PARK.format(parked)))
    assert await of_inbox(inbox) == found
    await inbox.execute(sa.text("UPDATE parked SET resolved_at = now()"))
    assert await of_inbox(inbox) == set()


@pytest.mark.parametrize("versions", ["1, 3", "3, 1", "7"])
async def test_other_systems_count_as_they_like(inbox: Connection, versions: str) -> None:
    """Their events come with gaps and late; what is newer is decided where it is applied."""
    foreign = APPLY.replace("'t'", "'crm.inbound.thing'")
    await inbox.execute(sa.text(foreign.format(versions)))
    await inbox.execute(sa.text(PARK.replace("'t'", "'crm.inbound.thing'").format(2)))
    assert await of_inbox(inbox) == set()
    await inbox.execute(
        sa.text("UPDATE parked SET event_id = (SELECT event_id FROM inbox LIMIT 1)")
    )
    assert await of_inbox(inbox) == {"events.9"}
