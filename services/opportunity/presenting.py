"""Pieces of HTTP bodies that several slices share: money in and out, aggregates and rows alike."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from shared.domain.money import round_money
from shared.http.fields import MoneyIn, MoneyOut


def facts(source: Any) -> dict[str, Any]:
    """Return the fields of an aggregate or the columns of a row."""
    return dict(source) if hasattr(source, "keys") else dict(vars(source))


def money_out(amount: Decimal | None, currency: str | None) -> MoneyOut | None:
    """Present an amount that may be missing."""
    if amount is None or currency is None:
        return None
    return MoneyOut(amount=amount, currency=currency)


def money_in(money: MoneyIn | None) -> tuple[Decimal | None, str | None]:
    """Return amount and currency as they are stored; nothing for nothing."""
    return (
        (None, None)
        if money is None
        else (round_money(money.amount, money.currency), money.currency)
    )
