"""Who buys no more: customers without an order or a sale for some months (S66, S194)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.analytics.facts.parties import customers
from services.analytics.facts.trade import invoices, orders
from services.analytics.scope import seen
from shared.db.paging import Sort
from shared.domain.scope import EVERYTHING, Scope

#: Who may buy. Of the others some bought before they were recorded here, by an import.
FORMAL = "formal"
#: Whom nobody waits for any more.
GIVEN_UP = ("lost", "rejected")


@dataclass(frozen=True, slots=True)
class Inactivity:
    """Whom to look for: nothing for ``months`` up to ``on``; ``traded`` before, or never."""

    on: date
    months: int
    traded: bool
    owner: UUID | None = None
    region: str | None = None
    branch: str | None = None
    scope: Scope = EVERYTHING

    @property
    def places(self) -> dict[str, Any]:
        """What the customers are narrowed to, by column."""
        return {"owner_id": self.owner, "region": self.region, "branch": self.branch}


def inactive(wanted: Inactivity) -> tuple[sa.Select[Any], dict[str, Sort], sa.ColumnElement[Any]]:
    """Return the list of them, its sorts and its key, for a keyset page.

    ``quiet_since`` is the day of the last order or invoice; of those who never bought, the day
    they were entered.
    """
    last = _last_trade(wanted.on)
    since = last.c.day if wanted.traded else customers.c.created_on
    query = (
        sa.select(customers, last.c.day.label("last_trade_on"), since.label("quiet_since"))
        .select_from(customers.outerjoin(last, last.c.customer_id == customers.c.id))
        .where(
            *_kind(last, wanted.traded),
            since <= _months_before(wanted.on, wanted.months),
            *seen(wanted.scope, customers.c.owner_id),
        )
    )
    for name, value in wanted.places.items():
        if value is not None:
            query = query.where(customers.c[name] == value)
    found = query.subquery("found")
    sorts = {
        "quiet_since": Sort(found.c.quiet_since, date),
        "-quiet_since": Sort(found.c.quiet_since, date, descending=True),
        "number": Sort(found.c.number, str),
        "name": Sort(found.c.name, str),
    }
    return sa.select(found), sorts, found.c.id


def _kind(last: sa.Subquery, traded: bool) -> Sequence[sa.ColumnElement[bool]]:
    if traded:
        return last.c.day.is_not(None), customers.c.status.not_in(GIVEN_UP)
    return last.c.day.is_(None), customers.c.status == FORMAL


def _last_trade(on: date) -> sa.Subquery:
    trades = sa.union_all(
        *(
            sa.select(document.c.customer_id, document.c.day).where(document.c.day <= on)
            for document in (orders, invoices)
        )
    ).subquery("trade")
    newest = sa.func.max(trades.c.day).label("day")
    return sa.select(trades.c.customer_id, newest).group_by(trades.c.customer_id).subquery("last")


def _months_before(on: date, months: int) -> sa.ColumnElement[date]:
    interval = sa.func.make_interval(0, months)
    return sa.cast(sa.literal(on, sa.Date) - interval, sa.Date)
