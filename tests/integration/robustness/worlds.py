"""Services with something of everything in them, so that bad input aims at what is there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

import httpx

from shared.auth.roles import Role
from shared.domain.clock import now
from shared.domain.ids import new_id
from shared.events.envelope import Envelope
from shared.inbox.inbox import Inbox
from tests.support import fulfilment, opportunity, order, organisation
from tests.support.documents import attached
from tests.support.feeding import Feed
from tests.support.operations import Known, Operation, operations
from tests.support.opportunity import succeeded
from tests.support.portal import buyer as portal_user
from tests.support.portal import item, signed_in
from tests.support.services import ServiceUnderTest

EVERY_ROLE = tuple(str(role) for role in Role)
#: What people of the house may hold: customers have a role of their own.
STAFF_ROLES = tuple(each for each in EVERY_ROLE if each != Role.CUSTOMER_PORTAL)
EVERYBODY = "everybody"
BUYER = "somebody of the customer"
PASSWORD = "present password"
Body = dict[str, Any]


@dataclass(frozen=True)
class World:
    """A furnished service, and the ids of what is in it by the names that paths and bodies use."""

    service: ServiceUnderTest
    known: Known

    @property
    def operations(self) -> list[Operation]:
        """All that its document describes."""
        return list(operations(self.service.service.name, self.service.app.openapi()))

    def client(self) -> httpx.AsyncClient:
        """Somebody who may do everything, so that nothing is refused for want of a role; in the
        portal somebody of the customer."""
        client = self.service.anonymous()
        client.auth = self._sign
        return client

    def authorization(self, path: str) -> str:
        """The header of who may do everything at a path, always with the same token."""
        return self._of_customer if path.startswith("/v1/portal/") else self._of_house

    @cached_property
    def _of_house(self) -> str:
        client = self.service.client(*EVERY_ROLE, name=EVERYBODY)
        return client.headers["authorization"]

    @cached_property
    def _of_customer(self) -> str:
        client = signed_in(self.service, BUYER, UUID(self.known["customer_id"]))
        return client.headers["authorization"]

    def _sign(self, request: httpx.Request) -> httpx.Request:
        request.headers["authorization"] = self.authorization(request.url.path)
        return request


async def furnish(service: ServiceUnderTest) -> World:
    """Enter something of everything through the public API."""
    known = await _FURNISH[service.service.name](service)
    return World(service, known | await _parked(service))


async def _customer(service: ServiceUnderTest) -> Body:
    await service.service.prepare(service.db, service.app.state.context.settings)
    async with service.client("administrator") as client:
        root = await organisation.company(client)
        branch = await organisation.opened(client, root, "branch")
        role = {"code": "auditor", "name": "Auditor", "name_zh": "审计"}
        auditor = succeeded(await client.post("/v1/roles", json=role))
        hired = []
        for login, password in (("every.body", PASSWORD), ("next", None), ("third", None)):
            body = {"login": login, "name": login, "roles": STAFF_ROLES, "password": password}
            hired.append(succeeded(await client.post("/v1/staff", json=body)))
    everybody, successor, third = (each["id"] for each in hired)
    service.people[EVERYBODY] = UUID(everybody)
    async with service.client(*EVERY_ROLE, name=EVERYBODY) as client:
        entered = await client.post("/v1/customers", json={"name": "深圳海风科技有限公司"})
        customer = succeeded(entered)
        path = f"/v1/customers/{customer['id']}"
        contact = succeeded(await client.post(f"{path}/contacts", json={"name": "李雷"}))
        confirm = f"{path}/confirm"
        customer = succeeded(await client.post(confirm, headers=opportunity.etag(customer)))
        buyer = {"customer_id": customer["id"], "login": "buyer", "name": "韩梅梅"}
        buyer = succeeded(await client.post("/v1/portal-users", json=buyer))
        wish = {"level": "A", "reason": "用量大"}
        proposal = succeeded(await client.post(f"{path}/level-proposals", json=wish))
        waiting = succeeded(await client.get("/v1/approvals/customer"))["items"]
        days = {"starts_on": "2100-01-01", "ends_on": "2100-01-07"}
        people = {"principal_id": successor, "deputy_id": third}
        deputy = succeeded(await client.post("/v1/deputies", json=people | days))
    return await _filed(service, customer["id"]) | {
        "customer_id": customer["id"],
        "contact_id": contact["id"],
        "portal_user_id": buyer["id"],
        "level_proposal_id": proposal["id"],
        "approval_id": waiting[0]["id"],
        "staff_id": third,
        "owner_id": successor,
        "from_owner_id": everybody,
        "to_owner_id": successor,
        "successor_id": successor,
        "current_password": PASSWORD,
        "unit_id": branch["id"],
        "role_id": auditor["id"],
        "principal_id": third,
        "deputy_id": successor,
        "deputyship_id": deputy["id"],
        "parent_id": root["id"],
        "manager_id": successor,
    }


async def _opportunity(service: ServiceUnderTest) -> Body:
    owner = await opportunity.known_staff(service, "account_manager")
    await opportunity.known_staff(service, EVERYBODY)
    product = await opportunity.product(service)
    prices = [opportunity.price(product, "100.00")]
    await opportunity.price_list(service, prices)
    draft = await opportunity.price_list(service, prices, approved=False)
    opened = await opportunity.open_opportunity(service)
    registered = await opportunity.project(service, customer_id=opened["customer_id"])
    quote = await opportunity.draft_quote(
        service, [opportunity.line(product)], opportunity_id=registered["id"]
    )
    async with service.client(*EVERY_ROLE, name=EVERYBODY) as client:
        item = {"due_on": str(opportunity.today(7)), "action": "拜访"}
        path = f"/v1/opportunities/{opened['id']}"
        planned = succeeded(await client.post(f"{path}/plan", json=item))
        visit = {"customer_id": opened["customer_id"], "kind": "visit", "result": "advanced"}
        activity = succeeded(await client.post("/v1/activities", json=visit))
        day = {"kind": "daily", "starts_on": str(opportunity.today()), "items": []}
        plan = succeeded(await client.post("/v1/plans", json=day))
    return await _filed(service, opened["id"]) | {
        "customer_id": opened["customer_id"],
        "owner_id": str(owner),
        "opportunity_id": opened["id"],
        "contact_id": registered["registration"]["contact_id"],
        "item_id": planned["plan"][0]["id"],
        "activity_id": activity["id"],
        "plan_id": plan["id"],
        "product_id": product["id"],
        "price_list_id": draft["id"],
        "quote_id": quote["id"],
        "stage": "contact",
    }


async def _order(service: ServiceUnderTest) -> Body:
    buyer = await order.customer(service)
    product = await order.product(service)
    line = order.line(product)
    contract = await order.signed_contract(service, buyer, line)
    waiting = await order.drafted_contract(service, buyer, line)
    waiting = await order.submitted_contract(service, waiting)
    placed = await order.placed_order(service, buyer, line)
    approved = await order.approved_order(service, buyer, line)
    delivery = await fulfilment.drafted_delivery(service, lines=[fulfilment.part(approved, "2")])
    shipped = await fulfilment.delivered(service, approved, "3")
    invoice = await fulfilment.invoiced(service, shipped)
    receipt = await fulfilment.received(service, buyer, "500.00")
    paid = await fulfilment.allocated(service, receipt, fulfilment.share(invoice, "50.00"))
    prepayment = await order.prepaid(service, buyer, "1000.00")
    draft = await (await portal_user(service, buyer, BUYER)).draft(item(product))
    level = {"product_id": str(product), "site": "上海一号仓", "on_hand": "12.5"}
    stock = await order.done(service, "warehouse", "stock", level)
    return await _filed(service, waiting["id"]) | {
        "customer_id": str(buyer),
        "product_id": str(product),
        "contract_id": waiting["id"],
        "contract_line_id": contract["lines"][0]["id"],
        "order_id": placed["id"],
        "order_line_id": approved["lines"][0]["id"],
        "delivery_id": delivery["id"],
        "delivery_line_id": shipped["lines"][0]["id"],
        "invoice_id": invoice["id"],
        "receipt_id": receipt["id"],
        "allocation_id": paid["allocations"][0]["id"],
        "prepayment_id": prepayment["id"],
        "stock_id": stock["id"],
        "draft_id": draft["id"],
    }


async def _filed(service: ServiceUnderTest, object_id: str) -> Body:
    """A document of the first kind of object that the service has documents of."""
    name = service.service.name
    object_type = "contract" if name == "order" else name
    async with service.client(*EVERY_ROLE, name=EVERYBODY) as client:
        document = await attached(client, f"/v1/documents/{name}", object_type, object_id)
    return {"object_id": object_id, "document_id": document["id"], "number": "1"}


async def _analytics(service: ServiceUnderTest) -> Body:
    return {"customer_id": str(new_id())}


async def _parked(service: ServiceUnderTest) -> Body:
    """An event that no consumer of the service could apply."""
    if not service.service.consumers:
        return {}
    consumer = service.service.consumers[0]
    event_type = min(consumer.types)
    poison = Envelope(
        id=new_id(),
        type=event_type,
        source=f"/kehu/{event_type.split('.')[1]}",
        aggregate_type=event_type.split(".")[2],
        aggregate_id=new_id(),
        sequence=1,
        time=now(),
        data='{"poison": true}',
        actor_id=new_id(),
        correlation_id=new_id(),
    )
    await Feed(Inbox(service.db, consumer, retry_pauses=())).send([poison])
    return {"consumer": consumer.name, "event_id": str(poison.id)}


_FURNISH: dict[str, Callable[[ServiceUnderTest], Awaitable[Body]]] = {
    "customer": _customer,
    "opportunity": _opportunity,
    "order": _order,
    "analytics": _analytics,
}
