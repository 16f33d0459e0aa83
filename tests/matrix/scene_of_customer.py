"""The customer service with customers of every owner, and what the owners did with them. The
company and everybody in it are entered here, where other services hear of them."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import httpx

from tests.conftest import Launch
from tests.matrix.oracle.relations import SOMEBODYS, Relation
from tests.matrix.people import (
    ASKER,
    CHIEF,
    UNITS,
    WORKPLACES,
    filed,
    name_of,
    sent_file,
)
from tests.matrix.scene import Body, Scene, Thing
from tests.support.opportunity import etag, succeeded, today
from tests.support.services import ServiceUnderTest

#: Who gets what is handed over, and the one telephone that all customers share.
_NEWCOMER, _PHONE = "newcomer", "010-82882288"
#: Approvals are not of papers.
MUTE = frozenset({("GET /v1/approvals/customer", "document_id")})


async def furnish(launch: Launch) -> Scene:
    """Enter everything through the public API, each thing by its owner; what somebody took over
    was entered by the one before (S04)."""
    service = await launch("customer")
    await service.service.prepare(service.db, service.app.state.context.settings)
    async with service.client("administrator") as administrator:
        await _settled(service, administrator)
        things = {}
        for relation in WORKPLACES:
            things[relation] = await _entered(service, administrator, relation)
    queries = {"customers": [{}, {"q": "客户"}, {"q": "kehu"}]}
    return Scene(service, things, queries=queries, partial=frozenset({"waiting"}), mute=MUTE)


async def _settled(service: ServiceUnderTest, administrator: httpx.AsyncClient) -> None:
    root = succeeded(await administrator.get("/v1/units", params={"kind": "company"}))["items"][0]
    units = {"HQ": root["id"]}
    for code, (kind, above) in UNITS.items():
        if above is not None:
            body = {"parent_id": units[above], "code": code, "name": code, "kind": kind}
            units[code] = succeeded(await administrator.post("/v1/units", json=body))["id"]
    places = {name_of(relation): code for relation, code in WORKPLACES.items()}
    for name, code in (places | {CHIEF: "HQ", _NEWCOMER: "ASIA"}).items():
        body = {"login": name, "name": name, "roles": ["account_manager"], "unit_id": units[code]}
        hired = succeeded(await administrator.post("/v1/staff", json=body))
        service.people[name] = UUID(hired["id"])
    days = {Relation.PRINCIPAL: today(0), Relation.FORMER_PRINCIPAL: today(1)}
    for relation, first in days.items():
        await _appointed(service, administrator, name_of(relation), first)


async def _appointed(
    service: ServiceUnderTest, administrator: httpx.AsyncClient, principal: str, first: date
) -> None:
    body = {
        "principal_id": str(service.people[principal]),
        "deputy_id": str(service.people[ASKER]),
        "starts_on": str(first),
        "ends_on": str(today(7)),
    }
    succeeded(await administrator.post("/v1/deputies", json=body))


async def _entered(
    service: ServiceUnderTest, administrator: httpx.AsyncClient, relation: Relation
) -> Thing:
    owner = name_of(relation)
    former = ASKER if relation is Relation.SUCCESSOR else owner
    handover = await _nothing_handed_over(service, administrator, owner)
    customer, contact = await _introduced(service, former, owner)
    path = f"/v1/customers/{customer['id']}"
    async with service.client("general_manager", name=CHIEF) as chief:
        formal = succeeded(await chief.post(f"{path}/confirm", headers=etag(customer)))
        credit, first = {"settlement": "open"}, {"If-None-Match": "*"}
        succeeded(await chief.put(f"{path}/credit", json=credit, headers=first))
        if former != owner:
            body = {"owner_id": str(service.people[owner])}
            succeeded(await chief.post(f"{path}/hand-over", json=body, headers=etag(formal)))
    async with service.client("account_manager", name=owner) as client:
        body = {"customer_id": customer["id"], "login": f"{owner}.portal", "name": f"买家{owner}"}
        buyer = succeeded(await client.post("/v1/portal-users", json=body))
        body = {"level": "A", "reason": "预算已批"}
        proposal = succeeded(await client.post(f"{path}/level-proposals", json=body))
        query = {"document_id": proposal["id"]}
        (approval,) = succeeded(await client.get("/v1/approvals/customer", params=query))["items"]
    known = {
        "customer_id": customer["id"],
        "contact_id": contact["id"],
        "portal_user_id": buyer["id"],
        "level_proposal_id": proposal["id"],
        "approval_id": approval["id"],
        "owner_id": str(service.people[_NEWCOMER]),
        "handover_id": handover["id"],
        "number": "1",
        **await filed(service, "account_manager", owner, customer["id"]),
        **await sent_file(service, "sales_manager", owner, "/v1/customers/imports"),
    }
    ids = {known[name] for name in SOMEBODYS & known.keys()}
    return Thing(
        known, {*ids, customer["name"], customer["number"], contact["name"], buyer["name"]}
    )


async def _introduced(service: ServiceUnderTest, by: str, name: str) -> tuple[Body, Body]:
    """A customer and somebody to talk to there."""
    body = {"name": f"客户{name}有限公司", "phone": _PHONE, "accept_duplicates": True}
    async with service.client("account_manager", name=by) as client:
        customer = succeeded(await client.post("/v1/customers", json=body))
        path = f"/v1/customers/{customer['id']}/contacts"
        return customer, succeeded(await client.post(path, json={"name": f"联系人{name}"}))


async def _nothing_handed_over(
    service: ServiceUnderTest, administrator: httpx.AsyncClient, owner: str
) -> Body:
    """A hand-over from somebody who has no customers yet."""
    people = {"from_owner_id": owner, "to_owner_id": _NEWCOMER}
    body = {field: str(service.people[name]) for field, name in people.items()}
    return succeeded(await administrator.post("/v1/handovers", json=body))
