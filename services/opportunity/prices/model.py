"""A version of the price list: draft → proposed → finance adjusted → approved, in force from its
day on (S102, S110)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from services.opportunity.prices.errors import (
    EffectiveDatePassed,
    InvalidPrices,
    PriceListStateError,
)
from shared.domain.aggregate import Aggregate, Change
from shared.domain.clock import business_date
from shared.domain.ids import new_id
from shared.events.opportunity import (
    PriceListAdjusted,
    PriceListChanged,
    PriceListDrafted,
    PriceListEffective,
    PriceListProposed,
    PriceListRejected,
    PriceListReturned,
)


class Status(StrEnum):
    """How far it has come. What is approved counts from the effective day on."""

    DRAFT = "draft"  # 草稿
    PROPOSED = "proposed"  # 已报批
    FINANCE_ADJUSTED = "finance_adjusted"  # 财务已调整
    APPROVED = "approved"  # 已批准
    REJECTED = "rejected"  # 已驳回


_DECIDED = frozenset({Status.APPROVED, Status.REJECTED, Status.DRAFT})
TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.PROPOSED}),
    Status.PROPOSED: _DECIDED | {Status.FINANCE_ADJUSTED},
    Status.FINANCE_ADJUSTED: _DECIDED,
    Status.APPROVED: frozenset(),
    Status.REJECTED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Price:
    """The price of a product per unit, from a minimum quantity on."""

    id: UUID
    product_id: UUID
    minimum_quantity: Decimal
    unit_price: Decimal


@dataclass(kw_only=True)
class PriceList(Aggregate):
    """One version: all prices in one currency. ``authors`` are all who wrote in it, or proposed
    it."""

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
        self._write(prices, effective_on, authors)
        return Change(PriceListChanged)

    def propose(self, at: datetime, *authors: UUID) -> Change:
        """Ask for approval: the prices are final unless finance adjusts them (S110)."""
        self._become(Status.PROPOSED)
        self._sign(authors)
        self._require_usable(at)
        return Change(PriceListProposed)

    def adjust(self, prices: Iterable[Price], effective_on: date, *authors: UUID) -> Change:
        """Replace the proposed prices; whoever does becomes an author (S110)."""
        self._become(Status.FINANCE_ADJUSTED)
        self._write(prices, effective_on, authors)
        return Change(PriceListAdjusted)

    def approve(self, approver: UUID, at: datetime, on_behalf_of: UUID | None = None) -> Change:
        """Put the version in force from its day on (S110). Of two for a day the later counts."""
        self._become(Status.APPROVED)
        self._require_usable(at)
        self.approved_by, self.approved_for, self.approved_at = approver, on_behalf_of, at
        return Change(PriceListEffective)

    def reject(self) -> Change:
        """Refuse the proposed prices for good."""
        self._become(Status.REJECTED)
        return Change(PriceListRejected)

    def give_back(self) -> Change:
        """Make it a draft again, with the prices as they stand."""
        self._become(Status.DRAFT)
        return Change(PriceListReturned)

    def _write(self, prices: Iterable[Price], effective_on: date, authors: Iterable[UUID]) -> None:
        self.prices, self.effective_on = _once_each(prices), effective_on
        self._sign(authors)

    def _sign(self, authors: Iterable[UUID]) -> None:
        self.authors = tuple(dict.fromkeys((*self.authors, *authors)))

    def _require_usable(self, at: datetime) -> None:
        if self.effective_on < business_date(at):
            raise EffectiveDatePassed(f"{self.effective_on} is over; choose a later day.")
        if not self.prices:
            raise InvalidPrices("A price list without prices cannot be approved.")

    def _require_draft(self) -> None:
        if self.status != Status.DRAFT:
            message = f"A price list that is {self.status} does not change; draft a new version."
            raise PriceListStateError(message)

    def _become(self, target: Status) -> None:
        if target not in TRANSITIONS[Status(self.status)]:
            message = f"A price list that is {self.status} cannot become {target}."
            raise PriceListStateError(message)
        self.status = target


def _once_each(prices: Iterable[Price]) -> tuple[Price, ...]:
    found = tuple(prices)
    counted = Counter((price.product_id, price.minimum_quantity) for price in found)
    for (product_id, quantity), count in counted.items():
        if count > 1:
            message = f"The product {product_id} has {count} prices from {quantity} on."
            raise InvalidPrices.field("/prices", message)
    return found
