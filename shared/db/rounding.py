"""Rounding money in SQL as ``shared.domain.money`` does: to the minor unit of the currency."""

from __future__ import annotations

from shared.domain.money import MINOR_UNITS


def rounded(amount: str, currency: str) -> str:
    """Return the SQL that rounds an expression to the minor unit that a column names."""
    whole = ", ".join(f"'{code}'" for code, places in sorted(MINOR_UNITS.items()) if not places)
    return f"round({amount}, CASE WHEN {currency} IN ({whole}) THEN 0 ELSE 2 END)"
