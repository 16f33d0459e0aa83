"""The opportunity service with projects, quotes and visits of every owner."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID

from tests.conftest import Launch
from tests.matrix.oracle.relations import Relation
from tests.matrix.people import CHIEF, arrived, filed, handed_over, name_of, settle_in
from tests.matrix.scene import Body, Scene, Thing, acting
from tests.support import opportunity
from tests.support.services import ServiceUnderTest

#: So much off the list price that a sales manager is asked (S108).
_MUCH = "0.03"
#: The project is registered already; the plan is not handed in; approvals are not of papers.
MUTE = frozenset(
    {
        ("POST /v1/opportunities/{opportunity_id}/register", "contact_id"),
        ("POST /v1/plans/{plan_id}/close", "item_id"),
        ("GET /v1/approvals/opportunity", "document_id"),
    }
)


async def furnish(launch: Launch) -> Scene:
    """Enter everything through the public API, each thing by its owner; what somebody took over
    was begun by the one before, and follows its customer (S04)."""
    service = await launch("opportunity")
    owners = await settle_in(service)
    with acting(service, sales_manager=service.people[CHIEF]):
        product = await opportunity.listed_product(service)
    things = {}
    for place, (relation, owner) in enumerate(owners.items()):
        former = owners[Relation.OWN] if relation is Relation.SUCCESSOR else owner
        customer = await arrived(service, name_of(relation), former)
        with acting(service, account_manager=former):
            worth = Decimal(10**place)
            begun = await _begun(service, customer["customer_id"], worth)
        if former != owner:
            await handed_over(service, customer, owner)
        with acting(service, account_manager=owner):
            things[relation] = await _pursued(service, begun, product, relation)
            things[relation].worth = worth
    return Scene(
        service,
        things,
        fields,
        partial=frozenset({"waiting"}),
        figures={"matrix": _amounts, "pipeline": _amounts},
        mute=MUTE,
    )


def fields(operation: str, role: str, known: Body) -> Body:
    """What bodies say so that they are valid."""
    if operation in ("POST /v1/plans", "PUT /v1/plans/{plan_id}"):
        return {"items": [_visit(known)], "targets": None}
    return {}


def _visit(known: Body) -> Body:
    return {"category": "key", "action": "拜访", "customer_id": known["customer_id"]}


def _amounts(answer: Body) -> Iterator[str]:
    for cell in answer.get("cells") or answer["stages"]:
        yield from (each["amount"] for each in cell["amounts"])


async def _begun(service: ServiceUnderTest, customer: UUID, worth: Decimal) -> Body:
    """A project with a plan."""
    amount = opportunity.money(str(worth))
    opened = await opportunity.open_opportunity(
        service, customer_id=customer, expected_amount=amount
    )
    item = {"due_on": str(opportunity.today(7)), "action": "拜访"}
    async with service.client("account_manager") as client:
        path = f"/v1/opportunities/{opened['id']}/plan"
        return opportunity.succeeded(await client.post(path, json=item))


async def _pursued(
    service: ServiceUnderTest, begun: Body, product: Body, relation: Relation
) -> Thing:
    """What follows: the project registered, quoted for, and spoken about."""
    registered = opportunity.succeeded(await opportunity.register(service, begun))
    of_it = {"opportunity_id": begun["id"]}
    draft = await opportunity.draft_quote(service, [opportunity.line(product)], **of_it)
    much = [opportunity.line(product, discount=_MUCH)]
    waiting = await opportunity.draft_quote(service, much, **of_it)
    waiting = opportunity.succeeded(await opportunity.on_quote(service, waiting, "submit"))
    approval = await _approval(service, waiting)
    known = {
        "owner_id": str(service.people[CHIEF]),
        "customer_id": begun["customer_id"],
        "contact_id": registered["registration"]["contact_id"],
        "product_id": product["id"],
        "opportunity_id": begun["id"],
        "item_id": begun["plan"][0]["id"],
        "quote_id": draft["id"],
        "approval_id": approval["id"],
        "number": "1",
        "stage": "contact",
    }
    async with service.client("account_manager") as client:
        body = {"kind": "daily", "starts_on": str(opportunity.today(1)), "items": [_visit(known)]}
        plan = opportunity.succeeded(await client.post("/v1/plans", json=body))
    activity = await _visited(service, known)
    paper = await filed(service, "account_manager", "account_manager", begun["id"])
    known |= {
        "plan_id": plan["id"],
        "activity_id": activity["id"],
        "corrects_id": activity["id"],
        **paper,
    }
    made = [plan, draft, waiting, approval, activity, registered]
    canaries = {begun["customer_id"], paper["document_id"], *(each["id"] for each in made)}
    return Thing(known, canaries | {registered["number"], draft["number"], waiting["number"]})


async def _approval(service: ServiceUnderTest, quote: Body) -> Body:
    async with service.client("general_manager", name=CHIEF) as client:
        query = {"document_id": quote["id"]}
        (found,) = opportunity.succeeded(
            await client.get("/v1/approvals/opportunity", params=query)
        )["items"]
    return dict(found)


async def _visited(service: ServiceUnderTest, known: Body) -> Body:
    body = {name: known[name] for name in ("customer_id", "opportunity_id", "contact_id")}
    body |= {"kind": "visit", "result": "advanced", "next_contact_on": str(opportunity.today(3))}
    async with service.client("account_manager") as client:
        return opportunity.succeeded(await client.post("/v1/activities", json=body))
