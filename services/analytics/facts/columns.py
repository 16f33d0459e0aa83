"""How the tables of facts are declared, and the columns many of them share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from services.analytics.metadata import FACTS, metadata
from shared.db.types import MOMENT, MONEY, QUANTITY
from shared.domain.clock import business_date
from shared.events.values import Money, Owned
from shared.inbox.arrival import Received

Row = dict[str, Any]


def fact_table(name: str, *columns: sa.schema.SchemaItem) -> sa.Table:
    """Declare the facts of one aggregate family: the id, the version last seen, the state."""
    return sa.Table(
        name,
        metadata,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        *columns,
        schema=FACTS,
    )


def line_table(name: str, parent: str, *columns: sa.schema.SchemaItem) -> sa.Table:
    """Declare the lines of documents: keyed by the document and the line."""
    return sa.Table(
        name,
        metadata,
        sa.Column(parent, sa.Uuid, primary_key=True),
        sa.Column("line_id", sa.Uuid, primary_key=True),
        *columns,
        schema=FACTS,
    )


def uuid(name: str, *, optional: bool = False) -> sa.Column[Any]:
    """Declare an id of something else."""
    return sa.Column(name, sa.Uuid, nullable=optional)


def text(name: str, *, optional: bool = False) -> sa.Column[Any]:
    """Declare a text."""
    return sa.Column(name, sa.Text, nullable=optional)


def day(name: str, *, optional: bool = False) -> sa.Column[Any]:
    """Declare a calendar day in the business zone."""
    return sa.Column(name, sa.Date, nullable=optional)


def moment(name: str, *, optional: bool = False) -> sa.Column[Any]:
    """Declare a point in time."""
    return sa.Column(name, MOMENT, nullable=optional)


def money(name: str, *, optional: bool = False) -> sa.Column[Any]:
    """Declare an amount; its currency is the row's ``currency``."""
    return sa.Column(name, MONEY, nullable=optional)


def quantity(name: str) -> sa.Column[Any]:
    """Declare a quantity."""
    return sa.Column(name, QUANTITY, nullable=False)


def owned() -> Sequence[sa.Column[Any]]:
    """Declare whose it was, and where that person stood in the organisation at the time."""
    return (
        uuid("owner_id"),
        text("department", optional=True),
        text("branch", optional=True),
        text("region", optional=True),
    )


def countable() -> Sequence[sa.Column[Any]]:
    """Declare what every fact the cube sums has.

    ``day`` is when it counts (the order day of an approved order, the day of shipping, of issue, of
    receipt); it is null while it does not count.
    """
    return (
        day("day", optional=True),
        uuid("customer_id"),
        *owned(),
        money("amount"),
        text("currency"),
    )


def owned_row(data: Owned) -> Row:
    """Return the values of `owned`."""
    return {
        "owner_id": data.owner_id,
        "department": data.department,
        "branch": data.branch,
        "region": data.region,
    }


def amount_of(money: Money | None) -> Any:
    """Return the amount of money that may be missing."""
    return None if money is None else money.amount


def currency_of(money: Money | None) -> str | None:
    """Return the currency of money that may be missing."""
    return None if money is None else money.currency


def event_day(received: Received[Any]) -> Any:
    """Return the business day on which an event happened."""
    return business_date(received.envelope.time)
