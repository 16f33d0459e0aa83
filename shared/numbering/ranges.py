"""Series of numbers, and the serials of each branch in them (S75, S226): ranges lie apart, and what
was issued this year stays in the range it was issued from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import sqlalchemy as sa

from shared.numbering.errors import InvalidRanges, SerialsIssued


@dataclass(frozen=True, slots=True)
class Range:
    """First and last serial of a branch in a year."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Series:
    """A kind of number: prefix, two-digit year, serial of ``digits`` digits.

    Branches have the ranges that were adopted for them, until then those in ``ranges`` (S75, S226).
    The others share ``default``, or a sequence: prefix and serial without the year, with gaps, and
    nobody waits for anybody else's number.
    """

    name: str
    prefix: str
    digits: int
    default: Range | sa.Sequence
    ranges: Mapping[str, Range] = field(default_factory=dict)

    @property
    def shipped(self) -> RangeSet:
        """The ranges that count until others are adopted."""
        shared = self.default if isinstance(self.default, Range) else None
        return RangeSet(shared, dict(self.ranges))

    @property
    def last(self) -> int:
        """The highest serial that has room."""
        return int(10**self.digits) - 1

    def number(self, year: int, serial: int) -> str:
        """Return the number of a serial of a year."""
        return f"{self.prefix}{year % 100:02d}{serial:0{self.digits}d}"

    def plain(self, serial: int) -> str:
        """Return the number of a serial of the sequence."""
        return f"{self.prefix}{serial:0{self.digits}d}"


@dataclass(frozen=True, slots=True)
class Issued:
    """The serials issued in a year from the range of a branch; empty: of all others."""

    branch: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class RangeSet:
    """The ranges of branches by name, and the one that all others share; None: they share a
    sequence."""

    default: Range | None
    branches: Mapping[str, Range]

    @property
    def in_order(self) -> list[tuple[str, Range]]:
        """The branches and their ranges, from the lowest serial on."""
        return sorted(self.branches.items(), key=lambda each: each[1].first)

    def of_branch(self, branch: str | None) -> tuple[str, Range | None]:
        """Return whose range a branch numbers in, empty for what the others share, and the range;
        None: a sequence."""
        if branch is not None and branch in self.branches:
            return branch, self.branches[branch]
        return "", self.default

    def check(self, series: Series) -> None:
        """Refuse ranges that are none, share a serial, or leave branches without numbers.

        Raises:
            InvalidRanges: they run backwards, out of the digits, or into each other; or there is
                one for all others where these share a sequence, or none where they do not.
        """
        if self.default is None and isinstance(series.default, Range):
            raise InvalidRanges("All other branches need a range to share.")
        if self.default is not None and not isinstance(series.default, Range):
            raise InvalidRanges("All other branches share one sequence, which has no range.")
        shared = [] if self.default is None else [self.default]
        ranges = sorted([*self.branches.values(), *shared], key=lambda each: each.first)
        if any(not 1 <= each.first <= each.last <= series.last for each in ranges):
            raise InvalidRanges(
                f"A range runs from a first to a last serial in 1 to {series.last}."
            )
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
