"""Replicas of the order service: the newest version wins, whatever comes late or twice."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.order.customers.projection import project_customers
from shared.domain.actor import SYSTEM
from shared.domain.ids import new_id
from shared.events.customer import CustomerChanged, CustomerConfirmed, CustomerCreated
from shared.events.opportunity import ProductChanged
from shared.events.staff import StaffChanged, StaffHired, StaffLeft
from shared.inbox.arrival import Received
from shared.inbox.inbox import Inbox
from tests.support.feeding import Feed
from tests.support.opportunity import customer_state, deliver, event
from tests.support.order import assess, customer
from tests.support.services import ServiceUnderTest


async def row(service: ServiceUnderTest, table: str, key: UUID, column: str = "id") -> Any:
    statement = sa.text(f"SELECT * FROM {table} WHERE {column} = :key")
    async with service.db.reading() as conn:
        return (await conn.execute(statement, {"key": key})).one_or_none()


async def test_an_older_event_does_not_undo_a_newer_one(order: ServiceUnderTest) -> None:
    """S13: as in a replay, past the inbox."""
    buyer = new_id()
    newer = CustomerConfirmed(**customer_state(buyer, name="新名称", status="formal"))
    older = CustomerCreated(**customer_state(buyer, name="旧名称", status="lead"))
    async with order.db.transaction(SYSTEM) as uow:
        for payload, version in ((newer, 3), (older, 1)):
            await project_customers(uow, [Received(event(payload, buyer, version), payload)])
    found = await row(order, "customer", buyer)
    assert (found.version, found.name, found.status) == (3, "新名称", "formal")


async def test_a_batch_with_several_versions_ends_at_the_newest(order: ServiceUnderTest) -> None:
    """One statement for a whole batch, in which a customer occurs again and again."""
    ids = [new_id() for _ in range(3)]
    envelopes = [
        event(CustomerChanged(**customer_state(each, name=f"第{version}版")), each, version)
        for version in (1, 2, 3)
        for each in ids
    ]
    (replicas,) = [each for each in order.service.consumers if each.name == "order.replicas"]
    await Feed(Inbox(order.db, replicas)).send(envelopes)
    for each in ids:
        found = await row(order, "customer", each)
        assert (found.version, found.name) == (3, "第3版")


async def test_the_latest_assessment_counts(order: ServiceUnderTest) -> None:
    """S167."""
    buyer = await customer(order, "credit", limit="1000.00")
    await assess(order, buyer, "open", sequence=2)
    found = await row(order, "credit", buyer, "customer_id")
    assert (found.version, found.settlement, found.limit_amount) == (2, "open", None)


async def test_products_and_staff_are_followed(order: ServiceUnderTest) -> None:
    """S119, S214."""
    product_id, staff_id = new_id(), new_id()
    for version, status in ((1, "active"), (2, "retired")):
        state = ProductChanged(
            product_id=product_id,
            code="V-1",
            name="闸阀",
            line=None,
            category=None,
            unit="台",
            status=status,
        )
        await deliver(order, state, product_id, version)
    person = {"staff_id": staff_id, "name": "张三", "department": "销售一部", "branch": "上海"}
    for version, (kind, roles, status) in enumerate(
        (
            (StaffHired, ("account_manager",), "active"),
            (StaffChanged, ("sales_manager",), "active"),
            (StaffLeft, ("sales_manager",), "left"),
        ),
        start=1,
    ):
        await deliver(order, kind(**person, roles=roles, status=status), staff_id, version)
    assert (await row(order, "product", product_id)).status == "retired"
    found = await row(order, "staff", staff_id)
    assert (found.roles, found.status) == (["sales_manager"], "left")
