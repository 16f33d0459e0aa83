"""Hand-overs: one customer, all of an owner, and what happens when somebody leaves."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import httpx
import sqlalchemy as sa

from services.customer.handovers import service as handovers
from shared.deadlines.runner import DeadlineRunner
from tests.support.customers import enter_many
from tests.support.services import ServiceUnderTest


async def hire(client: httpx.AsyncClient, login: str) -> str:
    """An account manager."""
    body = {"login": login, "name": login, "roles": ["account_manager"], "department": login}
    answer = await client.post("/v1/staff", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def work(service: ServiceUnderTest) -> int:
    """Do what the worker does about hand-overs until nothing is due; return the batches."""
    runner = DeadlineRunner(service.db, {handovers.DEADLINE: handovers.go_on})
    while await runner.fire_one():
        pass
    return runner.fired


async def owned(service: ServiceUnderTest, owner: str) -> int:
    """How many customers somebody has."""
    async with service.db.reading() as conn:
        query = sa.text("SELECT count(*) FROM customer WHERE owner_id = :owner")
        return int(await conn.scalar(query, {"owner": UUID(owner)}))


async def owner_changes(service: ServiceUnderTest) -> list[dict[str, Any]]:
    """The events of changed owners."""
    return await service.published("crm.customer.customer.owner_changed.v1")


async def test_one_customer_changes_hands(customer: ServiceUnderTest) -> None:
    """S04: with the place of the new owner, and kept who had it before."""
    async with customer.client("administrator", "sales_manager", name="boss") as client:
        to = await hire(client, "successor")
        created = (await client.post("/v1/customers", json={"name": "移交一家"})).json()
        url = f"/v1/customers/{created['id']}"
        handed = await client.post(
            f"{url}/hand-over", json={"owner_id": to}, headers={"If-Match": '"v1"'}
        )
        again = await client.post(
            f"{url}/hand-over", json={"owner_id": to}, headers={"If-Match": '"v2"'}
        )
        history = (await client.get(f"{url}/owners")).json()["items"]
    assert (handed.json()["owner_id"], handed.json()["department"]) == (to, "successor")
    assert again.status_code == 409
    boss = str(customer.people["boss"])
    (change,) = history
    assert (change["previous_owner_id"], change["owner_id"], change["changed_by"]) == (
        boss,
        to,
        boss,
    )
    event = (await owner_changes(customer))[-1]
    assert (event["data"]["previous_owner_id"], event["data"]["owner_id"]) == (boss, to)


async def test_an_account_manager_hands_nothing_over(customer: ServiceUnderTest) -> None:
    """S04: management does."""
    async with customer.client("account_manager") as client:
        body = {"from_owner_id": str(UUID(int=1)), "to_owner_id": str(UUID(int=2))}
        assert (await client.post("/v1/handovers", json=body)).status_code == 403


async def test_five_thousand_customers_change_hands(customer: ServiceUnderTest) -> None:
    """S04: in one call, an event each, and the worker goes on where a killed one stopped."""
    async with customer.client("administrator") as client:
        giver, taker = await hire(client, "giver"), await hire(client, "taker")
        ids = await enter_many(customer.db, 5000, UUID(giver))
        before = len(await owner_changes(customer))
        body = {"from_owner_id": giver, "to_owner_id": taker, "reason": "调岗"}
        headers = {"Idempotency-Key": "all-of-them"}
        started = await client.post("/v1/handovers", json=body, headers=headers)
        again = await client.post("/v1/handovers", json=body, headers=headers)
        assert started.status_code == 201
        assert again.headers["idempotent-replayed"] == "true"
        running = started.json()
        assert (running["status"], running["done"], running["total"]) == ("running", 1000, 5000)
        assert await owned(customer, taker) == 1000
        assert await work(customer) == 9  # eight batches, and one that finds nothing left
        done = (await client.get(started.headers["location"])).json()
        history = (await client.get(f"/v1/customers/{ids[-1]}/owners")).json()["items"]
    assert (done["status"], done["done"], done["finished_at"] is None) == ("done", 5000, False)
    assert (await owned(customer, giver), await owned(customer, taker)) == (0, 5000)
    events = (await owner_changes(customer))[before:]
    assert len({event["aggregate_id"] for event in events}) == len(events) == 5000
    assert [each["handover_id"] for each in history] == [running["id"]]


async def test_somebody_with_customers_needs_a_successor_to_leave(
    customer: ServiceUnderTest,
) -> None:
    """S04: nothing is lost with the one who leaves."""
    async with customer.client("administrator") as client:
        leaver, heir = await hire(client, "leaver"), await hire(client, "heir")
        await enter_many(customer.db, 3, UUID(leaver))
        url, first = f"/v1/staff/{leaver}/leave", {"If-Match": '"v1"'}
        alone = await client.post(url, json={}, headers=first)
        itself = await client.post(url, json={"successor_id": leaver}, headers=first)
        nobody = await client.post(url, json={"successor_id": str(UUID(int=7))}, headers=first)
        left = await client.post(url, json={"successor_id": heir}, headers=first)
        twice = await client.post(url, json={}, headers={"If-Match": '"v2"'})
        entered = await client.post("/v1/customers", json={"name": "给离职者", "owner_id": leaver})
    assert (alone.status_code, alone.json()["code"]) == (409, "successor_required")
    assert (itself.status_code, nobody.status_code) == (422, 422)
    assert left.json()["status"] == "left"
    assert (twice.status_code, twice.json()["code"]) == (409, "staff_state")
    assert entered.json()["errors"][0]["code"] == "unknown_staff"
    assert (await owned(customer, leaver), await owned(customer, heir)) == (0, 3)
    events = await customer.published("crm.customer.staff.left.v1")
    assert events[-1]["data"]["successor_id"] == heir


async def test_a_hand_over_under_way_follows_its_successor(customer: ServiceUnderTest) -> None:
    """S04: who was about to get customers leaves too; the rest goes on to the next."""
    async with customer.client("administrator") as client:
        first, second, third = [await hire(client, f"chain{n}") for n in range(3)]
        await enter_many(customer.db, 1500, UUID(first))
        for leaver, heir in ((first, second), (second, third)):
            left = await client.post(
                f"/v1/staff/{leaver}/leave",
                json={"successor_id": heir},
                headers={"If-Match": '"v1"'},
            )
            assert left.status_code == 200
    await customer.check()
    await work(customer)
    assert [await owned(customer, each) for each in (first, second, third)] == [0, 0, 1500]


async def test_nobody_gets_a_customer_while_leaving(customer: ServiceUnderTest) -> None:
    """S04: customers entered for somebody at the moment they leave do not stay behind."""
    async with customer.client("administrator", "sales_manager") as client:
        for attempt in range(5):
            leaver, heir = await hire(client, f"going{attempt}"), await hire(client, f"st{attempt}")
            leave = client.post(
                f"/v1/staff/{leaver}/leave",
                json={"successor_id": heir},
                headers={"If-Match": '"v1"'},
            )
            enter = [
                client.post("/v1/customers", json={"name": f"{attempt}-{n}", "owner_id": leaver})
                for n in range(8)
            ]
            answers = await asyncio.gather(*enter[:4], leave, *enter[4:])
            entered = sum(each.status_code == 201 for each in answers)
            assert await owned(customer, leaver) == 0
            assert await owned(customer, heir) == entered


async def test_customers_and_their_owner_go_at_once(customer: ServiceUnderTest) -> None:
    """A hand-over and changes of the same customers do not lose one another."""
    async with customer.client("administrator") as client:
        giver, taker = await hire(client, "busy"), await hire(client, "calm")
        ids = await enter_many(customer.db, 40, UUID(giver))
        answers = await asyncio.gather(
            client.post("/v1/handovers", json={"from_owner_id": giver, "to_owner_id": taker}),
            *(
                client.patch(
                    f"/v1/customers/{each}", json={"note": "x"}, headers={"If-Match": '"v1"'}
                )
                for each in ids
            ),
        )
        assert answers[0].json()["done"] == 40
        notes = [(await client.get(f"/v1/customers/{each}")).json()["note"] for each in ids]
    changed = [answer.status_code == 200 for answer in answers[1:]]
    assert [note == "x" for note in notes] == changed
    assert await owned(customer, taker) == 40


async def test_hand_overs_are_listed(customer: ServiceUnderTest) -> None:
    """Newest first, by state."""
    async with customer.client("administrator") as client:
        done = (await client.get("/v1/handovers?status=done&page_size=1")).json()
        running = (await client.get("/v1/handovers?status=running")).json()
        unknown = await client.get(f"/v1/handovers/{UUID(int=5)}")
    assert len(done["items"]) == 1
    assert done["next_page_token"]
    assert running["items"] == []
    assert unknown.status_code == 404
