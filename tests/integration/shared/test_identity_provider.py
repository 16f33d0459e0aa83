"""A company's own identity provider in place of the built-in sign-in, by settings alone: a real
one, and tokens got by its real flow (S214)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from shared.auth.tokens import keys_from_url
from shared.auth.trust import login_digest
from shared.domain.ids import new_id
from shared.events.staff import StaffHired, StaffLeft
from shared.service import NAMES
from tests.conftest import Launch
from tests.support.oidc.provider import AUDIENCE, IdentityProvider, identity_provider
from tests.support.opportunity import deliver
from tests.support.services import ServiceUnderTest, token

PATHS = {
    "customer": "/v1/customers",
    "opportunity": "/v1/opportunities",
    "order": "/v1/orders",
    "analytics": "/v1/reports/funnel",
}


@pytest.fixture(scope="module")
async def provider() -> AsyncIterator[IdentityProvider]:
    """It signs with RSA, as most do."""
    async with identity_provider("RS256") as found:
        yield found


@pytest.fixture(scope="module", params=NAMES)
async def service(request: pytest.FixtureRequest, launch: Launch) -> ServiceUnderTest:
    """Each of the services."""
    return await launch(request.param)


def trusting(
    service: ServiceUnderTest, provider: IdentityProvider, algorithm: str = "RS256", **more: Any
) -> FastAPI:
    """The service with the settings of the provider."""
    given = service.app.state.context.settings
    settings = type(given)(
        database_url=given.database_url,
        issuer=provider.issuer,
        jwks_url=f"{provider.issuer}/.well-known/openid-configuration",
        **{
            "KEHU_TOKEN_AUDIENCE": AUDIENCE,
            "KEHU_TOKEN_ALGORITHM": algorithm,
            "KEHU_TOKEN_PERSON_BY": "login",
            "KEHU_TOKEN_ROLES_CLAIM": "realm_access.roles",
            **({"sign_in": False} if service.service.name == "customer" else {}),
            **more,
        },
    )
    app: FastAPI = service.service.create_app(settings, db=service.db)
    return app


async def known(service: ServiceUnderTest, login: str, *roles: str) -> tuple[UUID, Any]:
    """Somebody who works here, as the service knows them."""
    if service.service.name == "customer":
        async with service.client("administrator") as client:
            body = {"login": login, "name": "王芳", "roles": list(roles), "branch": "上海"}
            return UUID((await client.post("/v1/staff", json=body)).json()["id"]), {}
    staff_id = new_id()
    state = {
        "staff_id": staff_id,
        "name": "王芳",
        "roles": roles,
        "department": None,
        "branch": "上海",
        "login_digest": login_digest(login),
    }
    await deliver(service, StaffHired(**state, status="active"), staff_id)
    return staff_id, state


async def status(app: FastAPI, bearer: str) -> int:
    """What a request with the token is answered."""
    path = PATHS[app.state.context.service]
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://kehu") as client:
        headers = {"Authorization": f"Bearer {bearer}"}
        return (await client.get(path, headers=headers)).status_code


async def test_who_signs_in_at_the_provider_is_known_by_login(
    service: ServiceUnderTest, provider: IdentityProvider
) -> None:
    """Roles by a claim of the provider, or by the record of the person."""
    staff_id, _ = await known(service, "wang.fang", "sales_manager")
    bearer = (await provider.sign_in("Wang.Fang"))["access_token"]
    by_claims = trusting(service, provider)
    actor = await by_claims.state.context.tokens.verify(bearer)
    assert (actor.id, actor.name, actor.roles) == (staff_id, "王芳", {"finance"})
    by_record = trusting(service, provider, KEHU_TOKEN_ROLES_FROM="staff")
    actor = await by_record.state.context.tokens.verify(bearer)
    assert (actor.id, actor.roles, actor.branch) == (staff_id, {"sales_manager"}, "上海")
    assert await status(by_record, bearer) == 200


async def test_other_tokens_of_the_provider_are_none(
    service: ServiceUnderTest, provider: IdentityProvider
) -> None:
    """ID tokens, tokens for other systems, of strangers; nor those of the built-in sign-in."""
    app = trusting(service, provider)
    await known(service, "li.qiang", "finance")
    answer = await provider.sign_in("li.qiang")
    assert await status(app, answer["access_token"]) in (200, 403)
    for bearer in (
        answer["id_token"],
        (await provider.sign_in("li.qiang", "https://other.example"))["access_token"],
        (await provider.sign_in("boss.nobody.hired"))["access_token"],
        token("administrator"),
    ):
        assert await status(app, bearer) == 401
    lax = trusting(service, provider, KEHU_TOKEN_TYPES="at+jwt,JWT")
    assert await status(lax, answer["id_token"]) == 401
    strict = trusting(service, provider, algorithm="ES256")
    assert await status(strict, answer["access_token"]) == 401


async def test_who_left_is_refused_whatever_the_provider_says(
    service: ServiceUnderTest, provider: IdentityProvider
) -> None:
    """S04."""
    app = trusting(service, provider)
    staff_id, state = await known(service, "zhao.li", "finance")
    bearer = (await provider.sign_in("zhao.li"))["access_token"]
    assert await status(app, bearer) in (200, 403)
    if service.service.name == "customer":
        async with service.client("administrator") as client:
            path = f"/v1/staff/{staff_id}/leave"
            await client.post(path, json={}, headers={"If-Match": '"v1"'})
    else:
        await deliver(service, StaffLeft(**state, status="left"), staff_id, 2)
    app.state.context.tokens.forget()
    assert await status(app, bearer) == 401
    assert await status(app, (await provider.sign_in("zhao.li"))["access_token"]) == 401


async def test_elliptic_curves_are_an_algorithm_too(launch: Launch) -> None:
    """Whichever of them the settings name."""
    order = await launch("order")
    async with identity_provider("ES256") as provider:
        await known(order, "sun.ming", "warehouse")
        bearer = (await provider.sign_in("sun.ming"))["access_token"]
        assert await status(trusting(order, provider, "ES256"), bearer) in (200, 403)
        assert await status(trusting(order, provider, "RS256"), bearer) == 401


async def test_what_another_issuer_says_of_itself_is_not_believed(
    provider: IdentityProvider,
) -> None:
    """OpenID Connect Discovery, section 4.3."""
    address = f"{provider.issuer}/.well-known/openid-configuration"
    assert (await keys_from_url(address, provider.issuer)())["keys"]
    with pytest.raises(ValueError, match="another issuer"):
        await keys_from_url(address, "https://other.example")()
