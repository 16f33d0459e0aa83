"""One deal by hand, from the first record to money in the bank, by the people whose work it is."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from shared.demo.approving import approve_quote
from shared.demo.branches import register_in_tianjin
from shared.demo.company import Company
from shared.demo.stage import Stage, eventually, money
from shared.domain.clock import business_date, now

Json = dict[str, Any]


class Deal:
    """Plays the deal; what later steps need of earlier ones is kept on the way."""

    def __init__(self, company: Company, stage: Stage) -> None:
        self.company = company
        self.stage = stage
        self.today = business_date(now())

    async def play(self, products: dict[str, str]) -> None:
        """Play everything; ``products`` are the ids of the two products by code."""
        customer = await self.win_customer()
        opportunity = await self.follow_up(customer)
        await register_in_tianjin(self.company, self.stage)
        quote = await self.quote(opportunity, products)
        contract = await self.sign(customer, quote)
        order = await self.order(contract, opportunity)
        deliveries = await self.deliver(order)
        await self.collect(customer, deliveries)

    # -- customer data ---------------------------------------------------------------------------

    async def win_customer(self) -> Json:
        """Enter the customer with a contact, make it formal, give it credit."""
        post, step = self.company.post, self.stage.step
        body = {
            "name": f"长江电气设备有限公司 {now():%H%M%S}",
            "phone": "021-58880000",
            "industry": "电力设备",
            "region": "华东",
            "source": "展会",
            "accept_duplicates": True,
        }
        customer: Json = await post("zhangmin", "/v1/customers", body)
        self.stage.customer_id = customer["id"]
        await step("张敏 (account manager)", "enters a customer", customer["number"], "created")
        path = f"/v1/customers/{customer['id']}"
        person = {"name": "刘洋", "position": "采购经理", "primary": True}
        self.contact: Json = await post("zhangmin", f"{path}/contacts", person)
        await step("张敏", "enters the contact person", "刘洋", "contact.changed")
        customer = await post("liqiang", f"{path}/confirm", of=customer)
        await step("李强 (sales manager)", "makes the customer formal", "", "confirmed")
        await self._judge(path)
        credit = {
            "settlement": "credit",
            "limit": {"amount": "500000.00", "currency": "CNY"},
            "valid_until": str(self.today + timedelta(days=365)),
        }
        await self.company.put("chenjing", f"{path}/credit", credit)
        await step("陈静 (finance)", "grants credit", "CNY 500,000.00", "credit.assessed")
        return customer

    async def _judge(self, path: str) -> None:
        """Propose the customer's level; a manager decides, from the list of what waits (S12)."""
        post, step = self.company.post, self.stage.step
        wish = {"level": "A", "reason": "年内要货, 用量大"}
        proposal: Json = await post("zhangmin", f"{path}/level-proposals", wish)
        await step("张敏", "proposes level A", "", "level_proposal.submitted")
        waiting = await self.company.get("liqiang", "/v1/approvals/customer/waiting")
        approval = next(x for x in waiting["items"] if x["document_id"] == proposal["id"])
        address = f"/v1/approvals/customer/{approval['id']}/approve"
        await post("liqiang", address, {"comment": "同意"}, of=approval)
        await step("李强", "agrees", "", "customer.level_changed")

    # -- follow-up -------------------------------------------------------------------------------

    async def follow_up(self, customer: Json) -> Json:
        """Visit the customer, open an opportunity, register it as a project."""
        post, step = self.company.post, self.stage.step
        visit = {
            "customer_id": customer["id"],
            "contact_id": self.contact["id"],
            "kind": "visit",
            "result": "interested",
            "details": "需要十台断路器, 年内交货",
            "next_contact_on": str(self.today + timedelta(days=7)),
        }
        await post("zhangmin", "/v1/activities", visit)
        await step("张敏", "visits the customer", "", "activity.logged")
        body = {
            "customer_id": customer["id"],
            "name": "二期变电站改造",
            "source": "展会",
            "likelihood": "A",
            "progress": "hot",
            "expected_amount": {"amount": "300000.00", "currency": "CNY"},
        }
        opportunity: Json = await post("zhangmin", "/v1/opportunities", body)
        await step("张敏", "opens an opportunity", "二期变电站改造", "opportunity.opened")
        path = f"/v1/opportunities/{opportunity['id']}"
        form = {
            "contact_id": self.contact["id"],
            "specification": "GY-126 户外断路器",
            "quantity": "10",
            "unit": "台",
        }
        opportunity = await post("zhangmin", f"{path}/register", form, of=opportunity)
        await step("张敏", "registers the project", opportunity["number"], "registered")
        return opportunity

    # -- quote -----------------------------------------------------------------------------------

    async def quote(self, opportunity: Json, products: dict[str, str]) -> Json:
        """Quote with 6 % off: beyond a sales manager's authority, within a deputy's (S108)."""
        post, step = self.company.post, self.stage.step
        body = {
            "opportunity_id": opportunity["id"],
            "chain": "contract_first",
            "lines": [
                {"product_id": products["GY-126"], "quantity": "10", "discount": "0.06"},
                {"product_id": products["SV-YEAR"], "quantity": "1", "discount": "0.05"},
            ],
            "payment_terms": "货到30天",
            "payment_days": 30,
            "valid_until": str(self.today + timedelta(days=30)),
        }
        quote: Json = await post("zhangmin", "/v1/quotes", body)
        await step("张敏", f"quotes {money(quote['total'])}", quote["number"], "quote.drafted")
        path = f"/v1/quotes/{quote['id']}"
        quote = await post("zhangmin", f"{path}/submit", of=quote)
        await step("张敏", "asks for approval of 6 % off", "", "quote.submitted")
        quote = await approve_quote(self.company, self.stage, quote)
        quote = await post("zhangmin", f"{path}/send", of=quote)
        quote = await post("zhangmin", f"{path}/accept", of=quote)
        await step(
            "张敏",
            "sends it; the customer accepts, and a contract is drafted",
            "",
            "quote.accepted",
            "contract.drafted",
        )
        return quote

    # -- contract and order ----------------------------------------------------------------------

    async def sign(self, customer: Json, quote: Json) -> Json:
        """Countersign, approve and sign the contract that the accepted quote became."""
        post, step = self.company.post, self.stage.step

        async def drafted() -> Json | None:
            found = await self.company.get("zhangmin", "/v1/contracts", customer_id=customer["id"])
            contracts: list[Json] = found["items"]
            return contracts[0] if contracts else None

        contract: Json = await eventually(drafted, "the contract")
        path = f"/v1/contracts/{contract['id']}"
        contract = await post("zhangmin", f"{path}/submit", of=contract)
        number = contract["number"]
        await step("张敏", "submits the contract for countersign", number, "contract.submitted")
        opinions = {"liqiang": "sales", "zhoujun": "technical", "hedan": "finance"}
        for who, department in {**opinions, "wangfang": "legal"}.items():
            opinion = {"department": department, "verdict": "agree"}
            contract = await post(who, f"{path}/countersign", opinion, of=contract)
        await step(
            "四个部门", "countersign: sales, technical, finance, legal", number, "countersigned"
        )
        contract = await post("zhaolei", f"{path}/approve", of=contract)
        await step("赵磊 (general manager)", "approves it", number, "contract.approved")
        body = {"signed_on": str(self.today), "signer": "赵磊", "customer_signer": "刘洋"}
        contract = await post("zhangmin", f"{path}/sign", body, of=contract)
        await step(
            "张敏",
            "has it signed; the opportunity is won",
            number,
            "contract.signed",
            "opportunity.won",
        )
        return contract

    async def order(self, contract: Json, opportunity: Json) -> Json:
        """Order all of the contract; the review holds the amount against the credit limit."""
        post, step = self.company.post, self.stage.step
        body = {
            "customer_id": contract["customer_id"],
            "chain": "contract_first",
            "contract_id": contract["id"],
            "lines": [
                {"contract_line_id": line["id"], "quantity": line["quantity"]}
                for line in contract["lines"]
            ],
        }
        order: Json = await post("zhangmin", "/v1/orders", body)
        await step(
            "张敏", f"places the order over {money(order['total'])}", order["number"], "placed"
        )
        order = await post("liqiang", f"/v1/orders/{order['id']}/approve", of=order)
        await step("李强", "reviews and approves it: within the limit", "", "order.approved")
        return order

    # -- delivery and payment --------------------------------------------------------------------

    async def deliver(self, order: Json) -> list[Json]:
        """Ship in two parts; a second person checks each (S142, S152)."""
        first, second = order["lines"]
        halves = [[(first, "6")], [(first, "4"), (second, "1")]]
        return [await self._ship(order, half) for half in halves]

    async def _ship(self, order: Json, lines: list[tuple[Json, str]]) -> Json:
        post, step = self.company.post, self.stage.step
        wanted = [
            {"order_id": order["id"], "order_line_id": line["id"], "quantity": quantity}
            for line, quantity in lines
        ]
        delivery: Json = await post("zhoujun", "/v1/deliveries", {"lines": wanted})
        path = f"/v1/deliveries/{delivery['id']}"
        delivery = await post("wuhao", f"{path}/check", of=delivery)
        shipment = {"carrier": "顺丰速运", "tracking": "SF1234567890"}
        delivery = await post("zhoujun", f"{path}/ship", shipment, of=delivery)
        delivery = await post("zhoujun", f"{path}/receive", {}, of=delivery)
        number = delivery["number"]
        await step(
            "周军, checked by 吴昊 (warehouse)",
            "ships, the customer receives",
            number,
            "delivery.shipped",
            "delivery.received",
        )
        return delivery

    async def collect(self, customer: Json, deliveries: list[Json]) -> None:
        """Invoice both deliveries, receive the money in two parts, allocate it (核销)."""
        post, step = self.company.post, self.stage.step
        body = {"delivery_ids": [each["id"] for each in deliveries]}
        invoice: Json = await post("chenjing", "/v1/invoices", body)
        path = f"/v1/invoices/{invoice['id']}"
        invoice = await post("hedan", f"{path}/check", of=invoice)
        invoice = await post("chenjing", f"{path}/issue", of=invoice)
        total = invoice["total"]
        await step(
            "陈静, checked by 何丹 (finance)",
            f"issues an invoice over {money(total)}",
            invoice["number"],
            "invoice.issued",
        )
        first = Decimal("100000.00")
        for part in (first, Decimal(total["amount"]) - first):
            await self._receive(customer, path, str(part))
        invoice = await self.company.get("chenjing", path)
        await step("陈静", f"sees what is open: {money(invoice['open'])}", invoice["number"])

    async def _receive(self, customer: Json, invoice_path: str, amount: str) -> None:
        post, step = self.company.post, self.stage.step
        body = {
            "customer_id": customer["id"],
            "amount": {"amount": amount, "currency": "CNY"},
            "method": "bank_transfer",
            "received_on": str(self.today),
            "account": "招商银行 6225 0001",
        }
        receipt: Json = await post("chenjing", "/v1/receipts", body)
        invoice = await self.company.get("chenjing", invoice_path)
        share = {"allocations": [{"invoice_id": invoice["id"]}]}
        await post("chenjing", f"/v1/receipts/{receipt['id']}/allocations", share, of=receipt)
        await step(
            "陈静",
            f"records {money(receipt['amount'])} and allocates it",
            receipt["number"],
            "receipt.recorded",
            "allocation.made",
        )
