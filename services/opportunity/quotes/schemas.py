"""Quotes over HTTP: bodies in, bodies out, and the commands they become."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from services.opportunity.presenting import facts, money_in
from services.opportunity.quotes.drafting import ChangeQuote, DraftQuote, ReviseQuote
from services.opportunity.quotes.line import QuoteLine
from services.opportunity.quotes.model import Quote, Status
from services.opportunity.quotes.pricing import LineDraft
from services.opportunity.versioned import Version
from shared.auth.discounts import ZERO_SHARE, Band, DiscountPolicy
from shared.auth.roles import Role
from shared.domain.money import DEFAULT_CURRENCY, QUANTITY_STEP, SHARE_STEP
from shared.events.vocabulary import Chain
from shared.http.fields import (
    Currency,
    Day,
    Input,
    MoneyIn,
    MoneyOut,
    Note,
    Output,
    Quantity,
    Share,
)

Days = Annotated[int, Field(strict=True, ge=0, le=3650)]


class LineIn(Input):
    """A product at its list price, less a ``discount``, or at a stated ``unit_price``."""

    product_id: UUID
    quantity: Quantity
    unit_price: MoneyIn | None = None
    discount: Share | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.unit_price is not None and self.discount is not None:
            message = "Send the price or the discount, not both."
            raise PydanticCustomError("price_and_discount", message)
        return self

    def draft(self) -> LineDraft:
        """Return the line as it is asked for."""
        price, currency = money_in(self.unit_price)
        discount = ZERO_SHARE if self.discount is None else self.discount.quantize(SHARE_STEP)
        quantity = self.quantity.quantize(QUANTITY_STEP)
        return LineDraft(self.product_id, quantity, price, currency, discount)


Lines = Annotated[list[LineIn], Field(min_length=1, max_length=500)]


class QuoteIn(Input):
    """A new quote for a registered project, in one currency."""

    opportunity_id: UUID
    currency: Currency = DEFAULT_CURRENCY
    lines: Lines
    chain: Chain = Chain.CONTRACT_FIRST
    payment_terms: Note | None = None
    payment_days: Days = 0
    valid_until: Day | None = None

    def command(self, validity_days: int) -> DraftQuote:
        """Return the command this body stands for."""
        terms = self.model_dump(exclude={"opportunity_id", "currency", "lines"})
        drafts = [line.draft() for line in self.lines]
        return DraftQuote(self.opportunity_id, self.currency, drafts, terms, validity_days)


class QuoteChanges(Input):
    """What is to be different. All lines are priced anew, those that are not sent as well.

    Null empties ``payment_terms``; everywhere else it leaves things as they are.
    """

    lines: Lines | None = None
    chain: Chain | None = None
    payment_terms: Note | None = None
    payment_days: Days | None = None
    valid_until: Day | None = None

    def change(self, quote_id: UUID, expected: int | None) -> ChangeQuote:
        """Return the change of a draft this body stands for."""
        return ChangeQuote(quote_id, expected, self._drafts(), self._terms())

    def revise(self, quote_id: UUID, expected: int | None) -> ReviseQuote:
        """Return the revision this body stands for."""
        return ReviseQuote(quote_id, expected, self._drafts(), self._terms())

    def _drafts(self) -> list[LineDraft] | None:
        return None if self.lines is None else [line.draft() for line in self.lines]

    def _terms(self) -> dict[str, Any]:
        sent = self.model_dump(exclude_unset=True, exclude={"lines"})
        empties = {"payment_terms"}
        return {name: each for name, each in sent.items() if each is not None or name in empties}


class CopyIn(Input):
    """The project to quote for; without it the same."""

    opportunity_id: UUID | None = None


class ReasonIn(Input):
    """Why."""

    reason: Note


class LineOut(Output):
    """A line: ``discount`` is the share of the list price that is given away."""

    id: UUID
    product_id: UUID
    product_code: str
    product_name: str
    unit: str
    quantity: Decimal
    list_price: MoneyOut
    unit_price: MoneyOut
    discount: Decimal
    amount: MoneyOut
    standard: bool

    @classmethod
    def of(cls, line: QuoteLine, currency: str) -> LineOut:
        """Present a line."""
        return cls(
            id=line.id,
            product_id=line.product_id,
            product_code=line.product_code,
            product_name=line.product_name,
            unit=line.unit,
            quantity=line.quantity,
            list_price=MoneyOut(amount=line.list_price, currency=currency),
            unit_price=MoneyOut(amount=line.unit_price(currency), currency=currency),
            discount=line.list_discount,
            amount=MoneyOut(amount=line.amount, currency=currency),
            standard=line.standard,
        )


class QuoteSummary(Output):
    """A revision in a list."""

    id: UUID
    version: int
    number: str
    revision: int
    opportunity_id: UUID
    project_number: str
    customer_id: UUID
    owner_id: UUID
    department: str | None
    branch: str | None
    region: str | None
    status: Status
    chain: Chain
    payment_terms: str | None
    payment_days: int
    valid_until: date
    list_total: MoneyOut
    total: MoneyOut
    discount: Decimal
    authors: Sequence[UUID]
    drafted_at: datetime
    content_hash: str
    copy_of_id: UUID | None
    required_role: Role | None
    policy_version: int | None
    submitted_by: UUID | None
    submitted_for: UUID | None = Field(description="in whose name, when a deputy did")
    submitted_at: datetime | None
    approved_by: UUID | None
    approved_for: UUID | None = Field(description="in whose name, when a deputy did")
    approved_role: Role | None
    approved_hash: str | None
    approved_at: datetime | None
    own_authority: bool
    sent_at: datetime | None
    answered_at: datetime | None
    reason: str | None

    @classmethod
    def of(cls, quote: Any) -> Self:
        """Present a revision, or the row of one in a list."""
        return cls.model_validate(_shown(quote))


class QuoteOut(QuoteSummary):
    """A revision with its lines."""

    lines: list[LineOut]

    @classmethod
    def of(cls, quote: Quote) -> Self:
        """Present a revision."""
        lines = [LineOut.of(line, quote.currency) for line in quote.lines]
        return cls.model_validate(_shown(quote) | {"lines": lines})


def _shown(quote: Any) -> dict[str, Any]:
    shown = facts(quote)
    currency = shown["currency"]
    return shown | {
        "list_total": MoneyOut(amount=shown["list_total"], currency=currency),
        "total": MoneyOut(amount=shown["total"], currency=currency),
    }


class BandIn(Input):
    """Discounts up to and including ``up_to`` are in the power of ``role``; null: any."""

    role: Role
    up_to: Share | None


class PolicyIn(Input):
    """Bands with growing limits, the last without one."""

    bands: Annotated[list[BandIn], Field(min_length=1, max_length=len(Role))]
    non_standard_role: Role

    def policy(self) -> DiscountPolicy:
        """Return the policy this body stands for."""
        bands = tuple(
            Band(band.role, None if band.up_to is None else band.up_to.quantize(SHARE_STEP))
            for band in self.bands
        )
        return DiscountPolicy(bands, self.non_standard_role)


class BandOut(Output):
    """A band of the policy."""

    role: Role
    up_to: Decimal | None


class PolicyOut(Output):
    """The discount policy that is in force."""

    version: int
    bands: list[BandOut]
    non_standard_role: Role

    @classmethod
    def of(cls, found: Version[DiscountPolicy]) -> PolicyOut:
        """Present a version of the policy."""
        policy = found.content
        return cls.model_validate(
            {
                "version": found.version,
                "bands": policy.bands,
                "non_standard_role": policy.non_standard_role,
            }
        )
