"""People of customers in tests of the order service: known by events, signed in by their tokens."""

from __future__ import annotations

from itertools import count
from typing import Any
from uuid import UUID

import httpx

from shared.domain.ids import new_id
from shared.events.identity import PortalUserDeactivated, PortalUserErased, PortalUserInvited
from tests.support import fulfilment, order
from tests.support.opportunity import deliver, etag, succeeded
from tests.support.services import ServiceUnderTest

Body = dict[str, Any]
PORTAL = "customer_portal"
_serials = count(1)


class Buyer:
    """Somebody of a customer, and what they do in the portal."""

    def __init__(self, service: ServiceUnderTest, customer_id: UUID, name: str) -> None:
        self.service = service
        self.customer_id = customer_id
        self.name = name
        self.id = service.people.setdefault(name, new_id())

    def client(self) -> httpx.AsyncClient:
        """A client signed in as them."""
        return signed_in(self.service, self.name, self.customer_id)

    async def send(
        self, method: str, path: str, body: Body | None = None, *, seen: Body | None = None
    ) -> httpx.Response:
        """A request of theirs; ``seen`` is the document as they saw it."""
        headers = etag(seen) if seen else {}
        async with self.client() as client:
            return await client.request(method, f"/v1/portal/{path}", json=body, headers=headers)

    async def get(self, path: str) -> Body:
        """What a path answers."""
        return succeeded(await self.send("GET", path))

    async def items(self, path: str) -> list[Body]:
        """What stands in a list."""
        return list((await self.get(path))["items"])

    async def draft(self, *lines: Body, **fields: Any) -> Body:
        """A draft of theirs."""
        return succeeded(await self.send("POST", "drafts", {"lines": list(lines)} | fields))

    async def try_to_submit(self, draft: Body, **body: Any) -> httpx.Response:
        """An attempt to hand a draft in."""
        return await self.send("POST", f"drafts/{draft['id']}/submit", body, seen=draft)

    async def submit(self, draft: Body, **body: Any) -> Body:
        """The order that a draft became."""
        return succeeded(await self.try_to_submit(draft, **body))

    async def shut_out(self) -> None:
        """Tell the service, by an event, that the portal is closed to them."""
        await deliver(self.service, PortalUserDeactivated(**self._state("inactive")), self.id, 2)

    async def forgotten(self) -> None:
        """Tell the service, by events, that they were shut out and erased."""
        await self.shut_out()
        await deliver(self.service, PortalUserErased(**self._state("inactive")), self.id, 3)

    async def told_of(self) -> None:
        """Tell the service, by an event, of them."""
        await deliver(self.service, PortalUserInvited(**self._state("active")), self.id)

    def _state(self, status: str) -> Body:
        return {"portal_user_id": self.id, "customer_id": self.customer_id, "status": status}


async def buyer(service: ServiceUnderTest, customer_id: UUID, name: str = "") -> Buyer:
    """Somebody of a customer, whom the service was told of."""
    found = Buyer(service, customer_id, name or f"buyer {next(_serials)}")
    await found.told_of()
    return found


def signed_in(service: ServiceUnderTest, name: str, customer_id: UUID) -> httpx.AsyncClient:
    """A client with the token of a portal user."""
    return service.client(PORTAL, name=name, principal="portal", customer_id=str(customer_id))


def item(product_id: UUID, quantity: str = "10", **fields: Any) -> Body:
    """A line of a draft."""
    return {"product_id": str(product_id), "quantity": quantity} | fields


async def dealt(service: ServiceUnderTest, customer: UUID) -> dict[str, Body]:
    """A deal of a customer: ordered in the portal, delivered in part, the next delivery and the
    invoice waiting; and another draft."""
    someone = await buyer(service, customer)
    product = await order.product(service)
    placed = await someone.submit(await someone.draft(item(product, "10")))
    seen = await order.read(service, f"orders/{placed['id']}")
    approved = await order.reviewed_order(service, seen)
    prepared = await fulfilment.drafted_delivery(service, lines=[fulfilment.part(approved, "2")])
    shipped = await fulfilment.delivered(service, approved, "4")
    waiting = await fulfilment.drafted_invoice(service, shipped)
    return {
        "drafts": await someone.draft(item(product)),
        "orders": placed,
        "deliveries": shipped,
        "invoices": waiting,
        "prepared": prepared,
    }
