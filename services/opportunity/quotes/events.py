"""Quote to event payload. Cost and margin stay at home."""

from __future__ import annotations

from decimal import Decimal

from services.opportunity.quotes import line as quoted
from services.opportunity.quotes.model import Quote
from shared.domain.aggregate import Change
from shared.events.opportunity import QuoteLine
from shared.events.payload import Payload
from shared.events.values import Money


def payload(quote: Quote, change: Change) -> Payload:
    """Return the event of ``change`` with the revision's state after it."""
    return change.event(
        quote_id=quote.id,
        number=quote.number,
        revision=quote.revision,
        opportunity_id=quote.opportunity_id,
        project_number=quote.project_number,
        customer_id=quote.customer_id,
        author_id=quote.authors[0],
        authors=quote.hands,
        owner_id=quote.owner_id,
        department=quote.department,
        branch=quote.branch,
        region=quote.region,
        status=quote.status,
        chain=quote.chain,
        lines=tuple(_line(line, quote.currency) for line in quote.lines),
        list_total=_money(quote.list_total, quote.currency),
        total=_money(quote.total, quote.currency),
        discount=quote.discount,
        payment_terms=quote.payment_terms,
        payment_days=quote.payment_days,
        valid_until=quote.valid_until,
        content_hash=quote.content_hash,
        **change.detail,
    )


def _line(line: quoted.QuoteLine, currency: str) -> QuoteLine:
    return QuoteLine(
        line_id=line.id,
        product_id=line.product_id,
        product_code=line.product_code,
        product_name=line.product_name,
        unit=line.unit,
        quantity=line.quantity,
        list_price=_money(line.list_price, currency),
        unit_price=_money(line.unit_price(currency), currency),
        discount=line.list_discount,
        amount=_money(line.amount, currency),
        standard=line.standard,
    )


def _money(amount: Decimal, currency: str) -> Money:
    return Money(amount=amount, currency=currency)
