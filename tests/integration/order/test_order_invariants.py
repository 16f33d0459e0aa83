"""The invariants bite: whatever somebody with all rights spoils is named by the right one."""

from __future__ import annotations

import asyncpg
import pytest

from shared.db.driver import Connection
from shared.db.invariants import violations
from shared.db.result import Row
from tests.support.amending import amended, kept, terminated
from tests.support.expenses import approved, try_to_settle
from tests.support.opportunity import deliver
from tests.support.order import (
    SELLER,
    approved_order,
    call,
    customer,
    done,
    prepaid,
    seller,
    signed_contract,
)
from tests.support.quotes import quote
from tests.support.services import ServiceUnderTest


@pytest.fixture(scope="module")
async def trading(order: ServiceUnderTest) -> ServiceUnderTest:
    """A service with a prepaid order, one cancelled, one on credit, one under a contract, a
    contract that was amended and then ended, a settled expense, and two accepted quotes."""
    buyer = await customer(order, settlement=None)
    await prepaid(order, buyer, "5000.00")
    await approved_order(order, buyer)
    ended = await approved_order(order, buyer)
    path = f"orders/{ended['id']}/cancel"
    await done(order, SELLER, path, {"reason": "撤单"}, seen=ended)
    debtor = await customer(order, "credit", limit="9000.00")
    contract = await signed_contract(order, debtor)
    await approved_order(order, debtor)
    await approved_order(order, debtor, call(contract, "4"), contract_id=contract["id"])
    changed = await signed_contract(order, debtor)
    changed = await amended(order, changed, lines=[kept(changed, "7")])
    await terminated(order, changed)
    spent = await try_to_settle(order, await approved(order), "7000.00")
    assert spent.status_code == 200
    for chain in ("contract_first", "ordinary"):
        accepted = quote(debtor, owner_id=seller(order), chain=chain)
        await deliver(order, accepted, accepted.quote_id)
    return order


