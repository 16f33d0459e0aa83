"""Deputies act in the name of their principals, in all services that follow the organisation: on
which days, with what authority, and who is refused."""

from __future__ import annotations

from itertools import count
from uuid import UUID

import httpx
import pytest

from shared.domain.ids import new_id
from tests.conftest import Launch
from tests.support.services import ServiceUnderTest
from tests.support.standing_in import appointed, has_left, in_the_name_of, revoked, works_here

READS = {
    "opportunity": "/v1/opportunities",
    "order": "/v1/orders",
    "analytics": "/v1/reports/funnel",
}
_serial = count(1)


@pytest.fixture(scope="module", params=READS)
async def service(request: pytest.FixtureRequest, launch: Launch) -> ServiceUnderTest:
    """A service that has replicas of staff and deputies."""
    return await launch(request.param)


@pytest.fixture
async def two(service: ServiceUnderTest) -> tuple[str, str, UUID, UUID]:
    """A deputy whose own role permits nothing, and a manager: names and ids."""
    deputy, principal = (f"{name}{next(_serial)}" for name in ("代理", "经理"))
    return (
        deputy,
        principal,
        await works_here(service, deputy, "nobody"),
        await works_here(service, principal, "general_manager"),
    )


async def _asked(service: ServiceUnderTest, who: str, principal: UUID | str) -> httpx.Response:
    async with service.client("nobody", name=who) as client:
        return await in_the_name_of(client, principal).get(READS[service.service.name])


async def test_a_deputy_has_the_authority_of_the_principal_on_the_days_agreed(
    service: ServiceUnderTest, two: tuple[str, str, UUID, UUID]
) -> None:
    """S18, S214: from the first to the last day, and not after a revocation."""
    deputy, _, deputy_id, principal_id = two
    before = await _asked(service, deputy, principal_id)
    assert (before.status_code, before.json()["code"]) == (403, "not_deputy")
    await appointed(service, deputy_id, principal_id, 1, 5)
    await appointed(service, deputy_id, principal_id, -5, -1)
    assert (await _asked(service, deputy, principal_id)).status_code == 403
    told = await appointed(service, deputy_id, principal_id, 0, 0)
    assert (await _asked(service, deputy, principal_id)).status_code == 200
    await revoked(service, told)
    assert (await _asked(service, deputy, principal_id)).status_code == 403


async def test_without_the_header_a_deputy_is_nobody_else(
    service: ServiceUnderTest, two: tuple[str, str, UUID, UUID]
) -> None:
    """S214."""
    deputy, _, deputy_id, principal_id = two
    await appointed(service, deputy_id, principal_id)
    async with service.client("nobody", name=deputy) as client:
        assert (await client.get(READS[service.service.name])).status_code == 403


async def test_nobody_acts_for_who_left_or_is_not_known(
    service: ServiceUnderTest, two: tuple[str, str, UUID, UUID]
) -> None:
    """S04."""
    deputy, principal, deputy_id, principal_id = two
    await appointed(service, deputy_id, principal_id)
    await has_left(service, principal, "general_manager")
    assert (await _asked(service, deputy, principal_id)).status_code == 403
    assert (await _asked(service, deputy, new_id())).status_code == 403
    malformed = await _asked(service, deputy, "somebody")
    assert (malformed.status_code, malformed.json()["code"]) == (400, "malformed_on_behalf_of")


async def test_a_deputy_of_a_deputy_does_not_act_for_the_first(
    service: ServiceUnderTest, two: tuple[str, str, UUID, UUID]
) -> None:
    """S18: nor the other way round."""
    _, principal, deputy_id, principal_id = two
    third = f"第三人{next(_serial)}"
    third_id = await works_here(service, third, "nobody")
    await appointed(service, deputy_id, principal_id)
    await appointed(service, third_id, deputy_id)
    assert (await _asked(service, third, principal_id)).status_code == 403
    assert (await _asked(service, principal, deputy_id)).json()["code"] == "not_deputy"


async def test_what_only_administrators_do_nobody_does_for_them(
    service: ServiceUnderTest, two: tuple[str, str, UUID, UUID]
) -> None:
    """S214."""
    deputy, _, deputy_id, _ = two
    admin_id = await works_here(service, f"管理员{next(_serial)}", "administrator")
    await appointed(service, deputy_id, admin_id)
    path = f"/internal/{service.service.name}/invariants"
    async with service.client("nobody", name=deputy) as client:
        refused = await in_the_name_of(client, admin_id).get(path)
    assert (refused.status_code, refused.json()["permission"]) == (403, "operations.read")
