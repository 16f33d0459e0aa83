"""From a payment that another system saw to the receipt it becomes (S159)."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from services.order.customers.table import customers
from services.order.payments.errors import PaymentContradicts, UnknownPayer
from services.order.payments.table import external_payments
from services.order.receipts.service import RecordReceipt, record_receipt
from shared.db.driver import Connection
from shared.db.unit_of_work import UnitOfWork
from shared.events.inbound import PaymentReceived
from shared.inbox.arrival import Received


async def take_payment(uow: UnitOfWork, received: Received[PaymentReceived]) -> None:
    """Record the receipt of a payment, once for each reference of its source (S159).

    Raises:
        UnknownPayer: no customer has the number; the payment waits until one has.
        PaymentContradicts: the reference stands for another payment already.
        Invalid: the money is yet to come.
    """
    payment, source = received.data, received.envelope.source
    if await _is_taken(uow.conn, source, payment):
        return
    receipt = await record_receipt(
        uow,
        RecordReceipt(
            customer_id=await _payer(uow.conn, payment.customer_number),
            amount=payment.amount.amount,
            currency=payment.amount.currency,
            method=payment.method,
            received_on=payment.received_on,
            account=payment.account,
            note=_note(source, payment),
        ),
    )
    row = _facts(payment) | {"receipt_id": receipt.id, "source_event_id": received.envelope.id}
    row |= {"source": source, "reference": payment.reference, "taken_at": uow.now}
    await uow.conn.execute(sa.insert(external_payments), row)


async def _is_taken(conn: Connection, source: str, payment: PaymentReceived) -> bool:
    facts = _facts(payment)
    query = sa.select(*(external_payments.c[name] for name in facts)).where(
        external_payments.c.source == source, external_payments.c.reference == payment.reference
    )
    known = (await conn.execute(query)).mappings().one_or_none()
    if known is None:
        return False
    if others := sorted(name for name in facts if known[name] != facts[name]):
        raise PaymentContradicts(
            f"Payment {payment.reference} was recorded with another {', '.join(others)}."
        )
    return True


async def _payer(conn: Connection, number: str) -> UUID:
    found = await conn.execute(sa.select(customers.c.id).where(customers.c.number == number))
    payer: UUID | None = found.scalar_one_or_none()
    if payer is None:
        raise UnknownPayer(f"No customer has the number {number}; retry when one has.")
    return payer


def _facts(payment: PaymentReceived) -> dict[str, object]:
    return {
        "customer_number": payment.customer_number,
        "amount": payment.amount.amount,
        "currency": payment.amount.currency,
        "received_on": payment.received_on,
    }


def _note(source: str, payment: PaymentReceived) -> str:
    """Say on the receipt where the payment is found."""
    return "\n".join(filter(None, (f"{source} {payment.reference}", payment.remark)))
