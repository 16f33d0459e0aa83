"""Services that follow the staff by events refuse the tokens of people who left or changed."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.auth import revocations
from shared.domain.clock import now
from shared.domain.ids import new_id
from shared.events.identity import (
    ClientChanged,
    ClientDisabled,
    ClientRegistered,
    SessionEnded,
)
from shared.events.staff import StaffChanged, StaffHired, StaffLeft
from tests.conftest import Launch
from tests.support.opportunity import deliver
from tests.support.services import ServiceUnderTest

PATHS = {
    "opportunity": "/v1/opportunities",
    "order": "/v1/orders",
    "analytics": "/v1/reports/funnel",
}


@pytest.fixture(scope="module", params=PATHS)
async def service(request: pytest.FixtureRequest, launch: Launch) -> ServiceUnderTest:
    """A service that has a replica of the staff."""
    return await launch(request.param)


@pytest.fixture
async def person(service: ServiceUnderTest) -> AsyncIterator[tuple[UUID, httpx.AsyncClient]]:
    """Somebody who works here, signed in a while ago."""
    service.people.pop("王芳", None)
    async with service.client("sales_manager", name="王芳", iat=int(time.time()) - 60) as client:
        staff_id = service.people["王芳"]
        await deliver(service, StaffHired(**_state(staff_id)), staff_id)
        assert await _status(service, client) == 200
        yield staff_id, client


def _state(staff_id: UUID, **fields: Any) -> dict[str, Any]:
    state = {
        "staff_id": staff_id,
        "name": "王芳",
        "roles": ("sales_manager",),
        "department": "销售一部",
        "branch": "上海",
        "status": "active",
    }
    return state | fields


async def _status(service: ServiceUnderTest, client: httpx.AsyncClient) -> int:
    service.app.state.context.tokens.forget()
    return (await client.get(PATHS[service.service.name])).status_code


async def test_a_leaver_is_refused_as_soon_as_the_news_is_here(
    service: ServiceUnderTest, person: tuple[UUID, httpx.AsyncClient]
) -> None:
    """S04: no token of somebody who left counts, however new."""
    staff_id, client = person
    await deliver(service, StaffLeft(**_state(staff_id, status="left")), staff_id, 2)
    assert await _status(service, client) == 401
    later = int(time.time()) + 5
    async with service.client("sales_manager", name="王芳", iat=later) as again:
        assert await _status(service, again) == 401


async def test_the_end_of_a_session_voids_its_tokens_and_no_others(
    service: ServiceUnderTest, person: tuple[UUID, httpx.AsyncClient]
) -> None:
    """S214: signing out on one device leaves the others as they are."""
    staff_id, _ = person
    here, there = new_id(), new_id()
    async with (
        service.client("sales_manager", name="王芳", sid=str(here)) as ended,
        service.client("sales_manager", name="王芳", sid=str(there)) as other,
    ):
        assert [await _status(service, each) for each in (ended, other)] == [200, 200]
        until = now() + timedelta(hours=8)
        news = SessionEnded(session_id=here, subject_id=staff_id, status="ended", void_until=until)
        await deliver(service, news, here, 2)
        assert [await _status(service, each) for each in (ended, other)] == [401, 200]


async def test_a_disabled_client_is_refused_and_a_changed_one_signs_in_anew(
    service: ServiceUnderTest,
) -> None:
    """S214: machines as people."""
    machine, issued = new_id(), int(time.time()) - 60
    state: dict[str, Any] = {"client_id": machine, "name": "仓库系统", "roles": ("sales_manager",)}
    voided = {"void_before": now(), "void_until": now() + timedelta(hours=8)}
    before: dict[str, Any] = {"name": "仓库系统", "sub": str(machine), "iat": issued}
    after = before | {"iat": int(time.time()) + 5}
    async with (
        service.client("sales_manager", **before) as old,
        service.client("sales_manager", **after) as anew,
    ):
        seen = []
        for version, news in enumerate(
            (
                ClientRegistered(**state, status="active"),
                ClientChanged(**state, status="active", **voided),
                ClientDisabled(**state, status="disabled", **voided),
            ),
            start=1,
        ):
            await deliver(service, news, machine, version)
            seen.append([await _status(service, each) for each in (old, anew)])
    assert seen == [[200, 200], [401, 200], [401, 401]]


async def test_new_roles_void_the_tokens_issued_before(
    service: ServiceUnderTest, person: tuple[UUID, httpx.AsyncClient]
) -> None:
    """S214: who signs in anew goes on with the new roles; others are not touched."""
    staff_id, client = person
    changed = StaffChanged(**_state(staff_id, roles=("account_manager",)))
    await deliver(service, changed, staff_id, 2)
    assert await _status(service, client) == 401
    async with service.client("sales_manager", name="王芳", iat=int(time.time()) + 1) as anew:
        assert await _status(service, anew) == 200
    async with service.client("sales_manager", name="李强", iat=int(time.time()) - 60) as other:
        assert await _status(service, other) == 200


async def test_the_staff_are_not_asked_for_at_every_request(
    service: ServiceUnderTest,
    person: tuple[UUID, httpx.AsyncClient],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was read counts until it is stale, and then no longer."""
    staff_id, client = person
    path = PATHS[service.service.name]
    monkeypatch.setattr(revocations, "_FRESH_SECONDS", 3600)
    await deliver(service, StaffLeft(**_state(staff_id, status="left")), staff_id, 2)
    assert (await client.get(path)).status_code == 200
    monkeypatch.setattr(revocations, "_FRESH_SECONDS", 0)
    assert (await client.get(path)).status_code == 401
