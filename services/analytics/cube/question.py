"""A question to the cube, and the rules a question keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.analytics.cube.dimensions import DIMENSIONS, Dimension
from services.analytics.cube.measures import MEASURES, Measure, MeasureName
from shared.domain.errors import Invalid
from shared.domain.scope import EVERYTHING, Scope

MOST_DIMENSIONS = 3
SORTS = ("key", "-key", "amount", "-amount", "quantity", "-quantity")


@dataclass(frozen=True, slots=True)
class Slice:
    """Which facts count: of a period, of some values, and within the scope of who asks.

    ``first`` and ``last`` are both included. A filter's values are alternatives; None stands for
    facts without a value.
    """

    first: date | None = None
    last: date | None = None
    on: date | None = None
    currencies: Sequence[str] = ()
    filters: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    scope: Scope = EVERYTHING


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a measure, up to three dimensions, a slice, an order and a limit."""

    measure: Measure
    by: tuple[Dimension, ...]
    slice: Slice
    sort: str
    limit: int

    @classmethod
    def of(
        cls, measure: MeasureName, by: str, wanted: Slice, *, sort: str | None, limit: int
    ) -> Question:
        """Build a question from what the caller wrote.

        Raises:
            Invalid: a dimension that is unknown, repeated, or none of this measure; an unknown
                sort; a period that ends before it begins; ``on`` for another measure.
        """
        found = MEASURES[measure]
        dimensions = parse_dimensions(by, found)
        check_slice(found, wanted)
        if sort is not None and sort not in SORTS:
            known = ", ".join(SORTS)
            raise Invalid.field("/query/sort", f"Sort by one of: {known}.", "unknown_sort")
        return cls(found, dimensions, wanted, sort or _usual_sort(dimensions), limit)


def parse_dimensions(by: str, measure: Measure) -> tuple[Dimension, ...]:
    """Return the dimensions that ``by`` names, separated by commas."""
    names = [name.strip() for name in by.split(",") if name.strip()]
    known = {each.name: each for each in measure.dimensions}
    for name in names:
        if name not in known:
            reason = f"{measure.name} is broken down by: {', '.join(known)}."
            raise Invalid.field("/query/by", reason, "unknown_dimension")
    if len(set(names)) != len(names) or len(names) > MOST_DIMENSIONS:
        raise Invalid.field(
            "/query/by", f"Name at most {MOST_DIMENSIONS} different dimensions.", "dimensions"
        )
    return tuple(known[name] for name in names)


def check_period(wanted: Slice) -> None:
    """Refuse a period that ends before it begins."""
    if wanted.first and wanted.last and wanted.last < wanted.first:
        raise Invalid.field("/query/to", "The period ends before it begins.", "period")


def check_slice(measure: Measure, wanted: Slice) -> None:
    """Refuse a slice that this measure cannot be cut to."""
    check_period(wanted)
    if wanted.on and measure.name != MeasureName.RECEIVABLES:
        raise Invalid.field("/query/on", "Only receivables are asked for as of a day.", "on")
    for name in wanted.filters:
        if DIMENSIONS[name] not in measure.dimensions:
            reason = f"{measure.name} have no {name} to filter by."
            raise Invalid.field(f"/query/{name}", reason, "unknown_dimension")


def _usual_sort(dimensions: Sequence[Dimension]) -> str:
    """Time runs forward; everything else shows the greatest first."""
    return "key" if any(each.is_time for each in dimensions) else "-amount"
