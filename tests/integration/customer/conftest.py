"""The customer service with its own sign-in, beside the one whose tokens the tests make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher

from services.customer.bootstrap import prepare
from services.customer.settings import CustomerSettings
from services.customer.staff import passwords
from tests.conftest import Launch
from tests.support.services import ServiceUnderTest

REAL_HASHER = passwords._hasher
ADMIN_PASSWORD = "correct horse battery"


@dataclass
class SignIns:
    """A customer service that issues its own tokens."""

    under_test: ServiceUnderTest
    settings: CustomerSettings

    async def token(
        self, login: str, password: str, *, address: str = "10.0.0.1", **form: str
    ) -> httpx.Response:
        """Ask for a token, from an address."""
        body = {"grant_type": "password", "username": login, "password": password} | form
        transport = httpx.ASGITransport(self.under_test.app, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://kehu") as client:
            return await client.post("/v1/auth/token", data=body)

    async def client(self, login: str, password: str) -> httpx.AsyncClient:
        """A client that signed in with a password."""
        answer = await self.token(login, password)
        assert answer.status_code == 200, answer.text
        return self.under_test.anonymous(
            {"Authorization": f"Bearer {answer.json()['access_token']}"}
        )

    async def administrator(self) -> httpx.AsyncClient:
        """A client signed in as the first administrator."""
        return await self.client("admin", ADMIN_PASSWORD)

    async def hire(self, login: str, *roles: str, **fields: Any) -> dict[str, Any]:
        """Somebody new, hired by the administrator."""
        body = {"login": login, "name": login, "roles": list(roles), **fields}
        async with await self.administrator() as client:
            answer = await client.post("/v1/staff", json=body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())


@pytest.fixture(scope="module")
async def sign_ins(launch: Launch) -> SignIns:
    """A prepared customer service; the first administrator's password is known."""
    launched = await launch("customer")
    settings = CustomerSettings(
        database_url=launched.app.state.context.settings.database_url,
        admin_password=ADMIN_PASSWORD,
    )
    app = launched.service.create_app(settings, db=launched.db)
    assert await prepare(launched.db, settings) == (
        "First sign-in: admin / (the password that the settings give)",
    )
    launched.app = app
    return SignIns(replace(launched, app=app), settings)


@pytest.fixture(autouse=True, scope="session")
def cheap_passwords() -> None:
    """Hashes cost a millisecond; ``real_passwords`` shows what the real ones do."""
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=64)
    passwords._decoy.cache_clear()


@pytest.fixture
def real_passwords() -> Iterator[None]:
    """The parameters that are used outside of tests."""
    cheap, passwords._hasher = passwords._hasher, REAL_HASHER
    passwords._decoy.cache_clear()
    yield
    passwords._hasher = cheap
    passwords._decoy.cache_clear()
