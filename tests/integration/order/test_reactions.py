"""What other services' news changes in the order service besides replicas: hand-overs (S04)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from services.order.contracts.service import contracts
from services.order.deliveries.drafting import DraftDelivery, deliveries, draft_delivery
from services.order.orders.placing import PlaceOrder, orders, place_order
from services.order.products.line import Asked
from services.order.reactions import hand_over_open_work
from shared.domain.actor import SYSTEM, Actor
from shared.domain.ids import new_id
from shared.events.customer import CustomerOwnerChanged
from shared.events.staff import StaffHired, StaffLeft
from shared.events.vocabulary import Chain
from shared.inbox.arrival import Received
from tests.support import fulfilment
from tests.support import order as trade
from tests.support.amending import approval_of, contract_now, proposed
from tests.support.expenses import expense_now, submitted
from tests.support.opportunity import customer_state, deliver, event, parked, redeliver
from tests.support.services import ServiceUnderTest

Body = dict[str, Any]
KINDS = ("contracts", "orders", "deliveries", "invoices", "receipts")
NOWHERE: Body = {"department": None, "branch": None}


@pytest.fixture(scope="module")
async def product(order: ServiceUnderTest) -> UUID:
    """Something to sell."""
    return await trade.product(order)


async def _open_work(service: ServiceUnderTest, customer: UUID, product: UUID) -> dict[str, Body]:
    """One document of each kind that somebody still has to do with."""
    line = trade.line(product)
    ordered = await trade.approved_order(service, customer, line)
    shipped = await fulfilment.delivered(service, ordered, "3")
    return {
        "contracts": await trade.signed_contract(service, customer, line),
        "orders": ordered,
        "deliveries": await fulfilment.drafted_delivery(
            service, lines=[fulfilment.part(ordered, "2")]
        ),
        "invoices": await fulfilment.invoiced(service, shipped),
        "receipts": await fulfilment.received(service, customer, "500.00"),
    }


@pytest.fixture
def leaver(order: ServiceUnderTest) -> Iterator[UUID]:
    """The seller, who will leave; afterwards another has the place."""
    order.people.pop(trade.SELLER, None)
    yield trade.seller(order)
    order.people.pop(trade.SELLER, None)


async def _owners(service: ServiceUnderTest, documents: Mapping[str, Body]) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for kind, document in documents.items():
        shown = await trade.read(service, f"{kind}/{document['id']}")
        found.add((shown["owner_id"], shown["department"], shown["branch"]))
    return found


async def _done_work(service: ServiceUnderTest, customer: UUID, product: UUID) -> dict[str, Body]:
    """An order delivered, invoiced and paid: closed, and so is what it took."""
    placed = await trade.approved_order(service, customer, trade.line(product, "1"))
    delivery = await fulfilment.delivered(service, placed)
    invoice = await fulfilment.invoiced(service, delivery)
    receipt = await fulfilment.received(service, customer, invoice["total"]["amount"])
    await fulfilment.allocated(service, receipt, fulfilment.share(invoice))
    return {"orders": placed, "deliveries": delivery, "invoices": invoice, "receipts": receipt}


async def test_open_documents_follow_the_customer_to_its_new_owner(
    order: ServiceUnderTest, product: UUID
) -> None:
    """S04: what is done stays with who did it; the new owner sees and goes on with what is open."""
    customer = await trade.customer(order)
    before = trade.seller(order)
    open_work = await _open_work(order, customer, product)
    done = await _done_work(order, customer, product)
    heir = order.person("接任客户经理", "TESTS/EAST/SH/S3/")
    moved = CustomerOwnerChanged(
        **customer_state(customer, owner_id=heir, department="销售三部", branch="成都"),
        previous_owner_id=before,
    )
    envelope = await deliver(order, moved, customer, 2)
    await redeliver(order, envelope)
    assert await _owners(order, open_work) == {(str(heir), "销售三部", "成都")}
    assert {owner for owner, *_ in await _owners(order, done)} == {str(before)}
    for document in open_work.values():
        told = await trade.events_of(order, document["id"])
        assert (told[-1], told.count("handed_over")) == ("handed_over", 1)
    async with order.client("account_manager", name="接任客户经理") as client:
        for kind in KINDS:
            page = (await client.get(f"/v1/{kind}", params={"customer_id": str(customer)})).json()
            assert open_work[kind]["id"] in {each["id"] for each in page["items"]}, kind
    assert await parked(order) == []


async def test_work_with_other_customers_stays(order: ServiceUnderTest, product: UUID) -> None:
    """S04: only what concerns the customer, and only what was its owner's, is handed over."""
    customer, other = await trade.customer(order), await trade.customer(order)
    theirs = {"orders": await trade.placed_order(order, other, trade.line(product))}
    foreign = {"orders": await trade.placed_order(order, customer, trade.line(product))}
    state = customer_state(customer, owner_id=new_id())
    moved = CustomerOwnerChanged(**state, previous_owner_id=new_id())
    await deliver(order, moved, customer, 2)
    owners = await _owners(order, theirs | foreign)
    assert {owner for owner, *_ in owners} == {str(trade.seller(order))}


