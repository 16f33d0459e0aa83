"""Events of the opportunity service: activities, products, prices, opportunities, quotes."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from shared.events.payload import Payload, event
from shared.events.values import Money, Owned, Value


@event("crm.opportunity.activity.logged.v1")
class ActivityLogged(Owned):
    """A visit, call, message or meeting took place (S03). What was said stays at home."""

    activity_id: UUID
    customer_id: UUID
    opportunity_id: UUID | None
    kind: str  # visit, call, message, meeting
    result: str  # interested, advanced, unchanged, objected, refused, not_reached
    happened_at: datetime
    next_contact_on: date | None
    corrects_id: UUID | None = None  # the activity in whose place this one stands


@event("crm.opportunity.product.changed.v1")
class ProductChanged(Payload):
    """A product was entered or changed (S119)."""

    product_id: UUID
    code: str
    name: str
    line: str | None
    category: str | None
    unit: str
    status: str  # active, retired


class Price(Value):
    """The list price of one product per unit, from a minimum quantity on."""

    product_id: UUID
    unit_price: Money
    minimum_quantity: Decimal = Decimal(0)


class PriceListState(Payload):
    """A version of the price list on its way; its prices are said when they count."""

    price_list_id: UUID
    number: str
    currency: str
    effective_on: date
    status: str  # draft, proposed, finance_adjusted, rejected
    price_count: int


@event("crm.opportunity.price_list.drafted.v1")
class PriceListDrafted(PriceListState):
    """A version of the price list was started (S110)."""


@event("crm.opportunity.price_list.changed.v1")
class PriceListChanged(PriceListState):
    """The prices of a draft were replaced."""


@event("crm.opportunity.price_list.proposed.v1")
class PriceListProposed(PriceListState):
    """The prices are up for approval (S110)."""


@event("crm.opportunity.price_list.adjusted.v1")
class PriceListAdjusted(PriceListState):
    """Finance changed the proposed prices; these are up for approval now (S110)."""


@event("crm.opportunity.price_list.returned.v1")
class PriceListReturned(PriceListState):
    """It is a draft again: returned for a change, or taken back."""


@event("crm.opportunity.price_list.rejected.v1")
class PriceListRejected(PriceListState):
    """The proposed prices were refused."""


@event("crm.opportunity.price_list.effective.v1")
class PriceListEffective(Payload):
    """A version of the price list is in force from ``effective_on`` (S102, S110)."""

    price_list_id: UUID
    number: str
    currency: str
    effective_on: date
    prices: tuple[Price, ...]
    status: str = "approved"


class DiscountBand(Value):
    """Discounts up to and including ``up_to`` (a share; null: any) are in the power of ``role``."""

    role: str
    up_to: Decimal | None


@event("crm.opportunity.discount_policy.adopted.v1")
class DiscountPolicyAdopted(Payload):
    """From now on this says who may give away how much off the list (S108).

    The sequence of the event is the version of the policy.
    """

    discount_policy_id: UUID
    bands: tuple[DiscountBand, ...]
    non_standard_role: str  # who may approve a price outside the list (S106)


class OpportunityState(Owned):
    """An opportunity (销售机会, project)."""

    opportunity_id: UUID
    number: str | None  # project number FQ…, once registered (S75)
    name: str
    customer_id: UUID
    status: str  # open, won, lost, abandoned
    stage: str
    stage_since: datetime
    likelihood: str | None  # A, B, C (S82)
    progress: str | None  # hot, warm, cold (S82)
    kind: str | None  # new, additional, replacement (S83)
    source: str | None
    expected_amount: Money | None
    expected_close: date | None
    opened_at: datetime
    stage_position: int | None = None  # the place of the stage in the sales process, from 1
    probability: Decimal | None = None  # a share: 0.6 is 60 %


@event("crm.opportunity.opportunity.opened.v1")
class OpportunityOpened(OpportunityState):
    """A chance to sell was found (S71)."""


@event("crm.opportunity.opportunity.registered.v1")
class OpportunityRegistered(OpportunityState):
    """The project got its number and may be quoted for (S75 to S77)."""


@event("crm.opportunity.opportunity.changed.v1")
class OpportunityChanged(OpportunityState):
    """Estimate, rating or other fields changed."""


@event("crm.opportunity.opportunity.stage_changed.v1")
class OpportunityStageChanged(OpportunityState):
    """It moved to another stage (S74)."""

    previous_stage: str


@event("crm.opportunity.opportunity.won.v1")
class OpportunityWon(OpportunityState):
    """It ended in a contract or order (S73)."""

    reason: str | None


@event("crm.opportunity.opportunity.lost.v1")
class OpportunityLost(OpportunityState):
    """It was lost or, as ``status`` says, abandoned, with the reason (S73)."""

    reason: str
    competitor: str | None = None


class QuoteLine(Value):
    """One line of a quote. ``discount`` is a share of the list price, 0.05 for 5 %.

    ``unit_price`` is the price per unit after the discount, rounded; ``amount`` was rounded once.
    """

    line_id: UUID
    product_id: UUID
    product_code: str
    product_name: str
    unit: str
    quantity: Decimal
    list_price: Money
    unit_price: Money
    discount: Decimal
    amount: Money
    standard: bool = True  # False: outside the price list, ``list_price`` was stated (S106)


class QuoteState(Owned):
    """One version of a quote (报价). Versions are immutable once submitted.

    ``content_hash`` is what an approval is bound to (S108); ``revision`` counts versions of one
    quote number: 1, 2, 3. ``authors`` are all who wrote or submitted it, ``author_id`` first.
    """

    quote_id: UUID
    number: str
    revision: int
    opportunity_id: UUID
    project_number: str
    customer_id: UUID
    author_id: UUID
    status: str
    chain: str  # business type: contract_first, ordinary, direct_delivery, invoice_first
    lines: tuple[QuoteLine, ...]
    list_total: Money
    total: Money
    discount: Decimal
    payment_terms: str | None
    payment_days: int
    valid_until: date
    content_hash: str
    authors: tuple[UUID, ...] = ()


@event("crm.opportunity.quote.drafted.v1")
class QuoteDrafted(QuoteState):
    """A version was started."""


@event("crm.opportunity.quote.changed.v1")
class QuoteChanged(QuoteState):
    """The draft was changed."""


@event("crm.opportunity.quote.submitted.v1")
class QuoteSubmitted(QuoteState):
    """The version asks for approval; its content is final from now on (S108)."""

    required_role: str


@event("crm.opportunity.quote.approved.v1")
class QuoteApproved(QuoteState):
    """Approved by somebody whose authority covers the discount (S108)."""

    approved_by: UUID
    own_authority: bool = False  # within what an author may give away alone


@event("crm.opportunity.quote.rejected.v1")
class QuoteRejected(QuoteState):
    """Refused by the approver."""

    reason: str


@event("crm.opportunity.quote.sent.v1")
class QuoteSent(QuoteState):
    """Handed to the customer."""


@event("crm.opportunity.quote.accepted.v1")
class QuoteAccepted(QuoteState):
    """The customer accepted: a contract or order is drafted from it (S101)."""


@event("crm.opportunity.quote.declined.v1")
class QuoteDeclined(QuoteState):
    """The customer declined."""

    reason: str


@event("crm.opportunity.quote.superseded.v1")
class QuoteSuperseded(QuoteState):
    """A newer version took its place."""


@event("crm.opportunity.quote.handed_over.v1")
class QuoteHandedOver(QuoteState):
    """It belongs to another owner now (S04)."""

    previous_owner_id: UUID


@event("crm.opportunity.quote.expired.v1")
class QuoteExpired(QuoteState):
    """Its validity ended unanswered."""
