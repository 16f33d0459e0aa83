"""Payments that a bank saw become receipts: each once, by the bank as the one who acts (S159)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, get_args
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.order.receipts.model import Method
from shared.bus.port import Record
from shared.domain.ids import new_id
from shared.events.inbound import PaymentReceived
from shared.inbox import parked as shelf
from shared.inbox.inbound import parse
from shared.inbox.inbox import Inbox
from tests.support.opportunity import money, today
from tests.support.order import Body, balance, customer, events_of, read
from tests.support.outside import BANK, WAREHOUSE, allowed_sources, record, tell, why_parked
from tests.support.services import ServiceUnderTest


@pytest.fixture(scope="module", autouse=True)
def _sources() -> Iterator[None]:
    with allowed_sources():
        yield


def reference() -> str:
    return f"ICBC-{new_id().hex[-12:]}"


def payment(number: str, amount: str = "500.00", **changes: Any) -> Record:
    """What the bank says; ``source`` and ``headers`` are those of the record."""
    source = changes.pop("source", BANK)
    headers = changes.pop("headers", None)
    data = {
        "reference": reference(),
        "customer_number": number,
        "amount": money(amount, changes.pop("currency", "CNY")),
        "received_on": str(today()),
        "account": "6222 **** 0001",
        "remark": "货款",
    } | changes
    subject = str(data["reference"])
    return record(PaymentReceived, data, source=source, subject=subject, headers=headers)


async def payer(order: ServiceUnderTest) -> tuple[UUID, str]:
    """A customer, and its number."""
    number = f"C{new_id().int % 10**8:08d}"
    return await customer(order, number=number), number


async def receipts(order: ServiceUnderTest, customer_id: UUID) -> list[Body]:
    found: list[Body] = (await read(order, f"receipts?customer_id={customer_id}"))["items"]
    return found


async def test_a_payment_becomes_a_receipt(order: ServiceUnderTest) -> None:
    """S159: recorded, posted, published as one that finance enters."""
    customer_id, number = await payer(order)
    sent = payment(number, reference="P-1 第一笔")
    await tell(order, sent)
    (receipt,) = await receipts(order, customer_id)
    assert receipt["amount"] == receipt["unallocated"] == money("500.00")
    assert (receipt["method"], receipt["received_on"]) == ("bank_transfer", str(today()))
    assert (receipt["account"], receipt["note"]) == ("6222 **** 0001", f"{BANK} P-1 第一笔\n货款")
    envelope = parse(sent.headers, "")
    assert receipt["recorded_by"] == receipt["handler_id"] == str(envelope.actor_id)
    assert await events_of(order, receipt["id"]) == ["recorded"]
    assert await balance(order, customer_id, "bank") == "500.00"


async def test_what_the_receipt_says_goes_back_to_the_payment(order: ServiceUnderTest) -> None:
    """Its event names the cause and who acted: the bank, with its own correlation."""
    customer_id, number = await payer(order)
    sent = payment(number, headers={"ce_correlationid": str(new_id())})
    await tell(order, sent)
    (receipt,) = await receipts(order, customer_id)
    envelope = parse(sent.headers, "")
    query = sa.text("SELECT headers::text FROM outbox WHERE aggregate_id = :id")
    async with order.db.reading() as conn:
        headers = (await conn.execute(query, {"id": UUID(receipt["id"])})).scalar_one()
    for value in (envelope.id, envelope.actor_id, envelope.correlation_id):
        assert str(value) in headers


async def test_a_payment_is_recorded_once_however_it_comes_again(order: ServiceUnderTest) -> None:
    """The same event, in a batch and later; and another event with the same reference."""
    customer_id, number = await payer(order)
    sent = payment(number)
    again = payment(number, reference=sent.key)
    await tell(order, sent, sent)
    await tell(order, sent)
    await tell(order, again)
    assert len(await receipts(order, customer_id)) == 1
    assert await balance(order, customer_id, "bank") == "500.00"


async def test_one_payment_told_in_two_places_at_once_is_recorded_once(
    order: ServiceUnderTest,
) -> None:
    """Under two subjects, so in two partitions: whoever comes second finds it done."""
    customer_id, number = await payer(order)
    first = payment(number)
    second = payment(number, reference=first.key)
    second = replace(second, key="again", headers={**second.headers, "ce_subject": "again"})
    (consumer,) = [each for each in order.service.consumers if each.name == "order.inbound"]
    inbox = Inbox(order.db, consumer, retry_pauses=(0.05, 0.1))
    await asyncio.gather(*(inbox.handle([each]) for each in (first, second)))
    assert len(await receipts(order, customer_id)) == 1
    assert await why_parked(order, first) + await why_parked(order, second) == []


async def test_the_same_reference_of_another_source_is_another_payment(
    order: ServiceUnderTest,
) -> None:
    customer_id, number = await payer(order)
    sent = payment(number)
    await tell(order, sent, payment(number, reference=sent.key, source="/psp"))
    assert len(await receipts(order, customer_id)) == 2


async def test_a_reference_that_stands_for_another_payment_is_parked(
    order: ServiceUnderTest,
) -> None:
    customer_id, number = await payer(order)
    sent = payment(number)
    await tell(order, sent)
    await tell(order, payment(number, "600.00", reference=sent.key))
    assert len(await receipts(order, customer_id)) == 1
    assert await why_parked(order, sent) == [
        f"PaymentContradicts: Payment {sent.key} was recorded with another amount."
    ]


async def test_a_payment_of_an_unknown_customer_waits_for_it(order: ServiceUnderTest) -> None:
    """Parked with the number; after the customer has come, a retry records it."""
    number = f"C{new_id().int % 10**8:08d}"
    sent = payment(number)
    await tell(order, sent)
    assert await why_parked(order, sent) == [
        f"UnknownPayer: No customer has the number {number}; retry when one has."
    ]
    customer_id = await customer(order, number=number)
    (consumer,) = [each for each in order.service.consumers if each.name == "order.inbound"]
    event_id = parse(sent.headers, "").id
    outcome = await shelf.retry(Inbox(order.db, consumer), event_id, by="operator")
    assert outcome.applied == (event_id,)
    assert len(await receipts(order, customer_id)) == 1
    assert await why_parked(order, sent) == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"currency": "XXX"}, "this currency is not kept here"),
        ({"amount": "0.00"}, "greater than 0"),
        ({"received_on": str(today(1))}, "Money is recorded when it has come in"),
        ({"method": "barter"}, "Input should be 'bank_transfer'"),
        ({"source": WAREHOUSE}, WAREHOUSE),
    ],
    ids=str,
)
async def test_what_cannot_be_a_payment_is_parked_with_the_reason(
    order: ServiceUnderTest, change: dict[str, Any], reason: str
) -> None:
    customer_id, number = await payer(order)
    sent = payment(number, **change)
    await tell(order, sent)
    (why,) = await why_parked(order, sent)
    assert reason in why
    assert await receipts(order, customer_id) == []


async def test_the_promises_about_payments_bite(order: ServiceUnderTest) -> None:
    """A receipt of another amount, and a payment that nobody told."""
    _, number = await payer(order)
    await tell(order, payment(number))
    promises = {each.id: each.query for each in order.service.promises}
    spoil = {
        "payments.17": "UPDATE receipt SET received_on = received_on - 1",
        "payments.8": "DELETE FROM inbox WHERE topic = 'crm.inbound.payment'",
    }
    for promise, statement in spoil.items():
        async with order.db.pool.connection() as conn:
            transaction = conn.driver.transaction()
            await transaction.start()
            await conn.execute(sa.text(statement))
            found = (await conn.execute(sa.text(promises[promise]))).all()
            await transaction.rollback()
        assert found, promise


def test_money_comes_in_the_ways_that_receipts_know() -> None:
    """The events are the language of all and know no service, so the ways stand there again."""
    assert get_args(PaymentReceived.model_fields["method"].annotation) == tuple(Method)
