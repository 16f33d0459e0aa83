"""The funnel put together from what the queries count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from services.analytics.shares import ratio

OPEN, WON = "open", "won"


@dataclass(frozen=True, slots=True)
class Group:
    """Opportunities of one status: how many, and what they were expected to bring, by currency.

    Amounts of different currencies are not added; some opportunities have no amount.
    """

    opportunities: int
    amounts: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the funnel.

    ``reached``: got to it or beyond, or was won; ``conversion``: the share of these that reached
    the next stage, or after the last was won; ``ended``: the stays that are over, on which the days
    are reckoned.
    """

    stage: str
    position: int
    entered: int
    reached: int
    conversion: Decimal | None
    ended: int
    average_days: Decimal | None
    median_days: Decimal | None
    standing: dict[str, Group]


@dataclass(frozen=True, slots=True)
class Funnel:
    """A cohort on its way through the stages. ``win_rate``: the share won of all that ended."""

    opportunities: int
    stages: list[Stage]
    outcomes: dict[str, Group]
    win_rate: Decimal | None


def build(stays: Sequence[Any], reached: Sequence[Any], amounts: Sequence[Any]) -> Funnel:
    """Put the funnel together from the rows of the queries of the same names."""
    total = sum(row["opportunities"] for row in reached)
    won = sum(row["opportunities"] for row in reached if row["status"] == WON)
    ended = sum(row["opportunities"] for row in reached if row["status"] != OPEN)
    counts = [_reached(reached, row["position"]) for row in stays]
    stages = [
        Stage(
            stage=row["stage"],
            position=row["position"],
            entered=row["entered"],
            reached=count,
            conversion=ratio(following, count),
            ended=row["ended"],
            average_days=row["average_days"],
            median_days=row["median_days"],
            standing=_groups(each for each in amounts if each["stage"] == row["stage"]),
        )
        for row, count, following in zip(stays, counts, [*counts[1:], won], strict=False)
    ]
    return Funnel(total, stages, _groups(amounts), ratio(won, ended))


def _reached(rows: Sequence[Any], position: int) -> int:
    # Who won went all the way, even past a stage that was skipped.
    return sum(
        row["opportunities"] for row in rows if row["furthest"] >= position or row["status"] == WON
    )


def _groups(rows: Iterable[Any]) -> dict[str, Group]:
    found: dict[str, Group] = {}
    for row in rows:
        group = found.get(row["status"], Group(0, {}))
        sums = dict(group.amounts)
        if row["currency"] is not None:
            sums[row["currency"]] = sums.get(row["currency"], Decimal(0)) + row["amount"]
        found[row["status"]] = Group(group.opportunities + row["opportunities"], sums)
    return found
