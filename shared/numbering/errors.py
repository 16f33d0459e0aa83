"""Refusals of document numbers."""

from __future__ import annotations

from shared.domain.errors import Conflict, Invalid


class NumberRangeExhausted(Conflict):
    """The branch has used its last number of the year; it never runs into another's range."""

    code = "number_range_exhausted"
    title = "The number range is exhausted"


class InvalidRanges(Invalid):
    """The ranges of serials do not fit beside each other."""

    code = "invalid_ranges"
    title = "The number ranges do not fit together"


class SerialsIssued(Conflict):
    """Serials that were issued this year would be outside of their range."""

    code = "serials_issued"
    title = "The range has issued such numbers"