@pytest.mark.parametrize("heard_of", [True, False], ids=["known", "not heard of yet"])
async def test_the_open_documents_of_a_leaver_go_to_the_successor(
    order: ServiceUnderTest, product: UUID, leaver: UUID, heard_of: bool
) -> None:
    """S04: with customers of others too, at the successor's place as far as it is known."""
    customer = await trade.customer(order)
    heir = new_id()
    state: Body = {"roles": ("account_manager",), "status": "active"}
    if heard_of:
        place: Body = {"department": "销售三部", "branch": "成都"}
        await deliver(order, StaffHired(staff_id=heir, name="接任者", **place, **state), heir)
    work = await _open_work(order, customer, product)
    left = StaffLeft(
        staff_id=leaver,
        name="离职者",
        roles=("account_manager",),
        department="销售四部",
        branch="武汉",
        status="left",
        successor_id=heir,
    )
    await deliver(order, left, new_id())
    expected = ("销售三部", "成都") if heard_of else ("销售四部", "武汉")
    assert await _owners(order, work) == {(str(heir), *expected)}
    assert await parked(order) == []


async def test_what_of_a_leaver_waits_for_a_decision_goes_with_its_document(
    order: ServiceUnderTest, leaver: UUID
) -> None:
    """S04, S109: that of no customer as well, so that those above the successor see it."""
    waiting = [
        await submitted(order),
        await submitted(order, customer_id=str(await trade.customer(order))),
    ]
    heir = order.person("接任申请人", "TESTS/EAST/SH/S6/")
    left = StaffLeft(
        staff_id=leaver, name="离职者", roles=(), status="left", successor_id=heir, **NOWHERE
    )
    await deliver(order, left, new_id())
    for expense in waiting:
        approval = await approval_of(order, expense)
        assert {(await expense_now(order, expense))["owner_id"], approval["owner_id"]} == {
            str(heir)
        }
    assert await parked(order) == []


async def test_the_approval_of_another_name_follows_the_present_customer(
    order: ServiceUnderTest, product: UUID
) -> None:
    """S04, S129: the contract is the present customer's until the amendment is approved."""
    customer, other = await trade.customer(order), await trade.customer(order)
    contract = await trade.signed_contract(order, customer, trade.line(product))
    amendment = await proposed(order, contract, kind="rename", customer_id=str(other))
    heir = order.person("更名接任者", "TESTS/EAST/SH/S7/")
    for moved, owner in ((other, new_id()), (customer, heir)):
        state = customer_state(moved, owner_id=owner)
        news = CustomerOwnerChanged(**state, previous_owner_id=trade.seller(order))
        await deliver(order, news, moved, 2)
        expected = str(trade.seller(order)) if moved == other else str(heir)
        assert (await approval_of(order, amendment))["owner_id"] == expected
        assert (await contract_now(order, contract))["owner_id"] == expected


async def test_without_a_successor_documents_stay(
    order: ServiceUnderTest, product: UUID, leaver: UUID
) -> None:
    """S04: managers see them where they are."""
    customer = await trade.customer(order)
    work = {"orders": await trade.placed_order(order, customer, trade.line(product))}
    left = StaffLeft(
        staff_id=leaver,
        name="离职者",
        roles=("account_manager",),
        department="销售四部",
        branch="武汉",
        status="left",
        successor_id=None,
    )
    await deliver(order, left, new_id())
    assert {owner for owner, *_ in await _owners(order, work)} == {str(leaver)}


