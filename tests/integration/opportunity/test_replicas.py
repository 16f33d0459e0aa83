"""Replicas: customers and staff as their events say, whatever order and how often they come."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.opportunity.customers.projection import project_customers
from shared.domain.actor import SYSTEM
from shared.events.customer import CustomerChanged, CustomerState
from shared.events.staff import StaffLeft
from shared.inbox.arrival import Received
from tests.support.opportunity import (
    customer_state,
    deliver,
    event,
    known_customer,
    known_staff,
    parked,
    redeliver,
)
from tests.support.services import ServiceUnderTest


async def _row(service: ServiceUnderTest, table: str, row_id: UUID) -> dict[str, Any]:
    async with service.db.reading() as conn:
        result = await conn.exec_driver_sql(f"SELECT * FROM {table} WHERE id = $1", (row_id,))
        return dict(result.one())


async def test_a_customer_is_known_once_its_event_arrived(opportunity: ServiceUnderTest) -> None:
    customer_id = await known_customer(opportunity, name="天津港股份有限公司", region="华北")
    row = await _row(opportunity, "customer", customer_id)
    assert (row["name"], row["region"], row["version"]) == ("天津港股份有限公司", "华北", 1)


async def test_an_older_event_does_not_overwrite_a_newer_one(
    opportunity: ServiceUnderTest,
) -> None:
    """The guard of the projection itself: the bus keeps the order, a replay may not."""
    customer_id = await known_customer(opportunity, name="第一")
    newer = event(CustomerChanged(**customer_state(customer_id, name="第三")), customer_id, 3)
    older = event(CustomerChanged(**customer_state(customer_id, name="第二")), customer_id, 2)
    for envelope in (newer, older):
        received = Received(envelope, CustomerState.model_validate_json(envelope.data))
        async with opportunity.db.transaction(SYSTEM) as uow:
            await project_customers(uow, [received])
    row = await _row(opportunity, "customer", customer_id)
    assert (row["name"], row["version"]) == ("第三", 3)


async def test_an_event_that_comes_twice_has_one_effect(opportunity: ServiceUnderTest) -> None:
    customer_id = await known_customer(opportunity)
    state = customer_state(customer_id, name="更名")
    envelope = await deliver(opportunity, CustomerChanged(**state), customer_id, 2)
    before = await _row(opportunity, "customer", customer_id)
    await redeliver(opportunity, envelope)
    assert await _row(opportunity, "customer", customer_id) == before
    assert await parked(opportunity) == []


async def test_staff_are_known_with_place_and_roles(opportunity: ServiceUnderTest) -> None:
    """S214."""
    staff_id = await known_staff(opportunity, "王芳")
    state = {"staff_id": staff_id, "name": "王芳", "roles": (), "department": None}
    left = StaffLeft(**state, branch=None, status="left")
    row = await _row(opportunity, "staff", staff_id)
    assert (row["roles"], row["branch"], row["status"]) == (["account_manager"], "天津", "active")
    await deliver(opportunity, left, staff_id, 2)
    assert (await _row(opportunity, "staff", staff_id))["status"] == "left"
