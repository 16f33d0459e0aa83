"""The measured operations: the request as a client sends it, and what the floor repeats."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx

from services.customer.customers.schemas import CustomerIn, CustomerOut, CustomerSummary
from services.order.orders.schemas import OrderOut
from services.order.receipts.schemas import ReceiptAllocatedOut, ReceiptAllocationsIn
from shared.http.paging import ListOf
from tests.bench.company import Body
from tests.bench.floor import Operation, Statement
from tests.bench.http_load import Request
from tests.support import order
from tests.support.services import ServiceUnderTest, token

_serial = itertools.count(1)


@dataclass
class Measured:
    """One operation: prepared requests to the service and to the floor are used up round by round,
    where there are any; the others can be repeated for ever."""

    name: str
    floor: Operation
    requests: Iterator[Request]
    floor_request: Request
    limited: bool = False
    writes: bool = True


def bearer(*roles: str) -> tuple[tuple[str, str], ...]:
    """The headers of somebody who is signed in."""
    return (("authorization", f"Bearer {token(*roles)}"),)


async def create_customer(service: ServiceUnderTest, noted: list[Statement]) -> Measured:
    """POST /v1/customers."""
    async with service.client("account_manager") as client:
        created = await _record(noted, client, "POST", "/v1/customers", {"name": "录制公司"})
    floor = Operation(
        "create",
        [each.plain() for each in noted],
        created,
        CustomerOut,
        CustomerIn,
        frozenset({created["number"]}),
    )
    headers = bearer("account_manager")

    def requests() -> Iterator[Request]:
        while True:
            yield Request("POST", "/v1/customers", _new_customer(), headers)

    return Measured(
        "customer create", floor, requests(), Request("POST", "/create", _new_customer())
    )


async def read_customers(
    service: ServiceUnderTest, noted: list[Statement], path: str, name: str
) -> Measured:
    """GET of one customer, a list, or a search, by who sees all."""
    async with service.client("data_steward") as client:
        for _ in range(2):
            answer = await _record(noted, client, "GET", path)
    single = "items" not in answer
    model: Any = CustomerOut if single else ListOf[CustomerSummary]
    statements = [each.plain() for each in noted]
    floor = Operation(name.split()[-1], statements, None, model, shape="one" if single else "page")
    request = Request("GET", path, headers=bearer("data_steward"))
    again = Request("POST", f"/{floor.name}", b"{}")
    return Measured(f"customer {name}", floor, itertools.repeat(request), again, writes=False)


async def approve_order(
    service: ServiceUnderTest, noted: list[Statement], orders: Sequence[Body]
) -> Measured:
    """POST /v1/orders/{id}/approve, of the first half; the floor takes the other."""
    sample, mine, floors = _halves(orders)
    async with service.client(order.REVIEWER) as client:
        path = f"/v1/orders/{sample['id']}/approve"
        answer = await _record(noted, client, "POST", path, seen=sample)
    statements = [each.plain() for each in noted]
    key = _idempotency_key(statements)
    floor = Operation("approve", statements, answer, OrderOut, unique=frozenset({key}))
    floor.prepared = [_instead(sample, each) for each in floors]
    headers = (*bearer("finance"), ("if-match", '"v1"'))
    requests = [
        Request(
            "POST",
            f"/v1/orders/{each['id']}/approve",
            headers=(*headers, ("idempotency-key", str(uuid4()))),
        )
        for each in mine
    ]
    again = Request("POST", "/approve")
    return Measured("order approve", floor, iter(requests), again, limited=True)


async def allocate_receipt(
    service: ServiceUnderTest,
    noted: list[Statement],
    pairs: Sequence[tuple[Body, Body]],
) -> Measured:
    """POST /v1/receipts/{id}/allocations, of a receipt to an invoice."""
    sample, mine, floors = _halves(pairs)
    async with service.client("finance") as client:
        path, body = f"/v1/receipts/{sample[0]['id']}/allocations", _allocation(sample[1])
        answer = await _record(noted, client, "POST", path, body, seen=sample[0])
    statements = [each.plain() for each in noted]
    key = _idempotency_key(statements)
    floor = Operation(
        "allocate",
        statements,
        answer,
        ReceiptAllocatedOut,
        ReceiptAllocationsIn,
        frozenset({key}),
    )
    floor.prepared = [
        _instead(sample[0], receipt) | _instead(sample[1], invoice) for receipt, invoice in floors
    ]
    headers = (*bearer("finance"), ("if-match", '"v1"'))
    requests = [
        Request(
            "POST",
            f"/v1/receipts/{receipt['id']}/allocations",
            json.dumps(_allocation(invoice)).encode(),
            (*headers, ("idempotency-key", str(uuid4()))),
        )
        for receipt, invoice in mine
    ]
    again = Request("POST", "/allocate", json.dumps(_allocation(sample[1])).encode())
    return Measured("receipt allocate", floor, iter(requests), again, limited=True)


async def _record(
    noted: list[Statement],
    client: httpx.AsyncClient,
    method: str,
    path: str,
    body: Any = None,
    *,
    seen: Body | None = None,
) -> Any:
    """Send a request, and leave in ``noted`` just what it sent to the database."""
    headers = {"If-Match": f'"v{seen["version"]}"', "Idempotency-Key": str(uuid4())} if seen else {}
    noted.clear()
    answer = await client.request(method, path, json=body, headers=headers)
    assert answer.is_success, answer.text
    return answer.json()


def _halves(items: Sequence[Any]) -> tuple[Any, Sequence[Any], Sequence[Any]]:
    middle = (len(items) + 1) // 2
    return items[0], items[1:middle], items[middle:]


def _instead(sample: Body, other: Body) -> dict[Any, Any]:
    """The ids and number of one document, to those of another of the same build."""
    known: dict[Any, Any] = {UUID(sample["id"]): UUID(other["id"])}
    known[UUID(sample["customer_id"])] = UUID(other["customer_id"])
    known[sample["number"]] = other["number"]
    for mine, its in zip(sample.get("lines", ()), other.get("lines", ()), strict=True):
        known[UUID(mine["id"])] = UUID(its["id"])
    return known


def _idempotency_key(statements: Sequence[Statement]) -> str:
    """The key among the parameters of the look-up."""
    (lookup,) = [each for each in statements if "FROM idempotency_key" in each.sql]
    return str(lookup.parameters[-1])


def _allocation(invoice: Body) -> Body:
    share = {"invoice_id": invoice["id"], "amount": {"amount": "100.00", "currency": "CNY"}}
    return {"allocations": [share]}


def _new_customer() -> bytes:
    return json.dumps({"name": f"测试{next(_serial)}号贸易公司", "region": "上海"}).encode()
