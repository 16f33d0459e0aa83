"""The business type of an order is a decision of the company, not of who enters it."""

from __future__ import annotations

import httpx
import pytest

from shared.events.vocabulary import Chain
from tests.support.fulfilment import STOREKEEPER, drafted_delivery
from tests.support.opportunity import deliver
from tests.support.order import (
    SELLER,
    call,
    customer,
    line,
    permit,
    placed_order,
    product,
    read,
    reviewed_order,
    seller,
    send,
    signed_contract,
    try_to_review,
)
from tests.support.quotes import quote
from tests.support.services import ServiceUnderTest


def not_permitted(answer: httpx.Response, *permitted: str) -> None:
    """The answer that names what the company permits."""
    told = answer.json()
    assert (answer.status_code, told["code"]) == (409, "chain_not_permitted"), told
    assert told["permitted"] == list(permitted)


async def test_what_is_not_chosen_is_refused(order: ServiceUnderTest) -> None:
    """S103, S121, S145: billing before the delivery has to be chosen by the company."""
    body = {
        "customer_id": str(await customer(order)),
        "chain": "invoice_first",
        "lines": [line(await product(order))],
    }
    usual = ("ordinary", "contract_first", "direct_delivery")
    not_permitted(await send(order, SELLER, "orders", body), *usual)
    for chain in ("ordinary", "direct_delivery"):
        assert (await send(order, SELLER, "orders", body | {"chain": chain})).is_success


async def test_a_company_may_insist_on_contracts(
    order: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S121, S145: no order without a contract then, and no delivery without an order."""
    permit(order, monkeypatch, Chain.CONTRACT_FIRST)
    buyer = await customer(order)
    lines = [line(await product(order))]
    direct = {"customer_id": str(buyer), "lines": lines}
    not_permitted(await send(order, SELLER, "orders", direct), "contract_first")
    refused = await send(order, STOREKEEPER, "deliveries", {"direct": direct})
    not_permitted(refused, "contract_first")
    contract = await signed_contract(order, buyer, *lines)
    under = {"contract_id": contract["id"], "chain": "ordinary"}
    body = {"customer_id": str(buyer), "lines": [call(contract, "1")]}
    not_permitted(await send(order, SELLER, "orders", body | under), "contract_first")
    placed = await placed_order(
        order, buyer, call(contract, "1"), **under | {"chain": "contract_first"}
    )
    approved = await reviewed_order(order, placed)
    delivery = await drafted_delivery(order, approved)
    assert delivery["chain"] == "contract_first"


async def test_an_order_of_a_quote_waits_while_its_type_is_not_permitted(
    order: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S101, S103: the review asks again, so a quote is no way around it either."""
    accepted = quote(await customer(order), owner_id=seller(order), chain="invoice_first")
    await deliver(order, accepted, accepted.quote_id, 5)
    (found,) = (await read(order, f"orders?quote_id={accepted.quote_id}"))["items"]
    refused = await try_to_review(order, found)
    not_permitted(refused, "ordinary", "contract_first", "direct_delivery")
    permit(order, monkeypatch)
    assert (await reviewed_order(order, found))["status"] == "approved"
