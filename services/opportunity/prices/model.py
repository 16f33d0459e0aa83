"""A version of the price list: draft → approved, in force from its day on (S102, S110)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from services.opportunity.prices.errors import (
    ApproverIsAuthor,
    EffectiveDatePassed,
    InvalidPrices,
    PriceListFinal,
)
from shared.domain.actor import hands
from shared.domain.aggregate import Aggregate, Change
from shared.domain.clock import business_date
from shared.domain.ids import new_id
from shared.events.opportunity import PriceListChanged, PriceListDrafted, PriceListEffective


class Status(StrEnum):
    """Whether its prices count from the effective day on."""

    DRAFT = "draft"  # 草稿
    APPROVED = "approved"  # 已批准


@dataclass(frozen=True, slots=True)
class Price:
    """The price of a product per unit, from a minimum quantity on."""

    id: UUID
    product_id: UUID
    minimum_quantity: Decimal
    unit_price: Decimal


@dataclass(kw_only=True)
class PriceList(Aggregate):
    """One version: all prices in one currency. ``authors`` are all who wrote in it."""

    number: str
    currency: str
    effective_on: date
    status: Status
    authors: Sequence[UUID]
    created_at: datetime
    approved_by: UUID | None = None
    approved_for: UUID | None = None
    approved_at: datetime | None = None
    prices: tuple[Price, ...] = ()

    @classmethod
    def draft(
        cls,
        *,
        number: str,
        currency: str,
        effective_on: date,
        prices: Iterable[Price],
        authors: Sequence[UUID],
        at: datetime,
    ) -> tuple[PriceList, Change]:
        """Start a version."""
        drafted = cls(
            id=new_id(),
            number=number,
            currency=currency,
            effective_on=effective_on,
            status=Status.DRAFT,
            authors=tuple(authors),
            created_at=at,
            prices=_once_each(prices),
        )
        return drafted, Change(PriceListDrafted)

    def rewrite(self, prices: Iterable[Price], effective_on: date, *authors: UUID) -> Change:
        """Replace all prices of a draft."""
        self._require_draft()
        self.prices, self.effective_on = _once_each(prices), effective_on
        self.authors = tuple(dict.fromkeys((*self.authors, *authors)))
        return Change(PriceListChanged)

    def approve(self, approver: UUID, at: datetime, on_behalf_of: UUID | None = None) -> Change:
        """Put the version in force from its day on (S110). Of two for a day the later counts."""
        self._require_draft()
        if set(self.authors).intersection(hands(approver, on_behalf_of)):
            raise ApproverIsAuthor("Somebody who did not write in this version must approve it.")
        if self.effective_on < business_date(at):
            raise EffectiveDatePassed(f"{self.effective_on} is over; choose a later day.")
        if not self.prices:
            raise InvalidPrices("A price list without prices cannot be approved.")
        self.status, self.approved_at = Status.APPROVED, at
        self.approved_by, self.approved_for = approver, on_behalf_of
        return Change(PriceListEffective)

    def _require_draft(self) -> None:
        if self.status != Status.DRAFT:
            raise PriceListFinal(f"{self.number} is approved; draft a new version.")


def _once_each(prices: Iterable[Price]) -> tuple[Price, ...]:
    found = tuple(prices)
    counted = Counter((price.product_id, price.minimum_quantity) for price in found)
    for (product_id, quantity), count in counted.items():
        if count > 1:
            message = f"The product {product_id} has {count} prices from {quantity} on."
            raise InvalidPrices.field("/prices", message)
    return found