#: What is done to the data, and who notices.
SPOILT = {
    "a posting is changed": (
        "UPDATE posting SET amount = amount + 1 WHERE account = 'bank'",
        {"ledger.15"},
    ),
    "a journal loses its postings": (
        "DELETE FROM posting",
        {"ledger.15", "prepayments.18"},
    ),
    "a customer owes more than is posted": (
        "UPDATE account SET receivable = receivable + 1",
        {"accounts.18 postings"},
    ),
    "an account forgets a commitment": (
        "UPDATE account SET committed = 0",
        {"accounts.35"},
    ),
    "an order commits too little": (
        "UPDATE sales_order SET committed = 0",
        {"orders.35 committed"},
    ),
    "a balance is raised by hand": (
        "UPDATE prepayment SET balance = balance + 1",
        {"prepayments.21 account", "prepayments.18"},
    ),
    "a movement is lost": (
        "DELETE FROM prepayment_movement WHERE kind = 'credited'",
        {"prepayments.21"},
    ),
    "a hold is lost": (
        "DELETE FROM prepayment_movement WHERE kind = 'held'",
        {"prepayments.21", "prepayments.21 holds", "orders.21"},
    ),
    "money is credited without a journal": (
        "UPDATE journal SET kind = 'other' WHERE kind = 'prepayment_credited'",
        {"prepayments.17"},
    ),
    "a total is not the sum of its lines": (
        "UPDATE sales_order SET total = total + 0.01",
        {"orders.23"},
    ),
    "a contract's total is not the sum of its lines": (
        "UPDATE contract SET total = total + 0.01",
        {"contracts.23"},
    ),
    "an approved contract is edited": (
        "UPDATE contract SET content_hash = 'other' WHERE status = 'signed'",
        {"contracts.32"},
    ),
    "an author approves": (
        "UPDATE contract SET authors = authors || approved_by WHERE status = 'signed'",
        {"contracts.32"},
    ),
    "a discount beyond the approver's authority": (
        "UPDATE order_line SET discount = 0.0501 FROM sales_order AS s"
        " WHERE s.id = order_id AND s.quote_id IS NULL AND s.contract_id IS NULL",
        {"orders.32 authority"},
    ),
    "the demand is forgotten": (
        "UPDATE sales_order SET discount = NULL, policy_version = NULL WHERE quote_id IS NULL",
        {"orders.32 authority"},
    ),
    "a line is measured by another price": (
        "UPDATE order_line SET list_price = 1 WHERE list_price IS NOT NULL",
        {"orders.32 list"},
    ),
    "a contract gives away more than its approver may": (
        "UPDATE contract SET approved_role = 'sales_manager' WHERE status = 'signed';"
        " UPDATE contract_line SET list_price = NULL FROM contract AS c"
        " WHERE c.id = contract_id AND c.status = 'signed'",
        {"contracts.32 authority", "contracts.32 list"},
    ),
    "who spoke for a department approves": (
        "UPDATE approval_opinion AS o SET given_by = c.approved_by, verdict = 'comment'"
        " FROM approval AS a, contract AS c WHERE a.id = o.approval_id AND c.id = a.document_id"
        " AND o.voice = 'legal'; DROP INDEX approval_opinion_one_voice;"
        " UPDATE approval_opinion SET verdict = 'approve' WHERE voice = 'legal'",
        {"approvals.32 author"},
    ),
    "an opinion is turned": (
        "UPDATE approval_opinion SET verdict = 'reject' WHERE voice = 'legal'",
        {"approvals.32 steps"},
    ),
    "a contract is removed from the register": (
        "UPDATE contract SET number = 'HT26900000' WHERE status = 'draft'",
        {"contracts.26", "numbers.226 contract"},
    ),
    "an order has a number that was never issued": (
        "UPDATE sales_order SET number = 'SO' || right(number, 8) || '26'",
        {"numbers.226 sales_order"},
    ),
    "two branches issue the same expense": (
        "INSERT INTO number_range (series, branch, year, first, next)"
        " SELECT series, '天津', year, first, next FROM number_range WHERE series = 'expense'",
        {"numbers.226 ranges"},
    ),
    "a line of a quote's contract is cheaper": (
        "UPDATE contract_line SET discount = 0.5 WHERE product_name = '球阀'",
        {"contracts.31"},
    ),
    "a line of a quote's order is more": (
        "UPDATE order_line SET quantity = quantity + 1 WHERE product_name = '球阀'",
        {"orders.31 quote"},
    ),
    "a line under a contract is cheaper": (
        "UPDATE order_line SET unit_price = 0.01 WHERE contract_line_id IS NOT NULL",
        {"orders.31 contract"},
    ),
    "more is ordered than agreed": (
        "UPDATE contract_line SET quantity = 3.9 FROM contract AS c"
        " WHERE c.id = contract_id AND c.status = 'signed'",
        {"orders.30"},
    ),
    "an order is placed out of the term": (
        "UPDATE contract SET ends_on = '2020-01-01' WHERE status = 'signed'",
        {"orders.30 term"},
    ),
    "one quote became two documents": (
        "UPDATE sales_order SET quote_id = (SELECT quote_id FROM contract"
        " WHERE quote_id IS NOT NULL) WHERE quote_id IS NOT NULL",
        {"orders.33"},
    ),
    "an amended contract is worth something else": (
        "UPDATE contract_amendment SET total = total + 1 WHERE kind = 'change'",
        {"amendments.129"},
    ),
    "what was agreed before is lost": (
        "DELETE FROM contract_revision",
        {"amendments.129"},
    ),
    "a contract is ended by hand": (
        "UPDATE contract SET status = 'terminated' WHERE status = 'signed'",
        {"amendments.129 end"},
    ),
    "a contract is ended while an order is open": (
        "UPDATE sales_order SET contract_id = (SELECT id FROM contract WHERE status = 'terminated')"
        " WHERE contract_id IS NOT NULL",
        {"amendments.129 end"},
    ),
    "who drafted a contract approves its amendment": (
        "UPDATE contract_amendment AS a SET approved_by = c.authors[1] FROM contract AS c"
        " WHERE c.id = a.contract_id",
        {"amendments.32"},
    ),
    "an amendment is not the one that was approved": (
        "UPDATE contract_amendment SET content_hash = 'other'",
        {"approvals.32 contract_amendment", "approvals.32 contract_termination"},
    ),
    "an amendment was approved before it was proposed": (
        "UPDATE outbox SET payload = jsonb_set(CAST(payload AS jsonb), '{status}', '\"approved\"')"
        " WHERE aggregate_type = 'amendment' AND aggregate_version = 1",
        {"transitions.34 amendment"},
    ),
    "an expense is more than was approved": (
        "UPDATE expense SET amount = 10000.01",
        {"expenses.109"},
    ),
    "an expense was approved for other content": (
        "UPDATE expense SET content_hash = 'other'",
        {"expenses.109", "approvals.32 expense"},
    ),
    "an expense was approved by other steps": (
        "UPDATE approval SET steps = '[]' WHERE document_type = 'expense'",
        {"expenses.109"},
    ),
    "more is settled than was approved": (
        "ALTER TABLE expense DROP CONSTRAINT expense_settled_check;"
        " UPDATE expense SET settled = amount + 0.01",
        {"expenses.109 settled"},
    ),
    "an author settles": (
        "UPDATE expense SET settled_by = authors[1]",
        {"expenses.32"},
    ),
    "an expense was settled before it was asked for": (
        "UPDATE outbox SET payload = jsonb_set(CAST(payload AS jsonb), '{status}', '\"settled\"')"
        " WHERE aggregate_type = 'expense' AND aggregate_version = 1",
        {"transitions.34 expense"},
    ),
    "a limit was passed": (
        "UPDATE sales_order SET credit_limit = credit_used - 0.01 WHERE settlement = 'credit'",
        {"orders.35"},
    ),
    "a seller approved the own order": (
        "UPDATE sales_order SET authors = authors || approved_by WHERE settlement = 'credit'",
        {"orders.35"},
    ),
    "a cancelled order was approved before it was placed": (
        "UPDATE outbox SET payload = jsonb_set(CAST(payload AS jsonb), '{status}', '\"closed\"')"
        " WHERE aggregate_type = 'order' AND aggregate_version = 1",
        {"transitions.34 order"},
    ),
    "a contract jumped over its approval": (
        "UPDATE outbox SET payload = jsonb_set(CAST(payload AS jsonb), '{status}', '\"draft\"')"
        " WHERE aggregate_type = 'contract' AND type LIKE '%.approved.v1'",
        {"transitions.34 contract"},
    ),
}


