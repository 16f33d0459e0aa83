"""Two customers' people against each other's things, and one who was shut out: every operation of
the portal, against the oracle (S25). That they may do nothing else the test of roles shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest

from shared.domain.ids import new_id
from shared.http.openapi import routes_with_gates
from tests.conftest import Launch
from tests.matrix.asking import CALLS, described, refusal
from tests.matrix.oracle.book import BOOK
from tests.support import fulfilment, order
from tests.support.operations import Operation
from tests.support.portal import Body, Buyer, buyer, dealt, item
from tests.support.services import ServiceUnderTest

Report = Callable[[str, object], None]
_STALE = '"v987654321"'


@dataclass
class Desk:
    """Somebody of a customer, and what is theirs by the names that paths use."""

    buyer: Buyer
    known: Body


@pytest.fixture(scope="module")
async def desks(launch: Launch) -> list[Desk]:
    """People of two customers with a deal each: a draft, an order, a delivery, an invoice."""
    service = await launch("order")
    return [await furnished(service) for _ in range(2)]


async def furnished(service: ServiceUnderTest) -> Desk:
    """Somebody with something of everything."""
    customer = await order.customer(service)
    deal = await dealt(service, customer)
    issued = await fulfilment.issued(service, deal["invoices"])
    someone = await buyer(service, customer)
    draft = await someone.draft(item(await order.product(service)))
    known = {
        "draft_id": draft["id"],
        "order_id": deal["orders"]["id"],
        "delivery_id": deal["deliveries"]["id"],
        "invoice_id": issued["id"],
        "product_id": draft["lines"][0]["product_id"],
    }
    return Desk(someone, known)


def offered(service: ServiceUnderTest) -> Iterator[Operation]:
    """The operations for customers."""
    for name, operation in described(service).items():
        if BOOK["order"][name].portal:
            yield operation


async def ask(desk: Desk, operation: Operation, known: Body) -> httpx.Response:
    """Call an operation on what is known, at a version that nobody saw."""
    headers = {"If-Match": _STALE} if operation.requires("If-Match") else {}
    body = next(operation.bodies(known), None)
    async with desk.buyer.client() as client:
        return await client.request(
            operation.method, operation.address(known), json=body, headers=headers
        )


async def test_the_portal_is_all_that_the_oracle_offers_to_customers(desks: list[Desk]) -> None:
    """S25: gates that customers pass are those of the portal, and its paths."""
    service = desks[0].buyer.service
    asked = {str(each) for each in offered(service)}
    gates = {
        f"{method} {path}"
        for method, path, gate in routes_with_gates(service.app)
        if gate and str(gate.permission).startswith("portal.")
    }
    assert asked == gates
    assert all(" /v1/portal/" in each for each in gates)


async def test_what_is_another_customers_is_not_there(
    desks: list[Desk], record_property: Report
) -> None:
    """404 for each other's, as for what does not exist; one's own is found."""
    wrong, calls = [], 0
    for operation in offered(desks[0].buyer.service):
        if "{" not in operation.path:
            continue
        for mine, others in (desks, reversed(desks)):
            calls += 3
            nothing = {name: str(new_id()) for name in mine.known}
            for known in (others.known, nothing):
                answer = await ask(mine, operation, known)
                if answer.status_code != 404:
                    wrong.append(f"{operation} of another: {answer.status_code} {answer.text}")
            own = await ask(mine, operation, mine.known)
            if not own.is_success and own.status_code != 412:
                wrong.append(f"{operation} of one's own: {own.status_code} {own.text}")
    assert calls > 30
    assert wrong == []
    record_property(CALLS, calls)


async def test_lists_show_ones_own_alone(desks: list[Desk], record_property: Report) -> None:
    """Nothing of another customer by id, in whatever list."""
    calls = 0
    for operation in offered(desks[0].buyer.service):
        if "{" in operation.path or operation.writes or operation.path.endswith("/products"):
            continue
        for mine, others in (desks, reversed(desks)):
            calls += 1
            answer = await ask(mine, operation, mine.known)
            assert answer.status_code == 200
            ids = {value for name, value in others.known.items() if name != "product_id"}
            assert not [each for each in ids if each in answer.text]
            if operation.path.endswith(("orders", "drafts", "invoices", "deliveries")):
                assert [each for each in mine.known.values() if each in answer.text]
    record_property(CALLS, calls)


async def test_who_is_shut_out_gets_nothing_whatever_they_ask(
    desks: list[Desk], record_property: Report
) -> None:
    """S25: refused by every operation, on what was theirs too."""
    calls = 0
    customer = desks[0].buyer.customer_id
    gone = Desk(await buyer(desks[0].buyer.service, customer), desks[0].known)
    await gone.buyer.shut_out()
    for operation in offered(gone.buyer.service):
        calls += 1
        answer = await ask(gone, operation, gone.known)
        assert (answer.status_code, refusal(answer)) == (403, "portal_closed"), str(operation)
    record_property(CALLS, calls)
