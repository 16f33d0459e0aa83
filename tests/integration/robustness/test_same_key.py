"""Fifty requests at once with one Idempotency-Key have one effect."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Sequence
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.integration.robustness.judging import fingerprint
from tests.integration.robustness.worlds import EVERY_ROLE, World
from tests.support.operations import Operation

AT_ONCE = 50
#: What makes something new, moves money, or changes a state, in each service.
POSTS = (
    ("customer", "/v1/customers"),
    ("customer", "/v1/staff"),
    ("customer", "/v1/customers/{customer_id}/contacts"),
    ("opportunity", "/v1/opportunities"),
    ("opportunity", "/v1/products"),
    ("opportunity", "/v1/activities"),
    ("opportunity", "/v1/price-lists"),
    ("opportunity", "/v1/opportunities/{opportunity_id}/plan"),
    ("order", "/v1/receipts"),
    ("order", "/v1/prepayments"),
    ("order", "/v1/contracts"),
    ("order", "/v1/orders"),
    ("order", "/v1/receipts/{receipt_id}/allocations"),
    ("order", "/v1/prepayments/{prepayment_id}/refund"),
)


def fresh(operation: Operation, world: World) -> dict[str, Any]:
    """A body that may be entered again and again."""
    serial = uuid4().hex[:10]
    body = next(operation.bodies(world.known))
    needed = {"accept_duplicates", *(operation.body_schema or {})["required"]}
    body = {name: value for name, value in body.items() if name in needed}
    for name, value in (("login", f"u{serial}"), ("code", f"P-{serial}")):
        if name in body:
            body[name] = value
    if "chain" in body:
        body |= {"chain": "ordinary"}
    for share in body.get("allocations", ()):
        share["amount"] = {"amount": "1.00", "currency": "CNY"}
    if operation.path.endswith("/refund"):
        body["amount"] = {"amount": "1.00", "currency": "CNY"}
    return body


def headers() -> dict[str, str]:
    """A key of its own, for whatever version there is."""
    return {"Idempotency-Key": str(uuid4()), "If-Match": "*"}


def prepared(worlds: dict[str, World], service: str, path: str) -> tuple[World, str, Operation]:
    """A world, the address of a POST in it, and what the document says of it."""
    world = worlds[service]
    (operation,) = [each for each in world.operations if str(each) == f"POST {path}"]
    return world, operation.address(world.known), operation


async def effects_of(
    world: World, requests: Sequence[Awaitable[httpx.Response]]
) -> tuple[Counter[str], list[httpx.Response]]:
    """The events that requests lead to, by type, and the answers."""
    before = Counter(each["type"] for each in await world.service.published())
    answers = await asyncio.gather(*requests)
    after = Counter(each["type"] for each in await world.service.published())
    return after - before, answers


@pytest.mark.parametrize(("service", "path"), POSTS)
async def test_fifty_at_once_have_one_effect(
    worlds: dict[str, World], service: str, path: str
) -> None:
    """The others are told that it is in progress, or what the one was answered."""
    world, address, operation = prepared(worlds, service, path)
    async with world.client() as client:
        first = client.post(address, json=fresh(operation, world), headers=headers())
        expected, (alone,) = await effects_of(world, [first])
        assert alone.is_success, alone.text
        assert expected, "no effect"

        body, sent = fresh(operation, world), headers()
        fifty = [client.post(address, json=body, headers=sent) for _ in range(AT_ONCE)]
        effects, answers = await effects_of(world, fifty)
        late = await client.post(address, json=body, headers=sent)
    assert effects == expected
    good = [each for each in answers if each.is_success]
    assert {(each.status_code, each.content) for each in good} == {
        (alone.status_code, late.content)
    }
    assert sum("idempotent-replayed" not in each.headers for each in good) == 1
    others = {(each.status_code, each.json()["code"]) for each in answers if not each.is_success}
    assert others <= {(409, "request_in_flight")}
    assert late.headers["idempotent-replayed"] == "true"


async def test_a_key_stands_for_one_request_of_one_person(worlds: dict[str, World]) -> None:
    """Another body is refused without effect; the same key of somebody else is another one."""
    world, address, operation = prepared(worlds, "order", "/v1/receipts")
    body, sent = fresh(operation, world), headers()
    somebody = world.service.client(*EVERY_ROLE, name="somebody")
    async with world.client() as client, somebody:
        mine = await client.post(address, json=body, headers=sent)
        before = await fingerprint(world)
        changed = await client.post(address, json=body | {"note": "other"}, headers=sent)
        assert await fingerprint(world) == before
        theirs = await somebody.post(address, json=body, headers=sent)
    assert (changed.status_code, changed.json()["code"]) == (422, "idempotency_key_reused")
    assert mine.status_code == theirs.status_code == 201
    assert mine.json()["id"] != theirs.json()["id"]
