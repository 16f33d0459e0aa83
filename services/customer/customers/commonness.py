"""How common the pieces of names are, by the statistics that PostgreSQL keeps for its planner.

The planner multiplies the shares of all pieces of a term, as if names were drawn by lot. But the
pieces of "huawei" come together or not at all: it would expect a few rows, gather sixty thousand
and sort them. Asked for the rarest piece alone it expects what there is, and reads the newest
customers until a page is full.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa

from services.customer.customers.table import customers
from shared.db.driver import Connection

_FRESH_SECONDS = 600.0
_SOON_SECONDS = 30.0  # a new table has no statistics yet
_STATISTICS = sa.text(
    "SELECT unnest(most_common_elems::text::text[]), unnest(most_common_elem_freqs)"
    " FROM pg_stats WHERE schemaname = current_schema() AND tablename = :table"
    " AND attname = :column"
)
_COLUMN = {"table": customers.name, "column": customers.c.search_terms.name}


class Commonness:
    """The shares of the common pieces, read anew now and then. A hint: what is found does not
    depend on it."""

    def __init__(self) -> None:
        self._shares: Mapping[str, float] = {}
        self._due_at = float("-inf")

    async def telling(self, conn: Connection, pieces: Collection[str]) -> list[str]:
        """Return the pieces to look up: the rare ones, or of nothing but common ones the rarest."""
        if time.monotonic() > self._due_at:
            rows: Any = await conn.execute(_STATISTICS, _COLUMN)
            self._shares = {row[0]: row[1] for row in rows}
            self._due_at = time.monotonic() + (_FRESH_SECONDS if self._shares else _SOON_SECONDS)
        rare = [piece for piece in pieces if piece not in self._shares]
        return sorted(rare) or [min(pieces, key=lambda piece: (self._shares[piece], piece))]
