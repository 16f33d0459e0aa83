"""Facts of the follow-up: products, prices, activities, opportunities with their stages, quotes."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from services.analytics.facts.columns import (
    Row,
    amount_of,
    currency_of,
    day,
    fact_table,
    line_table,
    money,
    owned,
    owned_row,
    quantity,
    text,
    uuid,
)
from services.analytics.facts.projection import Lines, Projection, Trail
from services.analytics.metadata import FACTS, metadata
from shared.db.types import MOMENT, QUANTITY, SHARE
from shared.domain.clock import business_date
from shared.events.opportunity import (
    ActivityLogged,
    DiscountPolicyAdopted,
    OpportunityLost,
    OpportunityState,
    OpportunityWon,
    PriceListEffective,
    PriceListState,
    ProductChanged,
    QuoteState,
)
from shared.inbox.arrival import Received

products = fact_table(
    "product",
    text("code"),
    text("name"),
    text("line", optional=True),
    text("category", optional=True),
    text("unit"),
    text("status"),
)
price_lists = fact_table(
    "price_list", text("number"), text("status"), text("currency"), day("effective_on")
)
prices = sa.Table(
    "price",
    metadata,
    sa.Column("price_list_id", sa.Uuid, primary_key=True),
    sa.Column("product_id", sa.Uuid, primary_key=True),
    sa.Column("minimum_quantity", QUANTITY, primary_key=True),
    money("unit_price"),
    text("currency"),
    schema=FACTS,
)
discount_policies = fact_table("discount_policy", text("non_standard_role"))
discount_bands = sa.Table(
    "discount_band",
    metadata,
    sa.Column("discount_policy_id", sa.Uuid, primary_key=True),
    sa.Column("role", sa.Text, primary_key=True),
    sa.Column("up_to", SHARE, comment="null: any discount"),
    schema=FACTS,
)
activities = fact_table(
    "activity",
    uuid("customer_id"),
    uuid("opportunity_id", optional=True),
    uuid("corrects_id", optional=True),
    *owned(),
    text("kind"),
    text("result"),
    day("happened_on"),
    day("next_contact_on", optional=True),
    sa.Index("activity_customer", "customer_id", "happened_on"),
)
opportunities = fact_table(
    "opportunity",
    text("number", optional=True),
    text("name"),
    uuid("customer_id"),
    *owned(),
    text("status"),
    text("stage"),
    sa.Column("stage_position", sa.Integer, nullable=False),
    text("likelihood", optional=True),
    text("progress", optional=True),
    text("kind", optional=True),
    text("source", optional=True),
    sa.Column("probability", SHARE),
    money("expected_amount", optional=True),
    text("currency", optional=True),
    day("expected_close", optional=True),
    day("opened_on"),
    sa.Index("opportunity_opened", "opened_on"),
)
# One row for each stage an opportunity entered, with the place of the stage in the sales process;
# how it ended (won, lost, abandoned) is the ``final`` one.
stages = sa.Table(
    "opportunity_stage",
    metadata,
    sa.Column("opportunity_id", sa.Uuid, primary_key=True),
    sa.Column("entered_at", MOMENT, primary_key=True),
    sa.Column("stage", sa.Text, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("final", sa.Boolean, nullable=False),
    schema=FACTS,
)
quotes = fact_table(
    "quote",
    text("number"),
    sa.Column("revision", sa.Integer, nullable=False),
    uuid("opportunity_id"),
    uuid("customer_id"),
    *owned(),
    uuid("author_id"),
    text("status"),
    text("chain"),
    money("list_total"),
    money("total"),
    text("currency"),
    sa.Column("discount", SHARE, nullable=False),
    day("valid_until"),
)
quote_lines = line_table(
    "quote_line",
    "quote_id",
    uuid("product_id"),
    quantity("quantity"),
    sa.Column("discount", SHARE, nullable=False),
    money("amount"),
    text("currency"),
)


def _product(received: Received[ProductChanged]) -> Row:
    data = received.data
    return {
        "code": data.code,
        "name": data.name,
        "line": data.line,
        "category": data.category,
        "unit": data.unit,
        "status": data.status,
    }


def _price_list(received: Received[PriceListState | PriceListEffective]) -> Row:
    data = received.data
    return {
        "number": data.number,
        "status": data.status if isinstance(data, PriceListState) else "effective",
        "currency": data.currency,
        "effective_on": data.effective_on,
    }


def _prices(received: Received[PriceListState | PriceListEffective]) -> Iterator[Row]:
    data = received.data
    for price in data.prices if isinstance(data, PriceListEffective) else ():
        yield {
            "price_list_id": data.price_list_id,
            "product_id": price.product_id,
            "minimum_quantity": price.minimum_quantity,
            "unit_price": price.unit_price.amount,
            "currency": price.unit_price.currency,
        }


def _discount_policy(received: Received[DiscountPolicyAdopted]) -> Row:
    return {"non_standard_role": received.data.non_standard_role}


def _bands(received: Received[DiscountPolicyAdopted]) -> Iterator[Row]:
    policy = received.data
    for band in policy.bands:
        yield {
            "discount_policy_id": policy.discount_policy_id,
            "role": band.role,
            "up_to": band.up_to,
        }


def _activity(received: Received[ActivityLogged]) -> Row:
    data = received.data
    return {
        "customer_id": data.customer_id,
        "opportunity_id": data.opportunity_id,
        "corrects_id": data.corrects_id,
        **owned_row(data),
        "kind": data.kind,
        "result": data.result,
        "happened_on": business_date(data.happened_at),
        "next_contact_on": data.next_contact_on,
    }


def _opportunity(received: Received[OpportunityState]) -> Row:
    data = received.data
    return {
        "number": data.number,
        "name": data.name,
        "customer_id": data.customer_id,
        **owned_row(data),
        "status": data.status,
        "stage": data.stage,
        "stage_position": data.stage_position or 0,
        "likelihood": data.likelihood,
        "progress": data.progress,
        "kind": data.kind,
        "source": data.source,
        "probability": data.probability,
        "expected_amount": amount_of(data.expected_amount),
        "currency": currency_of(data.expected_amount),
        "expected_close": data.expected_close,
        "opened_on": business_date(data.opened_at),
    }


def _stages(received: Received[OpportunityState]) -> Iterator[Row]:
    data = received.data
    entered = {
        "opportunity_id": data.opportunity_id,
        "entered_at": data.stage_since,
        "stage": data.stage,
        "position": data.stage_position or 0,
        "final": False,
    }
    yield entered
    if isinstance(data, OpportunityWon | OpportunityLost):
        ended = {"entered_at": received.envelope.time, "stage": data.status, "final": True}
        yield entered | ended


def _quote(received: Received[QuoteState]) -> Row:
    data = received.data
    return {
        "number": data.number,
        "revision": data.revision,
        "opportunity_id": data.opportunity_id,
        "customer_id": data.customer_id,
        **owned_row(data),
        "author_id": data.author_id,
        "status": data.status,
        "chain": data.chain,
        "list_total": data.list_total.amount,
        "total": data.total.amount,
        "currency": data.total.currency,
        "discount": data.discount,
        "valid_until": data.valid_until,
    }


def _quote_lines(received: Received[QuoteState]) -> Iterator[Row]:
    for line in received.data.lines:
        yield {
            "quote_id": received.data.quote_id,
            "line_id": line.line_id,
            "product_id": line.product_id,
            "quantity": line.quantity,
            "discount": line.discount,
            "amount": line.amount.amount,
            "currency": line.amount.currency,
        }


PROJECTIONS = (
    Projection(ProductChanged, products, _product),
    Projection(
        (PriceListState, PriceListEffective), price_lists, _price_list, (Lines(prices, _prices),)
    ),
    Projection(
        DiscountPolicyAdopted, discount_policies, _discount_policy, (Lines(discount_bands, _bands),)
    ),
    Projection(ActivityLogged, activities, _activity),
    Projection(OpportunityState, opportunities, _opportunity, trail=Trail(stages, _stages)),
    Projection(QuoteState, quotes, _quote, (Lines(quote_lines, _quote_lines),)),
)
