"""``/internal/<service>``: operators see what is parked and wrong, mend it, and nobody else may."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest

from shared.domain.ids import new_id
from shared.events.envelope import Envelope
from shared.events.staff import StaffHired
from shared.inbox.inbox import Inbox
from tests.support.feeding import Feed
from tests.support.services import ServiceUnderTest

REPLICAS = "opportunity.replicas"
PARKED = "/internal/opportunity/parked"
ACTIONS = {"retry": None, "mend": {}, "drop": {"why": "entered twice"}}


@pytest.fixture
async def administrator(opportunity: ServiceUnderTest) -> AsyncIterator[httpx.AsyncClient]:
    async with opportunity.client("administrator") as client:
        yield client


def hired(staff_id: UUID, version: int, data: str | None = None) -> Envelope:
    """An event about a member of staff; ``data`` replaces what it should carry."""
    state = StaffHired(
        staff_id=staff_id, name="王伟", roles=(), department=None, branch="上海", status="active"
    )
    return Envelope(
        id=new_id(),
        type=StaffHired.event_type,
        source="/kehu/customer",
        aggregate_type="staff",
        aggregate_id=staff_id,
        sequence=version,
        time=datetime(2026, 11, 21, tzinfo=UTC),
        data=data or state.model_dump_json(),
        actor_id=staff_id,
        correlation_id=new_id(),
    )


async def park(opportunity: ServiceUnderTest, followers: int = 0) -> list[Envelope]:
    """An event without its name, and others of the same person held behind it."""
    staff_id = new_id()
    events = [hired(staff_id, 1, json.dumps({"staff_id": str(staff_id)}))]
    events += [hired(staff_id, version) for version in range(2, 2 + followers)]
    (consumer,) = [each for each in opportunity.service.consumers if each.name == REPLICAS]
    feed = Feed(Inbox(opportunity.db, consumer, retry_pauses=()))
    await feed.send(events)
    return events


async def listed(client: httpx.AsyncClient, **query: str) -> list[dict[str, str]]:
    answer = await client.get(PARKED, params={"page_size": "200", **query})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, str]] = answer.json()["items"]
    return found


def path_of(event: Envelope) -> str:
    return f"{PARKED}/{REPLICAS}/{event.id}"


async def test_a_healthy_service_breaks_no_promise(administrator: httpx.AsyncClient) -> None:
    answer = await administrator.get("/internal/opportunity/invariants")
    assert answer.status_code == 200
    assert answer.json()["violations"] == []
    assert answer.json()["checked"] > 5


async def test_parked_events_are_listed_with_what_is_wrong(
    opportunity: ServiceUnderTest, administrator: httpx.AsyncClient
) -> None:
    bad, behind = await park(opportunity, followers=1)
    by_id = {each["event_id"]: each for each in await listed(administrator)}
    assert by_id[str(bad.id)]["reason"] == "data"
    assert "name" in by_id[str(bad.id)]["error"]
    assert by_id[str(behind.id)]["reason"] == "held"
    assert str(bad.id) in {each["event_id"] for each in await listed(administrator, reason="data")}
    assert await listed(administrator, consumer="opportunity.nobody") == []


async def test_the_list_comes_in_pages(
    opportunity: ServiceUnderTest, administrator: httpx.AsyncClient
) -> None:
    await park(opportunity, followers=4)
    everything = [each["event_id"] for each in await listed(administrator)]
    paged: list[str] = []
    answer = await administrator.get(PARKED, params={"page_size": 2})
    while True:
        paged += [each["event_id"] for each in answer.json()["items"]]
        if answer.json()["next_page_token"] is None:
            break
        answer = await administrator.get(answer.links["next"]["url"])
    assert paged == everything
    newest_first = await listed(administrator, sort="-parked")
    assert [each["event_id"] for each in newest_first] == everything[::-1]


async def test_a_parked_event_is_shown_mended_and_retried(
    opportunity: ServiceUnderTest, administrator: httpx.AsyncClient
) -> None:
    """Then what waited behind it is applied too, and the list is as before."""
    bad, behind = await park(opportunity, followers=1)
    shown = (await administrator.get(path_of(bad))).json()
    assert json.loads(shown["data"]) == {"staff_id": str(bad.aggregate_id)}
    assert shown["headers"]["ce_type"] == bad.type
    failed = await administrator.post(f"{path_of(bad)}/retry")
    assert failed.json()["failed"] == str(bad.id)
    mended = await administrator.post(
        f"{path_of(bad)}/mend", json={"data": json.loads(hired(bad.aggregate_id, 1).data)}
    )
    assert mended.status_code == 200, mended.text
    assert json.loads(mended.json()["original"]["data"]) == json.loads(bad.data)
    retried = await administrator.post(f"{path_of(bad)}/retry")
    assert retried.json() == {
        "applied": [str(bad.id), str(behind.id)],
        "failed": None,
        "error": None,
    }
    again = await administrator.post(f"{path_of(bad)}/retry")
    assert again.status_code == 409
    resolved = {each["event_id"]: each for each in await listed(administrator, resolved="true")}
    assert resolved[str(bad.id)]["resolution"] == "mended"


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("header", ["Idempotency-Key", "If-Match"])
async def test_what_would_have_no_effect_is_refused(
    opportunity: ServiceUnderTest, administrator: httpx.AsyncClient, action: str, header: str
) -> None:
    """Each parked event is a transaction of its own: no key and no version covers them all."""
    (bad,) = await park(opportunity)
    refused = await administrator.post(
        f"{path_of(bad)}/{action}", json=ACTIONS[action], headers={header: "*"}
    )
    assert (refused.status_code, refused.json()["code"]) == (400, "unsupported_header")
    assert (await administrator.get(path_of(bad))).json()["attempts"] == 0


async def test_a_parked_event_can_be_given_up_with_a_reason(
    opportunity: ServiceUnderTest, administrator: httpx.AsyncClient
) -> None:
    bad, behind = await park(opportunity, followers=1)
    without = await administrator.post(f"{path_of(bad)}/drop", json={})
    assert without.status_code == 422
    dropped = await administrator.post(f"{path_of(bad)}/drop", json={"why": "entered twice"})
    assert dropped.json()["applied"] == [str(behind.id)]
    shown = (await administrator.get(path_of(bad))).json()
    assert (shown["resolution"], shown["note"]) == ("dropped", "entered twice")


async def test_unknown_events_and_consumers_are_not_found(administrator: httpx.AsyncClient) -> None:
    for consumer in (REPLICAS, "order.replicas"):
        path = f"{PARKED}/{consumer}/{new_id()}"
        assert (await administrator.get(path)).status_code == 404
        for action, body in ACTIONS.items():
            answer = await administrator.post(f"{path}/{action}", json=body)
            assert answer.status_code == 404, f"{consumer} {action}"


@pytest.mark.parametrize("role", ["account_manager", "general_manager", "finance"])
async def test_only_administrators_look_behind_the_scenes(
    opportunity: ServiceUnderTest, role: str
) -> None:
    (bad,) = await park(opportunity)
    async with opportunity.client(role) as client:
        for path in ("/internal/opportunity/invariants", PARKED, path_of(bad)):
            assert (await client.get(path)).status_code == 403
        for action, body in ACTIONS.items():
            answer = await client.post(f"{path_of(bad)}/{action}", json=body)
            assert answer.status_code == 403, action
    async with opportunity.anonymous() as client:
        assert (await client.get(PARKED)).status_code == 401
