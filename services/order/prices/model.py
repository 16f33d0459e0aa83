"""What a document with prices of its own is judged by, and what it demands of its approver.

Prices of an accepted quote or a signed contract were judged there; such documents demand nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared.auth.discounts import (
    AuthorityExceeded,
    DiscountPolicy,
    gives_away,
    greatest_discount,
)


@dataclass(frozen=True, slots=True)
class Tier:
    """A list price per unit, from a minimum quantity on."""

    minimum_quantity: Decimal
    unit_price: Decimal


def price_for(tiers: Sequence[Tier], quantity: Decimal) -> Decimal | None:
    """Return the price that a quantity reaches; ``tiers`` have the largest quantities first."""
    reached = (tier.unit_price for tier in tiers if tier.minimum_quantity <= quantity)
    return next(reached, None)


@dataclass(frozen=True, slots=True)
class Yardstick:
    """The price list and the discount policy in force, by their ids."""

    price_list_id: UUID | None
    policy_version: int
    policy: DiscountPolicy


#: What a judgement leaves behind on a document.
JUDGEMENT = (
    "price_list_id",
    "policy_version",
    "discount",
    "required_role",
    "own_authority",
    "approved_role",
)


@dataclass(kw_only=True)
class Judged:
    """A document whose discounts need authority (S106, S108, S221).

    ``discount`` is the greatest off the list, of all lines and the total; None where the prices
    are not the document's own. ``required_role`` is the least that may approve; None when nothing
    is given away. What the first band allows an author with authority gives away alone.
    """

    currency: str
    lines: tuple[Any, ...]
    price_list_id: UUID | None = None
    policy_version: int | None = None
    discount: Decimal | None = None
    required_role: str | None = None
    own_authority: bool = False
    approved_role: str | None = None

    def judge(self, by: Yardstick, author_roles: Collection[str]) -> None:
        """Say what these lines demand, written by somebody with ``author_roles``."""
        required = self._demand(by)
        self.own_authority = (
            required is not None
            and by.policy.is_given_alone(required)
            and by.policy.covering_role(author_roles, required) is not None
        )

    def authorise(self, by: Yardstick, approver_roles: Collection[str]) -> str | None:
        """Judge anew on the day of the approval; return the role whose authority it uses.

        Raises:
            AuthorityExceeded: the demand is above all roles of the approver.
        """
        alone = self.own_authority and by.policy_version == self.policy_version
        required = self._demand(by)
        self.own_authority = alone and required is not None and by.policy.is_given_alone(required)
        if required is None:
            return None
        role = by.policy.covering_role(approver_roles, required)
        if role is None and not self.own_authority:
            raise AuthorityExceeded.needs(required)
        return role

    def _demand(self, by: Yardstick) -> str | None:
        self.price_list_id, self.policy_version = by.price_list_id, by.policy_version
        self.discount = greatest_discount(self.lines)
        self.required_role = by.policy.required_role(self.lines) if gives_away(self.lines) else None
        return self.required_role
