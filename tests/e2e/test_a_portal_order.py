"""A customer orders in the portal: invited, signed in, drafted, submitted; the house approves,
delivers and invoices; the customer sees all of it, and another customer nothing (S25)."""

from __future__ import annotations

from shared.auth.roles import Role
from tests.e2e.acting import act
from tests.support.calling import Caller, Json
from tests.support.company import Company, eventually
from tests.support.system import System
from tests.support.trade import cny, formal_customer, new_product, put_in_force

OURS = ["/v1/customers", "/v1/products", "/v1/orders", "/v1/reports/ageing"]


async def submitted(buyer: Caller, product: Json) -> Json:
    """Two pieces of a product, handed in at the total that the draft showed."""
    offers = await buyer.list("/v1/portal/products", q=product["code"])
    assert [each["prices"][0]["unit_price"] for each in offers] == [cny("500.00")]
    lines = [{"product_id": product["id"], "quantity": "1"}]
    draft = await buyer.post("/v1/portal/drafts", {"lines": lines})
    lines = [{"product_id": product["id"], "quantity": "2"}]
    path = f"/v1/portal/drafts/{draft['id']}"
    draft = await buyer.patch(path, {"lines": lines}, version=draft["version"])
    assert draft["total"] == cny("1000.00")
    body = {"total": draft["total"]["amount"]}
    return await buyer.post(f"{path}/submit", body, version=draft["version"])


async def test_a_customer_orders_in_the_portal_and_follows_it_to_the_invoice(
    system: System, company: Company
) -> None:
    """S25: from the invitation to the open amount; the seller sees where it came from."""
    seller = await company.one(Role.ACCOUNT_MANAGER)
    manager = (await company.one(Role.SALES_MANAGER)).caller
    clerk = (await company.one(Role.FINANCE)).caller
    controller = (await company.hire(Role.FINANCE)).caller
    storekeeper = (await company.one(Role.WAREHOUSE)).caller
    checker = (await company.hire(Role.WAREHOUSE)).caller
    customer = await formal_customer(company, "自助订货商行", settlement="open")
    other = await formal_customer(company, "旁观商行", settlement="open")
    product = await new_product(company, "500.00")
    await put_in_force(company, {product["id"]: "500.00"})
    buyer = await company.invite(customer, "李雷")
    stranger = await company.invite(other, "韩梅梅")
    await system.drained()

    placed = await submitted(buyer, product)
    assert placed["status"] == "placed"
    me = await buyer.get("/v1/auth/me")
    order = await seller.caller.get(f"/v1/orders/{placed['id']}")
    assert (order["owner_id"], order["authors"]) == (seller.id, [me["id"]])
    found = await seller.caller.list("/v1/orders", from_portal="true", customer_id=customer["id"])
    assert [each["portal_user_id"] for each in found] == [me["id"]]

    order = await act(manager, "orders", order, "approve")
    delivery = await storekeeper.post("/v1/deliveries", {"order_ids": [order["id"]]})
    delivery = await act(checker, "deliveries", delivery, "check")
    assert await buyer.list("/v1/portal/deliveries") == []
    delivery = await act(storekeeper, "deliveries", delivery, "ship", {})
    invoice = await clerk.post("/v1/invoices", {"delivery_ids": [delivery["id"]]})
    invoice = await act(controller, "invoices", invoice, "check")
    invoice = await act(clerk, "invoices", invoice, "issue")

    assert (await buyer.get(f"/v1/portal/orders/{order['id']}"))["status"] == "delivered"
    (seen,) = await buyer.list("/v1/portal/deliveries", order_id=order["id"])
    assert seen["status"] == "shipped"
    (seen,) = await buyer.list("/v1/portal/invoices", order_id=order["id"])
    assert (seen["number"], seen["open"]) == (invoice["number"], cny("1000.00"))
    (balance,) = (await buyer.get("/v1/portal/account"))["balances"]
    assert (balance["receivable"], balance["committed"]) == (cny("1000.00"), cny("0.00"))

    for kind, document in (("orders", order), ("deliveries", delivery), ("invoices", invoice)):
        path = f"/v1/portal/{kind}"
        assert await stranger.list(path) == []
        assert (await stranger.refused("GET", f"{path}/{document['id']}"))["status"] == 404
    for path in OURS:
        assert (await buyer.refused("GET", path))["status"] == 403


async def test_who_is_shut_out_is_out_in_every_service(system: System, company: Company) -> None:
    """S25: within seconds; others of the same customer go on until it is lost."""
    seller = (await company.one(Role.ACCOUNT_MANAGER)).caller
    customer = await formal_customer(company, "停用账号商行", settlement="open")
    gone, colleague = [await company.invite(customer, name) for name in ("走了", "还在")]
    await system.drained()
    me = await gone.get("/v1/auth/me")
    user = await seller.get(f"/v1/portal-users/{me['id']}")
    await act(seller, "portal-users", user, "deactivate")
    assert (await gone.refused("GET", "/v1/auth/me"))["status"] == 401

    await eventually(lambda: refusal_of(gone), lambda found: found == 401)
    assert await colleague.list("/v1/portal/orders") == []

    await act(seller, "customers", customer, "lose", {"reason": "停业"})
    await eventually(lambda: refusal_of(colleague), lambda found: found == 401)


async def refusal_of(caller: Caller) -> int:
    """How the order service refuses somebody; 200 when it does not."""
    answer = await caller.http.get("/v1/portal/orders")
    return answer.status_code