@pytest.mark.parametrize("what", SPOILT)
async def test_spoilt_data_is_named(trading: ServiceUnderTest, what: str) -> None:
    """Promises 15, 17, 18, 21, 23, 26 and 30 to 35 of the order service."""
    statement, expected = SPOILT[what]
    assert await found(trading, statement) >= expected


async def test_the_intact_data_breaks_no_promise(trading: ServiceUnderTest) -> None:
    assert await found(trading, "SELECT 1") == set()


async def test_a_right_to_change_postings_is_found(trading: ServiceUnderTest) -> None:
    """Promise 16: with the eyes of the role that the service runs as."""
    for grant in ("UPDATE ON posting", "DELETE ON outbox"):
        assert await found(trading, f"GRANT {grant} TO kehu_test_runtime") == {"ledger.16"}


async def test_a_service_that_works_as_the_owner_is_found(trading: ServiceUnderTest) -> None:
    """Promise 16: an owner can do everything."""
    assert await found(trading, "SELECT 1", role="NONE") == {"ledger.16"}


async def found(
    service: ServiceUnderTest, statement: str, role: str = "kehu_test_runtime"
) -> set[str]:
    """The invariants that ``role`` sees violated after a statement, which is then taken back."""
    connection = await asyncpg.connect(service.owner_dsn, record_class=Row)
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(statement)
        await connection.execute(f"SET LOCAL ROLE {role}")
        wrong = await violations(Connection(connection), service.service.invariants)
        return {each.invariant for each in wrong}
    finally:
        await transaction.rollback()
        await connection.close()
