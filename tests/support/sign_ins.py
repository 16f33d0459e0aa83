"""A customer service that issues its own tokens, for tests of signing in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from services.customer.settings import CustomerSettings
from tests.support.services import ServiceUnderTest

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

    async def refresh(self, token: str, client_id: str = "kehu") -> httpx.Response:
        """Ask for the next tokens with a refresh token."""
        form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": client_id}
        async with self.under_test.anonymous() as client:
            return await client.post("/v1/auth/token", data=form)

    def bearer(self, tokens: dict[str, Any]) -> httpx.AsyncClient:
        """A client with an access token."""
        return self.under_test.anonymous({"Authorization": f"Bearer {tokens['access_token']}"})

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
