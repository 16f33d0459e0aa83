"""Discount authority (S106, S108, S221): who may give away how much off the list price, as a policy
that every service with priced documents judges by.

A discount is judged on the document's total and on every line, before rounding; the higher demand
counts, and a limit belongs to the band below it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from itertools import pairwise
from typing import Protocol

from shared.auth.roles import Role
from shared.domain.errors import Forbidden, Invalid
from shared.domain.money import SHARE_STEP

ZERO_SHARE = Decimal(0).quantize(SHARE_STEP)


class InvalidPolicy(Invalid):
    """The bands of a discount policy do not fit together."""

    code = "invalid_policy"
    title = "The discount policy is not valid"


class AuthorityExceeded(Forbidden):
    """The discount needs somebody with more authority; ``required_role`` names the least."""

    code = "authority_exceeded"
    title = "This is beyond your authority"

    @classmethod
    def needs(cls, role: str) -> AuthorityExceeded:
        """Say who may approve."""
        return cls(f"A discount like this is for {role} or above.", required_role=role)


class PricedLine(Protocol):
    """A line beside what the list says of it; a line outside the list is not ``standard``."""

    @property
    def standard(self) -> bool: ...

    @property
    def exact_list_value(self) -> Decimal:
        """Quantity × list price, not rounded; outside the list the stated price takes its place."""

    @property
    def exact_value(self) -> Decimal:
        """What is asked for, not rounded."""


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

    def required_role(self, lines: Collection[PricedLine]) -> Role:
        """Return the least role that may approve these lines."""
        total = self._rank(*_sums(lines))
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


def discount_off(listed: Decimal, asked: Decimal) -> Decimal:
    """Return the share of ``listed`` that is given away, rounded up so that it never looks less."""
    if asked >= listed:
        return ZERO_SHARE
    return (1 - asked / listed).quantize(SHARE_STEP, ROUND_CEILING)


def total_discount(lines: Iterable[PricedLine]) -> Decimal:
    """Return the discount on the total, before rounding; none for a surcharge."""
    return discount_off(*_sums(lines))


def greatest_discount(lines: Collection[PricedLine]) -> Decimal:
    """Return the greatest of the discounts on each line and on the total."""
    on_lines = (discount_off(line.exact_list_value, line.exact_value) for line in lines)
    return max(total_discount(lines), *on_lines)


def gives_away(lines: Iterable[PricedLine]) -> bool:
    """Say whether anything is below the list, or outside it."""
    return any(not line.standard or line.exact_value < line.exact_list_value for line in lines)


def _sums(lines: Iterable[PricedLine]) -> tuple[Decimal, Decimal]:
    found = list(lines)
    listed = sum((line.exact_list_value for line in found), Decimal(0))
    return listed, sum((line.exact_value for line in found), Decimal(0))
