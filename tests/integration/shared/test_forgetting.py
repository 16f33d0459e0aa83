"""Idempotency keys are kept as long as a request may be repeated, and then forgotten."""

from __future__ import annotations

from datetime import timedelta

import asyncpg

from shared.http.forgetting import KEPT, forget_old
from tests.support.services import ServiceUnderTest

BODY = {"name": "上海电气"}


async def test_keys_are_forgotten_when_nobody_repeats_their_request(
    customer: ServiceUnderTest,
) -> None:
    """By the runtime role, more of them than one batch has; younger ones still answer."""
    async with customer.client("sales_manager") as client:
        headers = {"Idempotency-Key": "young"}
        first = await client.post("/v1/customers", json=BODY, headers=headers)
        owner = await asyncpg.connect(customer.owner_dsn)
        aged = f"now() - interval '{(KEPT + timedelta(minutes=1)).total_seconds()} s'"
        await owner.execute(
            "INSERT INTO idempotency_key SELECT principal, route, 'old' || n, fingerprint, status,"
            f" headers, body, {aged} FROM idempotency_key, generate_series(1, 2500) AS n"
        )
        assert await forget_old(customer.db) == 2500
        assert await owner.fetchval("SELECT count(*) FROM idempotency_key") == 1
        await owner.close()
        again = await client.post("/v1/customers", json=BODY, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.headers["idempotent-replayed"], again.content) == ("true", first.content)
