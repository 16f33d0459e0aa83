"""An accepted quote to what it becomes here: contract or order, by its business type (S101)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from services.order.contracts.content import Content
from services.order.contracts.service import DraftFromQuote, draft_from_quote
from services.order.orders.line import OrderLine
from services.order.orders.origin import Origin
from services.order.orders.placing import PlaceFromQuote, place_from_quote
from services.order.place import Place
from services.order.products.line import ProductLine, priced
from services.order.products.model import Product
from shared.db.unit_of_work import UnitOfWork
from shared.domain.money import line_amount
from shared.events.opportunity import QuoteAccepted, QuoteLine
from shared.events.vocabulary import Chain
from shared.inbox.arrival import Received


async def take_accepted_quote(uow: UnitOfWork, received: Received[QuoteAccepted]) -> None:
    """Draft the contract of a contract_first quote, place the order of any other (S101, S103)."""
    quote = received.data
    place = Place(quote.owner_id, quote.department, quote.branch, quote.region)
    if quote.chain == Chain.CONTRACT_FIRST:
        await draft_from_quote(uow, _contract(quote, place))
    else:
        await place_from_quote(uow, _order(quote, place))


def _contract(quote: QuoteAccepted, place: Place) -> DraftFromQuote:
    return DraftFromQuote(
        quote_id=quote.quote_id,
        opportunity_id=quote.opportunity_id,
        authors=quote.authors or (quote.author_id,),
        place=place,
        content=Content(
            title=f"{quote.project_number} / {quote.number}",
            customer_id=quote.customer_id,
            currency=quote.total.currency,
            lines=tuple(ProductLine(**_line(line)) for line in quote.lines),
            terms=quote.payment_terms,
            payment_days=quote.payment_days,
        ),
    )


def _order(quote: QuoteAccepted, place: Place) -> PlaceFromQuote:
    return PlaceFromQuote(
        origin=Origin(
            chain=Chain(quote.chain),
            quote_id=quote.quote_id,
            opportunity_id=quote.opportunity_id,
            agreed_days=quote.payment_days,
        ),
        customer_id=quote.customer_id,
        currency=quote.total.currency,
        lines=tuple(OrderLine(**_line(line)) for line in quote.lines),
        payment_days=quote.payment_days,
        authors=quote.authors or (quote.author_id,),
        place=place,
    )


def _line(line: QuoteLine) -> dict[str, Any]:
    """Return the fields of a line that costs what was accepted, to the cent.

    Its price is the list price less the discount; where the quote fixed a price of its own, that.
    """
    product = Product(line.product_id, line.product_code, line.product_name, line.unit)
    listed, agreed, amount = line.list_price.amount, line.unit_price.amount, line.amount.amount
    currency = line.amount.currency
    for price, discount in ((listed, line.discount), (agreed, Decimal(0)), (agreed, line.discount)):
        if line_amount(line.quantity, price, discount, currency=currency) == amount:
            return priced(product, line.quantity, price, discount, currency=currency)
    raise ValueError(f"no price gives the amount {amount} of {line.product_code}")
