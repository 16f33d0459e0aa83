"""HTTP side of the funnel."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from services.analytics.cube.schemas import Ids, Values
from services.analytics.funnel.query import Cohort
from services.analytics.funnel.report import Funnel, Group
from services.analytics.snapshot import AsOf
from shared.domain.scope import Scope
from shared.http.fields import Day, Input, MoneyOut, Output


class FunnelQuery(Input):
    """Which opportunities: those opened in the period, of some owners and places."""

    from_: Annotated[Day | None, Field(alias="from", description="first day of opening")] = None
    to: Annotated[Day | None, Field(description="last day of opening, included")] = None
    owner: Ids
    department: Values
    branch: Values
    region: Values

    def cohort(self, scope: Scope) -> Cohort:
        """Return the cohort this asks for, within the scope of who asks."""
        return Cohort(
            first=self.from_,
            last=self.to,
            owners=self.owner,
            departments=[value or None for value in self.department],
            branches=[value or None for value in self.branch],
            regions=[value or None for value in self.region],
            scope=scope,
        )


class GroupOut(Output):
    """Opportunities, and what they were expected to bring, by currency where it is known."""

    opportunities: int
    amounts: list[MoneyOut]

    @classmethod
    def of(cls, group: Group) -> GroupOut:
        """Present a group."""
        amounts = [
            MoneyOut(amount=amount, currency=currency)
            for currency, amount in sorted(group.amounts.items())
        ]
        return cls(opportunities=group.opportunities, amounts=amounts)


class StageOut(Output):
    """One stage. Shares are of one."""

    stage: str
    position: int
    entered: Annotated[int, Field(description="were ever in this stage")]
    reached: Annotated[int, Field(description="got to it or beyond, or were won")]
    conversion: Annotated[
        Decimal | None, Field(description="share of these that reached the next, at last: were won")
    ]
    ended: Annotated[int, Field(description="stays that are over; the days are of these")]
    average_days: Decimal | None
    median_days: Decimal | None
    standing: Annotated[
        dict[str, GroupOut],
        Field(description="whose last stage it is, by status: open, won, lost, abandoned"),
    ]


class FunnelOut(Output):
    """The way of a cohort through the stages (S74)."""

    opportunities: int
    win_rate: Annotated[Decimal | None, Field(description="share won of those that ended")]
    stages: list[StageOut]
    outcomes: dict[str, GroupOut]
    as_of: AsOf

    @classmethod
    def of(cls, funnel: Funnel, as_of: AsOf) -> FunnelOut:
        """Present a funnel."""
        return cls(
            opportunities=funnel.opportunities,
            win_rate=funnel.win_rate,
            stages=[
                StageOut(
                    stage=each.stage,
                    position=each.position,
                    entered=each.entered,
                    reached=each.reached,
                    conversion=each.conversion,
                    ended=each.ended,
                    average_days=each.average_days,
                    median_days=each.median_days,
                    standing=_groups(each.standing),
                )
                for each in funnel.stages
            ],
            outcomes=_groups(funnel.outcomes),
            as_of=as_of,
        )


def _groups(groups: dict[str, Group]) -> dict[str, GroupOut]:
    return {status: GroupOut.of(group) for status, group in groups.items()}
