"""Discount authority (S108, S221): who may give away how much off the list, as a versioned policy.

A discount is judged on the document's total and on every line, before rounding; the higher demand
counts, and a limit belongs to the band below it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from services.opportunity.quotes.errors import InvalidPolicy
from services.opportunity.quotes.line import QuoteLine
from shared.auth.roles import Role


@dataclass(frozen=True, slots=True)
class Band:
    """Discounts up to and including ``up_to`` (a share; None: any) are in the power of ``role``."""

    role: Role
    up_to: Decimal | None


@dataclass(frozen=True, slots=True)
class DiscountPolicy:
    """Bands with growing limits, the last without one. What the role of the first band may give
    away, an author gives away alone. A line outside the price list needs ``non_standard_role``."""

    bands: tuple[Band, ...]
    non_standard_role: Role

    def check(self) -> None:
        """Refuse bands that do not fit together."""
        limits = [band.up_to for band in self.bands[:-1]]
        if not self.bands or self.bands[-1].up_to is not None or None in limits:
            raise InvalidPolicy.field("/bands", "The last band, and only it, has no limit.")
        if any(lower >= upper for lower, upper in pairwise(filter(None, limits))):
            raise InvalidPolicy.field("/bands", "Each limit must be above the one before.")
        if len(set(self.roles)) < len(self.roles):
            raise InvalidPolicy.field("/bands", "A role has one band.")
        if self.non_standard_role not in self.roles:
            raise InvalidPolicy.field("/non_standard_role", "This role has no band.")

    @property
    def roles(self) -> Sequence[Role]:
        """The roles with authority, the least first."""
        return [band.role for band in self.bands]

    def required_role(self, lines: Collection[QuoteLine]) -> Role:
        """Return the least role that may approve these lines."""
        total = self._rank(
            sum((line.exact_list_value for line in lines), Decimal(0)),
            sum((line.exact_value for line in lines), Decimal(0)),
        )
        ranks = [self._rank(line.exact_list_value, line.exact_value) for line in lines]
        special = [self.roles.index(self.non_standard_role) for line in lines if not line.standard]
        return self.roles[max(total, *ranks, *special)]

    def covering_role(self, held: Collection[str], required: str) -> Role | None:
        """Return the highest of the roles somebody holds if it covers ``required``."""
        ranks = [rank for rank, role in enumerate(self.roles) if role in held]
        if not ranks or max(ranks) < self.roles.index(Role(required)):
            return None
        return self.roles[max(ranks)]

    def is_given_alone(self, required: str) -> bool:
        """Say whether an author with any authority needs nobody else."""
        return required == self.roles[0]

    def _rank(self, listed: Decimal, asked: Decimal) -> int:
        return next(
            rank
            for rank, band in enumerate(self.bands)
            if band.up_to is None or asked >= listed * (1 - band.up_to)
        )


SHIPPED = DiscountPolicy(
    bands=(
        Band(Role.ACCOUNT_MANAGER, Decimal("0.020000")),
        Band(Role.SALES_MANAGER, Decimal("0.050000")),
        Band(Role.DEPUTY_GENERAL_MANAGER, Decimal("0.080000")),
        Band(Role.GENERAL_MANAGER, None),
    ),
    non_standard_role=Role.GENERAL_MANAGER,
)
