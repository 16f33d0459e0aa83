"""The list of what waits for somebody, and the approvals and processes behind it, over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.opportunity import etag, succeeded
from tests.support.services import DEPARTMENT, ServiceUnderTest

Json = dict[str, Any]
#: Sees everything.
CHIEF = "general_manager"


@dataclass(frozen=True)
class WorkList:
    """The approvals of one service."""

    service: ServiceUnderTest

    @property
    def root(self) -> str:
        """The address of the approvals."""
        return f"/v1/approvals/{self.service.service.name}"

    async def runs(self, document: Json) -> list[Json]:
        """All approvals of a document, oldest first."""
        found = await self._get(f"{self.root}?document_id={document['id']}&sort=started")
        return [await self._get(f"{self.root}/{each['id']}") for each in found["items"]]

    async def of(self, document: Json) -> Json:
        """The newest approval of a document."""
        return (await self.runs(document))[-1]

    async def waiting(self, *roles: str, name: str = "", unit: str = DEPARTMENT) -> set[str]:
        """The documents that wait for somebody."""
        async with self.service.client(*roles, name=name, unit=unit) as client:
            page = succeeded(await client.get(f"{self.root}/waiting?page_size=200"))
        assert page["next_page_token"] is None
        return {each["document_id"] for each in page["items"]}

    async def say(
        self,
        approval: Json,
        step: str,
        *roles: str,
        name: str = "",
        unit: str = DEPARTMENT,
        **body: Any,
    ) -> httpx.Response:
        """Approve, reject, return, comment or withdraw."""
        async with self.service.client(*roles, name=name, unit=unit) as client:
            address = f"{self.root}/{approval['id']}/{step}"
            return await client.post(address, json=body, headers=etag(approval))

    async def adopt(self, kind: str, **body: Any) -> Json:
        """Put a definition in force."""
        path = f"{self.root}/processes/{kind}"
        async with self.service.client("administrator") as client:
            present = succeeded(await client.get(path))
            return succeeded(await client.put(path, json=body, headers=etag(present)))

    async def adopt_shipped(self, kind: str) -> None:
        """Put the definition in force that Kehu comes with."""
        shipped = await self._get(f"{self.root}/processes/{kind}?version=1")
        names = ("routes", "at_limit", "ladder", "currency")
        await self.adopt(kind, **{name: shipped[name] for name in names})

    async def _get(self, path: str) -> Json:
        async with self.service.client(CHIEF) as client:
            return succeeded(await client.get(path))
