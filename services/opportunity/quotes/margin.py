"""What a discount costs (S107, S115): the margin at list prices and at the prices asked for."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from services.opportunity.presenting import money_out
from services.opportunity.quotes.line import QuoteLine
from services.opportunity.quotes.model import Quote
from shared.domain.money import SHARE_STEP, round_money, total
from shared.http.fields import MoneyOut, Output


class LineMargin(Output):
    """The margin of one line; null where the cost is not known in this currency."""

    line_id: UUID
    product_code: str
    cost: MoneyOut | None
    margin: MoneyOut | None


class MarginOut(Output):
    """The margin of a quote; null where the cost of a line is not known.

    ``share`` is of the total; ``given_away`` is what the discount takes off the list margin.
    """

    quote_id: UUID
    cost: MoneyOut | None
    list_margin: MoneyOut | None
    margin: MoneyOut | None
    share: Decimal | None
    given_away: MoneyOut
    lines: list[LineMargin]


def margin_of(quote: Quote) -> MarginOut:
    """Return the margin of a quote, from the costs its lines were priced with."""
    costs = [_cost(line, quote.currency) for line in quote.lines]
    known = [cost for cost in costs if cost is not None]
    cost = total(known) if len(known) == len(costs) else None
    margin = None if cost is None else quote.total - cost
    return MarginOut(
        quote_id=quote.id,
        cost=money_out(cost, quote.currency),
        list_margin=money_out(_less(quote.list_total, cost), quote.currency),
        margin=money_out(margin, quote.currency),
        share=(margin / quote.total).quantize(SHARE_STEP) if margin and quote.total else None,
        given_away=MoneyOut(amount=quote.list_total - quote.total, currency=quote.currency),
        lines=[
            LineMargin(
                line_id=line.id,
                product_code=line.product_code,
                cost=money_out(each, quote.currency),
                margin=money_out(_less(line.amount, each), quote.currency),
            )
            for line, each in zip(quote.lines, costs, strict=True)
        ],
    )


def _cost(line: QuoteLine, currency: str) -> Decimal | None:
    return None if line.unit_cost is None else round_money(line.quantity * line.unit_cost, currency)


def _less(amount: Decimal, cost: Decimal | None) -> Decimal | None:
    return None if cost is None else amount - cost
