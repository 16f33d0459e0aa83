"""Views over what is open: by rating (S82) and by stage (S74). Amounts stay apart by currency."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

from services.opportunity.opportunities.model import Likelihood, Progress, Status
from services.opportunity.opportunities.repository import STAGES, Group, OpportunityFilter
from services.opportunity.opportunities.schemas import StageOut
from services.opportunity.opportunities.service import opportunities
from shared.db.driver import Connection
from shared.http.fields import MoneyOut, Output


class Cell(Output):
    """How many opportunities are at one place of a view, and their estimates by currency."""

    count: int
    amounts: list[MoneyOut]


class RatingCell(Cell):
    """Opportunities of one rating; null where an axis is not rated."""

    likelihood: Likelihood | None
    progress: Progress | None


class StageCell(Cell):
    """Opportunities in one stage."""

    stage: StageOut


class Matrix(Output):
    """Likelihood A, B, C by buying progress hot, warm, cold."""

    cells: list[RatingCell]


class Pipeline(Output):
    """Stage by stage."""

    stages: list[StageCell]


async def matrix(conn: Connection, wanted: OpportunityFilter) -> Matrix:
    """Return the rating matrix: its nine cells, then what is not rated on both axes (S82)."""
    groups = await opportunities.groups(conn, wanted, "likelihood", "progress")
    rated = list(product(Likelihood, Progress))
    unrated = [place for place in product([*Likelihood, None], [*Progress, None]) if None in place]
    return Matrix(
        cells=[
            RatingCell(likelihood=likelihood, progress=progress, **_sum(found))
            for likelihood, progress in (*rated, *unrated)
            if (found := _at(groups, likelihood, progress)) or (likelihood and progress)
        ]
    )


async def pipeline(conn: Connection, wanted: OpportunityFilter) -> Pipeline:
    """Return the open opportunities stage by stage (S74)."""
    stages = (await STAGES.current(conn)).content.stages
    groups = await opportunities.groups(conn, wanted, "stage")
    return Pipeline(
        stages=[
            StageCell(stage=StageOut.model_validate(stage), **_sum(_at(groups, stage.code)))
            for stage in stages
        ]
    )


def open_filter(**narrowed: object) -> OpportunityFilter:
    """Return the filter of a view: what is open, narrowed by owner, customer or branch."""
    return OpportunityFilter(status=Status.OPEN, **narrowed)  # type: ignore[arg-type]


def _at(groups: Iterable[Group], *place: str | None) -> list[Group]:
    return [group for group in groups if group.place == place]


def _sum(groups: Iterable[Group]) -> dict[str, object]:
    found = list(groups)
    amounts = [
        MoneyOut(amount=group.amount, currency=group.currency)
        for group in found
        if group.amount is not None
    ]
    return {"count": sum(group.count for group in found), "amounts": amounts}
