"""Deputies in orders, deliveries, invoices and contracts: both names stand in what they do, and
neither of the two approves what either wrote."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa

from shared.domain.ids import new_id
from tests.support.fulfilment import drafted_invoice, shipped
from tests.support.opportunity import etag
from tests.support.order import (
    Body,
    approved_order,
    customer,
    drafted_contract,
    line,
    placed_order,
    product,
    read,
    submitted_contract,
)
from tests.support.services import ServiceUnderTest
from tests.support.standing_in import appointed, works_here

DEPUTY, PRINCIPAL = "代理人", "被代理人"


@pytest.fixture(scope="module")
async def principal(order: ServiceUnderTest) -> UUID:
    """A manager whom somebody stands in for today; both are managers."""
    principal_id = await works_here(order, PRINCIPAL, "sales_manager")
    deputy_id = await works_here(order, DEPUTY, "sales_manager")
    await appointed(order, deputy_id, principal_id)
    return principal_id


async def act(
    service: ServiceUnderTest,
    path: str,
    body: Any = None,
    *,
    seen: Body | None = None,
    for_: UUID | None = None,
    name: str = DEPUTY,
    role: str = "sales_manager",
    key: str = "",
) -> httpx.Response:
    """A request of one of the two, the deputy's in the principal's name when ``for_`` says so."""
    headers = {"Idempotency-Key": key or str(new_id())} | (etag(seen) if seen else {})
    if for_ is not None:
        headers["On-Behalf-Of"] = str(for_)
    async with service.client(role, name=name) as client:
        return await client.post(f"/v1/{path}", json=body, headers=headers)


async def order_body(service: ServiceUnderTest) -> Body:
    """An order of ten pieces."""
    buyer = await customer(service)
    return {"customer_id": str(buyer), "lines": [line(await product(service))]}


async def test_an_order_in_somebodys_name_is_theirs_and_says_who_wrote_it(
    order: ServiceUnderTest, principal: UUID
) -> None:
    """S18, S214: owner and place of the principal; both names in the audit and on the event."""
    answer = await act(order, "orders", await order_body(order), for_=principal)
    placed = answer.json()
    assert answer.status_code == 201, answer.text
    deputy = order.people[DEPUTY]
    assert placed["owner_id"] == str(principal)
    assert (placed["department"], placed["branch"]) == ("销售二部", "天津")
    assert placed["authors"] == [str(principal), str(deputy)]
    (entry,) = (await read(order, f"audit/order?object_id={placed['id']}"))["items"]
    assert entry["actor"] == {"id": str(deputy), "name": DEPUTY}
    assert entry["on_behalf_of"] == {"id": str(principal), "name": PRINCIPAL}
    query = sa.text("SELECT headers ->> 'ce_onbehalfof' FROM outbox WHERE event_id = :id")
    async with order.db.reading() as conn:
        assert await conn.scalar(query, {"id": UUID(entry["id"])}) == str(principal)


async def test_neither_of_the_two_approves_what_was_written_in_ones_name(
    order: ServiceUnderTest, principal: UUID
) -> None:
    """S123: not the deputy, in either name, nor the principal; anybody else does."""
    placed = (await act(order, "orders", await order_body(order), for_=principal)).json()
    path = f"orders/{placed['id']}/approve"
    for how in ({"for_": principal}, {}, {"name": PRINCIPAL}):
        refused = await act(order, path, seen=placed, **how)
        assert (refused.status_code, refused.json()["code"]) == (403, "own_order"), how
    approved = await act(order, path, seen=placed, name="旁人")
    assert approved.json()["approved_for"] is None


@pytest.mark.parametrize("author", [DEPUTY, PRINCIPAL])
async def test_a_deputy_approves_nothing_that_either_wrote(
    order: ServiceUnderTest, principal: UUID, author: str
) -> None:
    """S123: in the principal's name neither the own order nor the principal's."""
    body = await order_body(order)
    placed = (await act(order, "orders", body, name=author)).json()
    refused = await act(order, f"orders/{placed['id']}/approve", seen=placed, for_=principal)
    assert (refused.status_code, refused.json()["code"]) == (403, "own_order")


async def test_an_approval_in_somebodys_name_says_so(
    order: ServiceUnderTest, principal: UUID
) -> None:
    """S214: by the deputy, for the principal, with the principal's role."""
    placed = await placed_order(order, await customer(order))
    path = f"orders/{placed['id']}/approve"
    approved = (await act(order, path, seen=placed, for_=principal, role="nobody")).json()
    assert approved["status"] == "approved"
    assert approved["approved_by"] == str(order.people[DEPUTY])
    assert approved["approved_for"] == str(principal)


async def test_an_idempotency_key_in_another_name_is_another_request(
    order: ServiceUnderTest, principal: UUID
) -> None:
    """The answer of one is not given to the other."""
    key, body = str(new_id()), await order_body(order)
    first = await act(order, "orders", body, for_=principal, key=key)
    again = await act(order, "orders", body, for_=principal, key=key)
    assert (again.json(), again.headers["idempotent-replayed"]) == (first.json(), "true")
    own = await act(order, "orders", body, key=key)
    assert (own.status_code, own.json()["code"]) == (422, "idempotency_key_reused")


async def test_the_second_person_of_deliveries_and_invoices_is_not_one_of_the_two(
    order: ServiceUnderTest, principal: UUID
) -> None:
    """S152: what was prepared for the principal is checked by neither."""
    keeper = await works_here(order, "仓库主管", "warehouse")
    await appointed(order, order.people[DEPUTY], keeper)
    placed = await approved_order(order, await customer(order))
    body = {"order_ids": [placed["id"]]}
    draft = (await act(order, "deliveries", body, for_=keeper)).json()
    assert (draft["prepared_by"], draft["prepared_for"]) == (
        str(order.people[DEPUTY]),
        str(keeper),
    )
    path = f"deliveries/{draft['id']}/check"
    for how in ({}, {"for_": principal}, {"name": "仓库主管"}):
        assert (await act(order, path, seen=draft, **how)).json()[
            "code"
        ] == "second_person_required", how
    sent = await shipped(order, draft)
    invoice = await drafted_invoice(order, sent)
    path = f"invoices/{invoice['id']}/check"
    checked = (await act(order, path, seen=invoice, for_=principal)).json()
    assert (checked["checked_by"], checked["checked_for"]) == (
        str(order.people[DEPUTY]),
        str(principal),
    )


async def test_one_person_speaks_once_of_a_contract_in_whichever_name(
    order: ServiceUnderTest, principal: UUID
) -> None:
    """S122: not once in the own name and once in the principal's."""
    lawyer = await works_here(order, "法务", "deputy_general_manager")
    await appointed(order, order.people[DEPUTY], lawyer)
    buyer = await customer(order)
    drafted = await drafted_contract(order, buyer)
    waiting = await submitted_contract(order, drafted)
    path = f"contracts/{drafted['id']}/countersign"
    said = {"verdict": "agree", "remark": "同意"}
    first = await act(order, path, said | {"department": "sales"}, seen=waiting, for_=principal)
    seen = first.json()
    assert [each["given_for"] for each in seen["opinions"]] == [str(principal)]
    second = said | {"department": "legal"}
    for how in ({"for_": lawyer}, {"name": PRINCIPAL, "role": "deputy_general_manager"}):
        refused = await act(order, path, second, seen=seen, **how)
        assert refused.json()["code"] == "spoken_already", refused.text
