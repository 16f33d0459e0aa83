"""The ledger: balanced, posted once, never changed."""

from __future__ import annotations

from decimal import Decimal

import asyncpg
import pytest

from services.order.ledger.model import Journal, LedgerAccount, transfer
from services.order.ledger.posting import post
from shared.domain.actor import SYSTEM
from shared.domain.clock import business_date, now
from shared.domain.ids import new_id
from tests.support.opportunity import money
from tests.support.order import as_runtime, balance, customer, done, prepaid, read, send
from tests.support.services import ServiceUnderTest


def journal(**fields: object) -> Journal:
    """Ten yuan from unallocated receipts to prepayments, of nobody in particular."""
    given: dict[str, object] = {
        "kind": "test",
        "source_type": "test",
        "source_id": new_id(),
        "customer_id": new_id(),
        "currency": "CNY",
        "posted_on": business_date(now()),
        "entries": transfer(
            debit=LedgerAccount.BANK, credit=LedgerAccount.REVENUE, amount=Decimal("10.00")
        ),
    }
    return Journal(**given | fields)  # type: ignore[arg-type]


async def test_many_journals_are_posted_and_published_as_vouchers(order: ServiceUnderTest) -> None:
    """S160: each with a number and its postings."""
    posted = [journal() for _ in range(3)]
    async with order.db.transaction(SYSTEM) as uow:
        await post(uow, *posted)
    ids = {each.id for each in posted}
    vouchers = [
        each
        for each in await order.published("crm.order.voucher.posted.v1")
        if each["aggregate_id"] in ids
    ]
    assert [each["aggregate_version"] for each in vouchers] == [1, 1, 1]
    assert len({each["data"]["number"] for each in vouchers}) == 3
    assert [
        (each["account"], each["amount"]["amount"]) for each in vouchers[0]["data"]["postings"]
    ] == [("bank", "10.00"), ("revenue", "-10.00")]


async def test_a_document_posts_each_kind_once(order: ServiceUnderTest) -> None:
    """S160."""
    first = journal()
    again = journal(source_id=first.source_id)
    async with order.db.transaction(SYSTEM) as uow:
        await post(uow, first)
    with pytest.raises(asyncpg.UniqueViolationError):
        async with order.db.transaction(SYSTEM) as uow:
            await post(uow, again)
    assert await balance(order, again.customer_id, "bank") == "0"


@pytest.mark.parametrize("table", ["journal", "posting", "prepayment_movement"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET id = id",
        "DELETE FROM {table}",
        "TRUNCATE {table} CASCADE",
    ],
)
async def test_the_service_cannot_change_what_was_posted(
    order: ServiceUnderTest, table: str, statement: str
) -> None:
    """S160: corrections are new journals; not even a defect of ours can rewrite old ones."""
    with pytest.raises(Exception, match="permission denied"):
        await as_runtime(order, statement.format(table=table))


async def test_postings_of_a_customer_are_listed_with_their_documents(
    order: ServiceUnderTest,
) -> None:
    """S150, S160."""
    buyer = await customer(order)
    await prepaid(order, buyer, "30.00")
    funds = await prepaid(order, buyer, "70.00")
    refund = {"amount": money("50.00")}
    await done(order, "finance", f"prepayments/{funds['id']}/refund", refund, seen=funds, key="r")
    path = f"ledger/postings?customer_id={buyer}&account=bank&sort=posted"
    shown = (await read(order, path))["items"]
    assert [(each["kind"], each["amount"]["amount"]) for each in shown] == [
        ("prepayment_credited", "30.00"),
        ("prepayment_credited", "70.00"),
        ("prepayment_refunded", "-50.00"),
    ]
    assert all(each["number"].startswith("V") for each in shown)
    sums = (await read(order, f"ledger/balances?customer_id={buyer}"))["items"]
    assert [(each["account"], each["balance"]["amount"]) for each in sums] == [
        ("bank", "50.00"),
        ("prepayments", "-50.00"),
    ]
    assert (sums[0]["debit"], sums[0]["credit"]) == (money("100.00"), money("50.00"))


async def test_the_trial_balance_sums_to_nothing(order: ServiceUnderTest) -> None:
    """Double entry: per currency, over all accounts and customers."""
    await prepaid(order, await customer(order), "12.34", "EUR")
    rows = (await read(order, "ledger/balances?currency=EUR"))["items"]
    assert sum(Decimal(each["balance"]["amount"]) for each in rows) == 0
    assert rows != []


async def test_account_managers_do_not_read_the_ledger(order: ServiceUnderTest) -> None:
    refused = await send(order, "account_manager", "ledger/balances", method="GET")
    assert refused.status_code == 403
