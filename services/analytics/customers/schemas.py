"""HTTP side of the reports about the customers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from services.analytics.cube.schemas import (
    FEWEST_ROWS,
    MOST_ROWS,
    KeyOut,
    SliceQuery,
    Value,
    Values,
)
from services.analytics.customers.contribution import USUAL_BOUNDS, Band
from services.analytics.customers.inactivity import Inactivity
from services.analytics.shares import shares
from services.analytics.snapshot import AsOf
from shared.db.paging import Page
from shared.domain.clock import business_date, now
from shared.domain.scope import Scope
from shared.http.fields import Amount, Day, Digits, Input, MoneyOut, Output
from shared.http.paging import PageSize, PageToken

MOST_BOUNDS = 50


class ContributionQuery(SliceQuery):
    """Whose sales count, and the bands."""

    bound: Annotated[
        list[Amount],
        Field(
            max_length=MOST_BOUNDS,
            default_factory=list,
            description="where one band ends and the next begins; may be repeated; left out:"
            " powers of ten, as far as there are customers",
        ),
    ]

    @property
    def bounds(self) -> list[Decimal]:
        """The bounds, ascending, each once."""
        return sorted(set(self.bound)) or list(USUAL_BOUNDS)


class BandOut(Output):
    """Customers whose sales lie from ``lower`` up to but not including ``upper``.

    Shares are of one and add up to one; accumulated ones are of this band and all above it.
    """

    currency: str
    lower: Annotated[MoneyOut | None, Field(description="null: no lower bound")]
    upper: Annotated[MoneyOut | None, Field(description="null: no upper bound")]
    customers: int
    customer_share: Decimal
    accumulated_customer_share: Decimal
    amount: MoneyOut
    amount_share: Decimal
    accumulated_amount_share: Decimal

    @classmethod
    def of(cls, band: Band) -> BandOut:
        """Present a band."""

        def money(amount: Decimal | None) -> MoneyOut | None:
            return None if amount is None else MoneyOut(amount=amount, currency=band.currency)

        return cls(
            currency=band.currency,
            lower=money(band.lower),
            upper=money(band.upper),
            customers=band.customers,
            customer_share=band.customer_share,
            accumulated_customer_share=band.accumulated_customer_share,
            amount=MoneyOut(amount=band.amount, currency=band.currency),
            amount_share=band.amount_share,
            accumulated_amount_share=band.accumulated_amount_share,
        )


class ContributionOut(Output):
    """How many customers contributed how much, the highest band first, by currency."""

    bands: list[BandOut]
    as_of: AsOf


class CompositionQuery(Input):
    """What the customers are counted by, and which of them."""

    by: Literal["industry", "region", "level", "source", "status", "department", "branch", "owner"]
    status: Values
    limit: Annotated[int, Field(ge=1, le=MOST_ROWS), Digits] = FEWEST_ROWS


class CompositionRow(Output):
    """Customers of one kind. Shares are of one; those of all kinds add up to one."""

    key: KeyOut
    customers: int
    share: Decimal


class CompositionOut(Output):
    """Of which kinds the customers are (S05)."""

    by: str
    customers: int
    rows: list[CompositionRow]
    truncated: Annotated[bool, Field(description="there are more rows than the limit")]
    as_of: AsOf

    @classmethod
    def of(cls, query: CompositionQuery, found: Sequence[Any], as_of: AsOf) -> CompositionOut:
        """Present the counts, of which there may be one too many."""
        total = int(found[0]["total"]) if found else 0
        shown = found[: query.limit]
        rest = total - sum(row["customers"] for row in shown)
        parts = shares([*(row["customers"] for row in shown), rest])
        rows = [
            CompositionRow(key=_key(row), customers=row["customers"], share=share)
            for row, share in zip(shown, parts, strict=False)
        ]
        truncated = len(found) > query.limit
        return cls(by=query.by, customers=total, rows=rows, truncated=truncated, as_of=as_of)


class InactiveQuery(Input):
    """Whom to look for."""

    months: Annotated[int, Field(ge=1, le=600, description="without an order or sale"), Digits] = 6
    on: Annotated[Day | None, Field(description="up to this day; left out: today")] = None
    traded: Annotated[bool, Field(description="false: formal ones who never bought anything")] = (
        True
    )
    owner: UUID | None = None
    region: Value | None = None
    branch: Value | None = None
    sort: Annotated[
        Literal["quiet_since", "-quiet_since", "number", "name"], Field(description="see items")
    ] = "quiet_since"
    page_size: PageSize = 50
    page_token: PageToken = None

    def wanted(self, scope: Scope) -> Inactivity:
        """Return whom to look for, as far as the actor may see them."""
        on = self.on or business_date(now())
        where = (self.owner, self.region, self.branch)
        return Inactivity(on, self.months, self.traded, *where, scope)


class InactiveCustomer(Output):
    """A customer who buys no more."""

    id: UUID
    number: str
    name: str
    level: str | None
    industry: str | None
    region: str | None
    owner_id: UUID
    department: str | None
    branch: str | None
    last_trade_on: date | None
    quiet_since: Annotated[
        date, Field(description="the last order or invoice; without any, the day of entry")
    ]


class InactiveOut(Output):
    """One page of customers who buy no more, the longest quiet first."""

    items: list[InactiveCustomer]
    next_page_token: str | None
    as_of: AsOf

    @classmethod
    def of(cls, page: Page, as_of: AsOf) -> InactiveOut:
        """Present a page."""
        items = [InactiveCustomer.model_validate(dict(row)) for row in page.rows]
        return cls(items=items, next_page_token=page.next_token, as_of=as_of)


def _key(row: Any) -> KeyOut:
    value = None if row["key"] is None else str(row["key"])
    return KeyOut(value=value, label=row["label"] or value)
