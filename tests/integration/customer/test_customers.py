"""Customers: entered, changed, found, and guarded against doubles."""

from __future__ import annotations

import pytest

from tests.support.services import ServiceUnderTest

pytestmark = pytest.mark.usefixtures("customer")


async def test_a_customer_is_entered_and_read_again(customer: ServiceUnderTest) -> None:
    """S02."""
    async with customer.client("account_manager") as client:
        created = await client.post("/v1/customers", json={"name": "华为技术有限公司"})
        read = await client.get(created.headers["location"])
    assert created.status_code == 201
    assert read.json() == created.json()
    assert read.headers["etag"] == '"v1"'
    events = await customer.published("crm.customer.customer.%")
    assert [event["type"] for event in events] == ["crm.customer.customer.created.v1"]


async def test_the_runtime_role_owns_nothing(customer: ServiceUnderTest) -> None:
    """Rows may be written, tables may not be altered."""
    import sqlalchemy as sa

    async with customer.db.engine.connect() as conn:
        with pytest.raises(sa.exc.ProgrammingError, match="must be owner"):
            await conn.execute(sa.text("ALTER TABLE customer ADD COLUMN x int"))
