"""The serials of project numbers by branch (S75, S226), kept as versions: ranges lie apart, and
what was issued this year stays in the range it was issued from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from services.opportunity.opportunities.errors import InvalidRanges, SerialsIssued
from shared.numbering.numbers import Range, Series


@dataclass(frozen=True, slots=True)
class RangeSet:
    """The ranges of branches by name, and the one that all others share."""

    default: Range
    branches: Mapping[str, Range]

    @classmethod
    def of(cls, series: Series) -> RangeSet:
        """Return the ranges of a series."""
        return cls(series.default, dict(series.ranges))

    def within(self, series: Series) -> Series:
        """Return the series with these ranges."""
        return replace(series, default=self.default, ranges=self.branches)

    def check(self, last: int) -> None:
        """Refuse ranges that are none, or share a serial; ``last`` is the highest there may be.

        Raises:
            InvalidRanges: they run backwards, out of the digits, or into each other.
        """
        ranges = sorted([*self.branches.values(), self.default], key=lambda each: each.first)
        if any(not 1 <= each.first <= each.last <= last for each in ranges):
            raise InvalidRanges(f"A range runs from a first to a last serial in 1 to {last}.")
        for before, after in pairwise(ranges):
            if before.last >= after.first:
                raise InvalidRanges(
                    f"The ranges {before.first} to {before.last} and {after.first} to {after.last}"
                    " overlap."
                )

    def keep(self, issued: Iterable[Issued]) -> None:
        """Refuse ranges that leave out what was issued from them this year.

        Raises:
            SerialsIssued: a range would begin above, or end below, a serial that was issued from
                it, or would be gone.
        """
        for each in issued:
            held = self.branches.get(each.branch) if each.branch else self.default
            if held is None or held.first > each.first or each.last > held.last:
                raise SerialsIssued(
                    f"{each.first} to {each.last} were issued this year from the range of"
                    f" {each.branch or 'all other branches'}, which has to hold them.",
                    branch=each.branch or None,
                )


@dataclass(frozen=True, slots=True)
class Issued:
    """The serials issued this year from the range of a branch; empty: of all others."""

    branch: str
    first: int
    last: int
