"""A discount beyond everybody's authority so far is refused, and a smaller one is offered."""

from __future__ import annotations

from shared.auth.roles import Role
from tests.e2e.acting import act, registered_project
from tests.support.calling import Json
from tests.support.company import Company
from tests.support.system import System
from tests.support.trade import formal_customer, new_contact, new_product, put_in_force


async def test_a_discount_is_refused_and_a_smaller_one_accepted(
    system: System, company: Company
) -> None:
    """S108, S221: authority by policy, refusal with a reason, a new revision, its own approval."""
    seller = (await company.one(Role.ACCOUNT_MANAGER)).caller
    manager = (await company.one(Role.SALES_MANAGER)).caller
    deputy = (await company.one(Role.DEPUTY_GENERAL_MANAGER)).caller
    customer = await formal_customer(company, "压价贸易有限公司")
    contact = await new_contact(company, customer, "钱砍价")
    project = await registered_project(seller, customer, contact, "便宜的断路器")
    product = await new_product(company, "1000.00")
    await put_in_force(company, {product["id"]: "1000.00"})

    def offer(discount: str) -> list[Json]:
        return [{"product_id": product["id"], "quantity": "10", "discount": discount}]

    body = {"opportunity_id": project["id"], "chain": "ordinary", "lines": offer("0.08")}
    quote = await seller.post("/v1/quotes", body)
    quote = await act(seller, "quotes", quote, "submit")
    path = f"/v1/quotes/{quote['id']}/approve"
    problem = await manager.refused("POST", path, version=quote["version"])
    assert (problem["status"], problem["code"]) == (403, "authority_exceeded")
    quote = await act(deputy, "quotes", quote, "reject", {"reason": "毛利不够"})
    assert (quote["status"], quote["reason"]) == ("rejected", "毛利不够")

    second = await act(seller, "quotes", quote, "revise", {"lines": offer("0.02")})
    assert (second["revision"], second["status"]) == (2, "draft")
    second = await act(seller, "quotes", second, "submit")
    assert (second["status"], second["own_authority"]) == ("approved", True)
    second = await act(seller, "quotes", second, "send")
    await act(seller, "quotes", second, "accept")

    await system.drained()
    told = await system.told(customer["id"])
    assert [each for each in told["opportunity"] if each.startswith("quote.")] == [
        "quote.drafted",
        "quote.submitted",
        "quote.rejected",
        "quote.superseded",
        "quote.drafted",
        "quote.submitted",
        "quote.approved",
        "quote.sent",
        "quote.accepted",
    ]
    assert told["order"] == ["order.placed"]
    (order,) = await seller.list("/v1/orders", customer_id=customer["id"])
    assert (order["quote_id"], order["total"]["amount"]) == (second["id"], "9800.00")
