"""One customer's way through all services: from the first record to money in the bank."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from shared.auth.roles import MANAGEMENT, Role
from shared.domain.clock import business_date, now
from tests.e2e.acting import act, registered_project
from tests.support.calling import Caller, Json
from tests.support.company import Company, Reachable, eventually
from tests.support.system import System
from tests.support.trade import cny, new_contact, new_product, put_in_force

TODAY = business_date(now())
OPINIONS = {
    "sales": Role.SALES_MANAGER,
    "technical": Role.WAREHOUSE,
    "finance": Role.FINANCE,
    "legal": Role.DEPUTY_GENERAL_MANAGER,
}

#: 12 × 30,000 and 1 × 8,000 at list price, 4 % less.
LISTED, AGREED = "368000.00", "353280.00"

TOLD = {
    "customer": [
        *["customer.registered", "approval.started"],
        *["approval.decided", "customer.confirmed"],
        "customer.owner_changed",
        "contact.changed",
        "credit.assessed",
    ],
    "opportunity": [
        "activity.logged",
        "opportunity.opened",
        "opportunity.registered",
        "quote.drafted",
        *["quote.submitted", "approval.started"],
        *["approval.decided", "quote.approved"],
        "quote.sent",
        "quote.accepted",
        "opportunity.stage_changed",
        "opportunity.won",
    ],
    "order": [
        "contract.drafted",
        *["approval.started", "contract.submitted"],
        *["approval.decided", "contract.countersigned"] * 4,
        *["approval.decided", "contract.approved"],
        "contract.signed",
        "order.placed",
        "order.approved",
        *["delivery.drafted", "delivery.checked", "delivery.shipped", "order.progressed"],
        "delivery.received",
        *["delivery.drafted", "delivery.checked", "delivery.shipped", "order.progressed"],
        "delivery.received",
        *["invoice.drafted", "invoice.checked", "order.progressed", "invoice.issued"],
        *["receipt.recorded", "allocation.made", "receipt.allocated", "invoice.allocated"],
        *["receipt.recorded", "allocation.made", "receipt.allocated", "invoice.settled"],
        *["order.closed", "contract.completed"],
    ],
}


@dataclass
class Cast:
    """Who takes part. Whoever checks is another person than who prepared."""

    seller_id: str
    seller: Caller
    manager: Caller
    deputy: Caller
    general: Caller
    clerk: Caller
    controller: Caller
    storekeeper: Caller
    checker: Caller
    opinions: dict[str, Caller]

    @classmethod
    async def of(cls, company: Company) -> Cast:
        """Hire those who are not there yet."""
        roles = MANAGEMENT | {Role.ACCOUNT_MANAGER, Role.FINANCE, Role.WAREHOUSE}
        one = {role: (await company.one(role)).caller for role in roles}
        return cls(
            seller_id=(await company.one(Role.ACCOUNT_MANAGER)).id,
            seller=one[Role.ACCOUNT_MANAGER],
            manager=one[Role.SALES_MANAGER],
            deputy=one[Role.DEPUTY_GENERAL_MANAGER],
            general=one[Role.GENERAL_MANAGER],
            clerk=one[Role.FINANCE],
            controller=(await company.hire(Role.FINANCE)).caller,
            storekeeper=one[Role.WAREHOUSE],
            checker=(await company.hire(Role.WAREHOUSE)).caller,
            opinions={department: one[role] for department, role in OPINIONS.items()},
        )


async def test_from_the_first_record_to_money_in_the_bank(system: System, company: Company) -> None:
    """S02, S24, S71–S77, S101, S108, S117–S123, S141–S153, S159–S166, S187."""
    cast = await Cast.of(company)
    customer, contact = await register(cast, system, company)
    project = await pursue(cast, customer, contact)
    quote = await offer(cast, company, project)
    contract = await sign(cast, quote)
    await eventually(
        lambda: cast.seller.get(f"/v1/opportunities/{project['id']}"),
        lambda found: found["status"] == "won",
    )
    order = await place(cast, contract)
    deliveries = [await deliver(cast, order, quantities) for quantities in ((7, 0), (5, 1))]
    invoice = await charge(cast, deliveries)
    receipts = [await collect(cast, invoice["id"], amount) for amount in ("153280.00", "200000.00")]

    await system.drained()
    assert await system.told(customer["id"]) == TOLD
    assert (await cast.clerk.get(f"/v1/invoices/{invoice['id']}"))["status"] == "settled"
    assert (await cast.clerk.get(f"/v1/orders/{order['id']}"))["status"] == "closed"
    assert (await cast.clerk.get(f"/v1/contracts/{contract['id']}"))["status"] == "completed"
    await figures_equal_documents(cast, customer, invoice, receipts)
    await timeline_tells_all(cast, customer)


async def register(cast: Cast, system: Reachable, company: Company) -> tuple[Json, Json]:
    """A stranger registers; a sales manager confirms, finds a seller, finance grants credit."""
    body = {
        "name": "长江电气设备有限公司",
        "tax_id": "91110000600037341L",
        "phone": "021-58880000",
        "industry": "电力设备",
        "region": "华东",
    }
    async with system.http() as stranger:
        told = await Caller(stranger).post("/v1/registrations", body)
    assert told["status"] == "registered"
    customer = await cast.manager.get(f"/v1/customers/{told['id']}")
    customer = await act(cast.manager, "customers", customer, "confirm")
    assert customer["status"] == "formal"
    owner = {"owner_id": cast.seller_id}
    customer = await act(cast.manager, "customers", customer, "hand-over", owner)
    contact = await new_contact(company, customer)
    credit = {"settlement": "credit", "limit": cny("400000.00")}
    await cast.clerk.put(f"/v1/customers/{customer['id']}/credit", credit)
    return customer, contact


async def pursue(cast: Cast, customer: Json, contact: Json) -> Json:
    visit = {
        "customer_id": customer["id"],
        "contact_id": contact["id"],
        "kind": "visit",
        "result": "advanced",
        "next_contact_on": (TODAY + timedelta(days=7)).isoformat(),
    }
    await cast.seller.post("/v1/activities", visit)
    project = await registered_project(cast.seller, customer, contact, "二期变电站改造")
    assert project["number"].startswith("FQ")
    return project


async def offer(cast: Cast, company: Company, project: Json) -> Json:
    """4 % are more than a seller may give away, and less than a sales manager may (S108)."""
    breaker = await new_product(company, "30000.00")
    service = await new_product(company, "8000.00", unit="年")
    await put_in_force(company, {breaker["id"]: "30000.00", service["id"]: "8000.00"})
    lines = [
        {"product_id": breaker["id"], "quantity": "12", "discount": "0.04"},
        {"product_id": service["id"], "quantity": "1", "discount": "0.04"},
    ]
    body = {"opportunity_id": project["id"], "lines": lines, "payment_days": 30}
    quote = await cast.seller.post("/v1/quotes", body)
    assert (quote["list_total"], quote["total"]) == (cny(LISTED), cny(AGREED))
    quote = await act(cast.seller, "quotes", quote, "submit")
    assert (quote["status"], quote["required_role"]) == ("in_approval", "sales_manager")
    path = f"/v1/quotes/{quote['id']}/approve"
    problem = await cast.seller.refused("POST", path, version=quote["version"])
    assert (problem["status"], problem["code"]) == (403, "approver_is_author")
    quote = await act(cast.manager, "quotes", quote, "approve")
    quote = await act(cast.seller, "quotes", quote, "send")
    return await act(cast.seller, "quotes", quote, "accept")


async def sign(cast: Cast, quote: Json) -> Json:
    """The accepted quote became a contract by itself (S101)."""
    query = {"customer_id": quote["customer_id"]}
    (contract,) = await eventually(lambda: cast.seller.list("/v1/contracts", **query), bool)
    contract = await cast.seller.get(f"/v1/contracts/{contract['id']}")
    assert (contract["quote_id"], contract["total"]) == (quote["id"], quote["total"])
    contract = await act(cast.seller, "contracts", contract, "submit")
    for department, caller in cast.opinions.items():
        opinion = {"department": department, "verdict": "agree"}
        contract = await act(caller, "contracts", contract, "countersign", opinion)
    contract = await act(cast.general, "contracts", contract, "approve")
    signers = {"signer": "赵磊", "customer_signer": "刘洋"}
    return await act(cast.seller, "contracts", contract, "sign", signers)


async def place(cast: Cast, contract: Json) -> Json:
    """Order all of it; the review takes it out of the credit limit (S166)."""
    lines = [
        {"contract_line_id": line["id"], "quantity": line["quantity"]} for line in contract["lines"]
    ]
    body = {
        "customer_id": contract["customer_id"],
        "chain": "contract_first",
        "contract_id": contract["id"],
        "lines": lines,
    }
    order = await cast.seller.post("/v1/orders", body)
    order = await act(cast.manager, "orders", order, "approve")
    assert (order["status"], order["settlement"]) == ("approved", "credit")
    return order


async def deliver(cast: Cast, order: Json, quantities: tuple[int, int]) -> Json:
    """A part of the order, seen by a second person (S142, S152)."""
    lines = [
        {"order_id": order["id"], "order_line_id": line["id"], "quantity": str(quantity)}
        for line, quantity in zip(order["lines"], quantities, strict=True)
        if quantity
    ]
    delivery = await cast.storekeeper.post("/v1/deliveries", {"lines": lines})
    path = f"/v1/deliveries/{delivery['id']}/check"
    problem = await cast.storekeeper.refused("POST", path, version=delivery["version"])
    assert (problem["status"], problem["code"]) == (403, "second_person_required")
    delivery = await act(cast.checker, "deliveries", delivery, "check")
    delivery = await act(cast.storekeeper, "deliveries", delivery, "ship", {"carrier": "顺丰速运"})
    return await act(cast.storekeeper, "deliveries", delivery, "receive", {})


async def charge(cast: Cast, deliveries: list[Json]) -> Json:
    body = {"delivery_ids": [each["id"] for each in deliveries]}
    invoice = await cast.clerk.post("/v1/invoices", body)
    invoice = await act(cast.controller, "invoices", invoice, "check")
    invoice = await act(cast.clerk, "invoices", invoice, "issue")
    assert (invoice["total"], invoice["open"]) == (cny(AGREED), cny(AGREED))
    return invoice


async def collect(cast: Cast, invoice_id: str, amount: str) -> Json:
    """Money comes in, and pays the invoice as far as it goes (S159, S161)."""
    invoice = await cast.clerk.get(f"/v1/invoices/{invoice_id}")
    body = {
        "customer_id": invoice["customer_id"],
        "amount": cny(amount),
        "method": "bank_transfer",
        "received_on": TODAY.isoformat(),
        "account": "招商银行 6225 0001",
    }
    receipt = await cast.clerk.post("/v1/receipts", body)
    shares = {"allocations": [{"invoice_id": invoice["id"]}]}
    return await act(cast.clerk, "receipts", receipt, "allocations", shares)


async def figures_equal_documents(
    cast: Cast, customer: Json, invoice: Json, receipts: list[Json]
) -> None:
    """Analytics knows of events alone, and yet says what the documents say."""
    report = await cast.general.get(f"/v1/reports/customers/{customer['id']}")
    (totals,) = report["totals"]
    amounts = {name: totals[name] for name in ("orders", "deliveries", "sales", "receipts")}
    assert amounts == dict.fromkeys(amounts, invoice["total"])
    assert totals["receivables"] == cny("0.00")
    assert {each["status"] for each in receipts} == {"allocated"}
    query = {"measure": "sales", "by": "product", "customer": customer["id"]}
    rows = (await cast.general.get("/v1/reports/cube", **query))["rows"]
    assert sorted(row["amount"]["amount"] for row in rows) == ["345600.00", "7680.00"]
    checked = await cast.general.get("/v1/reports/reconciliation")
    assert [each["id"] for each in checked["checks"] if not each["kept"]] == []


async def timeline_tells_all(cast: Cast, customer: Json) -> None:
    """Everything that happened to the customer, in all services, is in one list."""
    entries = await cast.seller.list(f"/v1/customers/{customer['id']}/timeline", sort="time")
    told = sorted(f"{each['kind']}" for each in entries)
    known = (kind for kinds in TOLD.values() for kind in kinds)
    assert told == sorted(kind for kind in known if not kind.startswith("approval."))
