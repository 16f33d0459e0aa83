"""What a draft costs today: the list prices of its products, by the quantities of its lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.order.catalogue.query import Offers, offers
from services.order.drafts.errors import NotListed
from services.order.drafts.model import DraftLine, OrderDraft
from services.order.orders.line import OrderLine
from services.order.prices.model import price_for
from services.order.products.line import priced
from services.order.products.model import Product
from shared.db.driver import Connection
from shared.domain.errors import FieldError
from shared.domain.money import line_amount, total

_NONE = Decimal(0)


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line with what it costs; without product or price it cannot be ordered today."""

    line: DraftLine
    product: Product | None
    unit_price: Decimal | None
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class PricedDraft:
    """A draft with what it costs; no total while a line cannot be ordered."""

    draft: OrderDraft
    lines: tuple[PricedLine, ...]

    @property
    def total(self) -> Decimal | None:
        """The sum of the lines."""
        amounts = [line.amount for line in self.lines if line.amount is not None]
        return total(amounts) if len(amounts) == len(self.lines) else None

    def must_be_listed(self) -> None:
        """Refuse lines that cannot be ordered today.

        Raises:
            NotListed: a product is not sold, or has no price for the quantity.
        """
        errors = tuple(
            FieldError(f"/lines/{place}/product_id", NotListed.code, "This cannot be ordered.")
            for place, line in enumerate(self.lines)
            if line.amount is None
        )
        if errors:
            raise NotListed("A product is not on the price list of today.", errors=errors)

    def order_lines(self) -> tuple[OrderLine, ...]:
        """Return the lines as an order has them: at list price, without discount."""
        self.must_be_listed()
        currency = self.draft.currency
        return tuple(
            OrderLine(**priced(product, quantity, unit_price, _NONE, currency=currency))
            for product, quantity, unit_price in (
                (each.product, each.line.quantity, each.unit_price) for each in self.lines
            )
            if product is not None and unit_price is not None
        )


async def price(conn: Connection, draft: OrderDraft, on: date) -> PricedDraft:
    """Return a draft with what it costs on a day."""
    ids = [line.product_id for line in draft.lines]
    found = await offers(conn, ids, on=on, currency=draft.currency)
    return PricedDraft(draft, tuple(_line(line, found, draft.currency) for line in draft.lines))


def _line(line: DraftLine, found: Offers, currency: str) -> PricedLine:
    product = found.products.get(line.product_id)
    unit_price = price_for(found.tiers.get(line.product_id, ()), line.quantity)
    if product is None or unit_price is None:
        return PricedLine(line, product, None, None)
    amount = line_amount(line.quantity, unit_price, currency=currency)
    return PricedLine(line, product, unit_price, amount)