@pytest.mark.parametrize("entered", ["order", "delivery"])
async def test_what_is_entered_at_the_same_moment_follows_as_well(
    order: ServiceUnderTest, product: UUID, entered: str
) -> None:
    """S04: a document whose transaction is open while its customer is handed over does not stay
    behind with somebody who does not see the customer any more."""
    customer = await trade.customer(order)
    before, heir = trade.seller(order), new_id()
    ordered = await trade.approved_order(order, customer, trade.line(product))
    state = customer_state(customer, owner_id=heir)
    moved = CustomerOwnerChanged(**state, previous_owner_id=before)
    seller = Actor(before, trade.SELLER, department="销售一部", branch="上海")
    async with order.db.transaction(seller) as uow:
        document: Any
        if entered == "order":
            price = Decimal("100.00")
            asked = (Asked(product_id=product, quantity=Decimal(1), unit_price=price),)
            document = await place_order(
                uow,
                PlaceOrder(
                    chain=Chain.ORDINARY,
                    permitted=tuple(Chain),
                    customer_id=customer,
                    currency="CNY",
                    lines=asked,
                ),
            )
        else:
            document = await draft_delivery(uow, DraftDelivery(order_ids=(UUID(ordered["id"]),)))
        handing = asyncio.create_task(deliver(order, moved, customer, 2))
        await asyncio.sleep(0.5)  # unless it waits for us, it is through by now
    await handing
    kind = {"order": "orders", "delivery": "deliveries"}[entered]
    shown = await trade.read(order, f"{kind}/{document.id}")
    assert shown["owner_id"] == str(heir)
    assert await parked(order) == []


async def test_who_works_on_what_came_up_meanwhile_and_the_hand_over_do_not_block_each_other(
    order: ServiceUnderTest, product: UUID
) -> None:
    """S04: a delivery comes up behind its place while the hand-over waits for its order and then
    for a contract; somebody works on it, and wants the order. Both go on, and all is handed over.
    """
    customer = await trade.customer(order)
    before, heir = trade.seller(order), new_id()
    ordered = await trade.approved_order(order, customer, trade.line(product))
    contract = await trade.signed_contract(order, customer, trade.line(product))
    state = customer_state(customer, owner_id=heir)
    moved = CustomerOwnerChanged(**state, previous_owner_id=before)
    seller = Actor(before, trade.SELLER, department="销售一部", branch="上海")
    async with order.db.transaction(SYSTEM) as signing:
        await contracts.get_for_update(signing, UUID(contract["id"]))
        async with order.db.transaction(seller) as uow:
            made = await draft_delivery(uow, DraftDelivery(order_ids=(UUID(ordered["id"]),)))
            handing = asyncio.create_task(deliver(order, moved, customer, 2))
            await asyncio.sleep(0.3)
        await asyncio.sleep(0.3)  # the hand-over has the order by now, and waits for the contract
        working = asyncio.create_task(_lock_in_order(order, made.id, UUID(ordered["id"])))
        await asyncio.sleep(0.3)
    await asyncio.gather(handing, working)
    documents: dict[str, Body] = {
        "orders": ordered,
        "contracts": contract,
        "deliveries": {"id": made.id},
    }
    assert {owner for owner, *_ in await _owners(order, documents)} == {str(heir)}
    assert await parked(order) == []


async def _lock_in_order(service: ServiceUnderTest, delivery_id: UUID, order_id: UUID) -> None:
    """As who checks a delivery does."""
    async with service.db.transaction(SYSTEM) as uow:
        await deliveries.get_for_update(uow, delivery_id)
        await orders.get_for_update(uow, order_id)


async def test_a_customer_that_was_handed_over_is_nothing_to_its_previous_owner_at_once(
    order: ServiceUnderTest, product: UUID
) -> None:
    """S04: also when the news reaches the documents before it reaches the replica."""
    customer = await trade.customer(order)
    state = customer_state(customer, owner_id=new_id())
    moved = CustomerOwnerChanged(**state, previous_owner_id=trade.seller(order))
    async with order.db.transaction(SYSTEM) as uow:
        await hand_over_open_work(uow, Received(event(moved, customer, 2), moved))
    body = {"customer_id": str(customer), "lines": [trade.line(product)]}
    answer = await trade.send(order, trade.SELLER, "orders", body)
    assert answer.json()["code"] == "unknown_customer"
