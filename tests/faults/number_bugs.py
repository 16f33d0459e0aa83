"""Bugs of the numbers of documents that the tests must catch: whose range a number is from, where
the range ends, and what others may make of it.

As in `tests.faults.bugs`, each takes away one step that keeps a promise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from shared.numbering import numbers, service
from shared.numbering.ranges import Range, RangeSet


def branches_share_all() -> None:
    """Whatever range a branch was given, it numbers with the others."""
    RangeSet.of_branch = (  # type: ignore[method-assign]
        lambda self, branch: ("", self.default)
    )


def ranges_run_over() -> None:
    """A range that is used up goes on into the next."""
    taken = numbers._ranged

    async def without_end(
        conn: Any, series: Any, owner: str, year: int, limits: Range, count: int
    ) -> list[str]:
        endless = replace(limits, last=series.last)
        return await taken(conn, series, owner, year, endless, count)

    numbers._ranged = without_end


def issued_forgotten() -> None:
    """Other ranges are put in force whatever was issued."""
    RangeSet.keep = lambda self, issued: None  # type: ignore[method-assign]


def ranges_unheld() -> None:
    """Ranges change under those who take numbers of them."""

    async def nothing(*args: Any, **kwargs: Any) -> None:
        return None

    numbers.hold = service.hold = nothing  # type: ignore[attr-defined]


BUGS: tuple[Callable[[], None], ...] = (
    branches_share_all,
    ranges_run_over,
    issued_forgotten,
    ranges_unheld,
)
