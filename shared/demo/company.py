"""The people of the demo, hired over the API, and what each of them sends."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from shared.host.errors import HostError

ADMINISTRATOR = "admin"
_TRIES, _PAUSE_SECONDS = 100, 0.1


class Refused(HostError):
    """The system answered what the demo did not expect."""


class Company:
    """Clients of the system, one for each person; passwords are kept beside the data (0600)."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self._notes = folder / "demo.json"
        self._clients: dict[str, httpx.AsyncClient] = {}
        self.ids: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for client in self._clients.values():
            await client.aclose()

    def admin_password(self) -> str:
        """Return the administrator's password: of the last time, or made now for a first start."""
        if not self._notes.exists():
            self._notes.parent.mkdir(parents=True, exist_ok=True)
            self._notes.touch(mode=0o600)
            self._notes.write_text(json.dumps({ADMINISTRATOR: secrets.token_urlsafe(12)}))
        return str(json.loads(self._notes.read_text())[ADMINISTRATOR])

    async def open(self) -> None:
        """Sign the administrator in."""
        await self._sign_in(ADMINISTRATOR, self.admin_password())

    async def employ(self, login: str, person: Mapping[str, Any]) -> None:
        """Sign somebody in; who is not there yet is hired first."""
        password = secrets.token_urlsafe(12)
        self.ids[login] = await self._hire(login, {**person, "login": login, "password": password})
        await self._sign_in(login, password)

    async def get(self, who: str, path: str, **query: Any) -> Any:
        """Return what somebody reads."""
        response = await self._clients[who].get(path, params=query or None)
        return _body(response)

    async def post(
        self, who: str, path: str, body: Any = None, *, of: Mapping[str, Any] | None = None
    ) -> Any:
        """Send what somebody does; ``of`` is the document as it was read, for ``If-Match``."""
        return await self._send("POST", who, path, body, of)

    async def put(
        self, who: str, path: str, body: Any, *, of: Mapping[str, Any] | None = None
    ) -> Any:
        """Write a document whole; without ``of`` there must be none yet."""
        return await self._send("PUT", who, path, body, of)

    async def patch(self, who: str, path: str, body: Any, *, of: Mapping[str, Any]) -> Any:
        """Change some fields of a document."""
        return await self._send("PATCH", who, path, body, of)

    async def upload(
        self, who: str, path: str, content: bytes, key: str, **form: str
    ) -> tuple[str, Any]:
        """Upload a CSV file to import; return where the job is looked at, and the job.

        The same ``key`` starts the same job only once.
        """
        response = await self._clients[who].post(
            path,
            data=form,
            files={"file": ("demo.csv", content, "text/csv")},
            headers={"Idempotency-Key": key},
        )
        return response.headers.get("location", ""), _body(response)

    async def _send(
        self, method: str, who: str, path: str, body: Any, of: Mapping[str, Any] | None
    ) -> Any:
        headers = {"Idempotency-Key": secrets.token_hex(16)}
        if of is not None:
            headers["If-Match"] = f'"v{of["version"]}"'
        elif method == "PUT":
            headers["If-None-Match"] = "*"
        client = self._clients[who]
        for _ in range(_TRIES):
            response = await client.request(method, path, json=body, headers=headers)
            if not (response.is_client_error and response.json().get("retryable")):
                break
            await asyncio.sleep(_PAUSE_SECONDS)  # what it names is still on its way
        return _body(response)

    async def _sign_in(self, login: str, password: str) -> None:
        async with httpx.AsyncClient(base_url=self.url, trust_env=False) as client:
            form = {"grant_type": "password", "username": login, "password": password}
            response = await client.post("/v1/auth/token", data=form)
        if response.status_code == 400 and login == ADMINISTRATOR:
            raise HostError(
                "This system was started before, with an administrator the demo does not know."
                " Run the demo on a data folder of its own (--data), or make clean first."
            )
        bearer = {"Authorization": f"Bearer {_body(response)['access_token']}"}
        self._clients[login] = httpx.AsyncClient(
            base_url=self.url, headers=bearer, trust_env=False, timeout=60
        )

    async def _hire(self, login: str, person: Mapping[str, Any]) -> str:
        known = await self.get(ADMINISTRATOR, "/v1/staff", page_size=200)
        for each in known["items"]:
            if each["login"] == login:
                path = f"/v1/staff/{each['id']}/password"
                await self.post(ADMINISTRATOR, path, _given(person["password"]))
                return str(each["id"])
        return str((await self.post(ADMINISTRATOR, "/v1/staff", person))["id"])


def _given(password: str) -> dict[str, Any]:
    return {"password": password, "one_time": False}


def _body(response: httpx.Response) -> Any:
    if response.is_success:
        return response.json() if response.content else None
    request = response.request
    detail = response.json().get("detail") if "json" in response.headers["content-type"] else ""
    raise Refused(f"{response.status_code} {detail} ({request.method} {request.url.path})")
