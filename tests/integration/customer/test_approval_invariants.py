"""The invariants about registrations and levels bite: each finds the damage it is there for."""

from __future__ import annotations

import asyncpg
import pytest

from shared.db.driver import Connection
from shared.db.invariants import violations
from tests.support.opportunity import etag, succeeded
from tests.support.registering import hired, registered
from tests.support.services import ServiceUnderTest
from tests.support.work_list import WorkList

#: (invariant, damage)
DAMAGE = [
    ("approvals.32 registration", "UPDATE customer SET status = 'formal' WHERE name = '等待'"),
    ("approvals.32 registration", "UPDATE customer SET status = 'registered' WHERE name = '通过'"),
    ("approvals.32 registration", "UPDATE customer SET status = 'formal' WHERE name = '拒绝'"),
    (
        "approvals.32 registration",
        "UPDATE approval SET status = 'withdrawn', due_at = NULL WHERE document_type ="
        " 'registration' AND status = 'running'",
    ),
    (
        # A change after which nobody was asked anew: a later event about the same record.
        "approvals.32 registration",
        "UPDATE outbox SET type = 'crm.customer.customer.changed.v1',"
        " aggregate_id = (SELECT id FROM customer WHERE name = '等待')"
        " WHERE seq = (SELECT max(seq) FROM outbox)",
    ),
    ("levels.12", "UPDATE customer SET level = 'B' WHERE name = '评级中'"),
    ("levels.12", "UPDATE customer SET status = 'lost' WHERE name = '评级中'"),
    ("levels.12", "UPDATE level_proposal SET content_hash = 'x' WHERE status = 'submitted'"),
    ("levels.12", "UPDATE level_proposal SET status = 'superseded' WHERE status = 'submitted'"),
    (
        "approvals.32 level_proposal",
        "UPDATE level_proposal SET content_hash = 'x' WHERE status = 'approved'",
    ),
    ("approvals.owner", "UPDATE customer SET owner_id = gen_random_uuid() WHERE name = '等待'"),
    (
        "transitions.34 level_proposal",
        "UPDATE outbox SET payload = jsonb_set(payload::jsonb, '{status}', '\"approved\"')::json"
        " WHERE type = 'crm.customer.level_proposal.submitted.v1'",
    ),
    (
        "approvals.32 author",
        "UPDATE approval SET authors = authors || spoken WHERE status = 'approved'",
    ),
]


@pytest.fixture(scope="module")
async def furnished(customer: ServiceUnderTest) -> ServiceUnderTest:
    """Registrations that wait, passed and were refused; a level that waits, and one that is set."""
    await hired(customer, "manager", "sales_manager")
    work = WorkList(customer)
    for name, step, said in (
        ("等待", "", {}),
        ("通过", "approve", {}),
        ("拒绝", "reject", {"comment": "查无此公司"}),
    ):
        made = await registered(customer, name=name)
        if step:
            succeeded(await work.say(await work.of(made), step, "sales_manager", **said))
    for name in ("已评级", "评级中"):
        async with customer.client("account_manager") as client:
            made = succeeded(await client.post("/v1/customers", json={"name": name}))
            path = f"/v1/customers/{made['id']}/level-proposals"
            wish = {"level": "A", "reason": "用量大"}
            proposal = succeeded(await client.post(path, json=wish, headers=etag(made)))
        if name == "已评级":
            succeeded(await work.say(await work.of(proposal), "approve", "sales_manager"))
    return customer


async def _found(service: ServiceUnderTest, damage: str) -> set[str]:
    """Which invariants are violated after the owner's damage, which is taken back."""
    session = await asyncpg.connect(service.owner_dsn)
    transaction = session.transaction()
    await transaction.start()
    try:
        await session.execute(damage)
        found = await violations(Connection(session), service.service.promises)
        return {each.invariant for each in found}
    finally:
        await transaction.rollback()
        await session.close()


async def test_an_undamaged_service_violates_nothing(furnished: ServiceUnderTest) -> None:
    assert await _found(furnished, "SELECT 1") == set()


@pytest.mark.parametrize(("invariant", "damage"), DAMAGE)
async def test_each_damage_is_found(
    furnished: ServiceUnderTest, invariant: str, damage: str
) -> None:
    """S12, S24."""
    assert invariant in await _found(furnished, damage)
