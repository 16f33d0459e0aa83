"""How common the pieces of names are, by the statistics that PostgreSQL keeps for its planner.

The planner multiplies the shares of all pieces of a term, as if names were drawn by lot. But the
pieces of "huawei" come together or not at all: it would expect a few rows, gather sixty thousand
and sort them. And of a piece it has not counted it expects one in two hundred: it would read every
customer, the newest first, for a page that never fills. So it is asked for the rarest pieces alone
and, where these are not common, first among the newest customers that should fill a page.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.customer.customers.table import customers
from shared.db.driver import Connection

_FRESH_SECONDS = 600.0
_SOON_SECONDS = 30.0  # a new table has no statistics yet
#: The newest among whom a page is sought hold so many times what should fill it.
_SPARE = 4
#: More matches than these are not gathered before they are sorted.
_FEW = 20_000

_STATISTICS = sa.text("""
SELECT pieces.most_common_elems::text::text[], pieces.most_common_elem_freqs,
    ids.histogram_bounds::text::uuid[], class.reltuples
FROM pg_stats AS pieces
JOIN pg_stats AS ids USING (schemaname, tablename)
JOIN pg_class AS class ON class.oid = to_regclass(tablename)
WHERE schemaname = current_schema() AND tablename = :table
    AND pieces.attname = :pieces AND ids.attname = :id
""")
_COLUMNS = {
    "table": customers.name,
    "pieces": customers.c.search_terms.name,
    "id": customers.c.id.name,
}


@dataclass(frozen=True, slots=True)
class Hint:
    """How to look a term up. What is found does not depend on it.

    ``telling`` are the pieces that say most: the rare ones, or of nothing but common ones the
    rarest. ``few``: what has them may be gathered and sorted. The customers from ``since`` on
    should hold a page of matches; None where looking there first does not pay.
    """

    telling: Sequence[str]
    few: bool = True
    since: UUID | None = None


@dataclass(frozen=True, slots=True)
class _Counted:
    """What PostgreSQL counted. Pieces that are not among the shares are rarer than those."""

    shares: Mapping[str, float] = field(default_factory=dict)
    ids: Sequence[UUID] = ()
    customers: float = 0.0

    def hint(self, pieces: Collection[str], wanted: int) -> Hint:
        if not self.shares:
            return Hint(sorted(pieces))
        rare = sorted(piece for piece in pieces if piece not in self.shares)
        rarest = min(pieces, key=lambda piece: (self.shares.get(piece, 0.0), piece))
        share = min(self.shares.values()) if rare else self.shares[rarest]
        few = share * self.customers <= _FEW
        return Hint(rare or [rarest], few, self._since(wanted * _SPARE / share))

    def _since(self, newest: float) -> UUID | None:
        """Return the id from which on there are so many customers, if that is a small part."""
        part = newest / max(1.0, self.customers)
        if not self.ids or part > 1 / _SPARE:
            return None
        return self.ids[int((len(self.ids) - 1) * (1 - part))]


class Commonness:
    """The statistics, read anew now and then."""

    def __init__(self) -> None:
        self._counted = _Counted()
        self._due_at = float("-inf")

    async def hint(self, conn: Connection, pieces: Collection[str], wanted: int) -> Hint:
        """Say how to look for the pieces of a term, for so many rows."""
        if time.monotonic() > self._due_at:
            row: Any = (await conn.execute(_STATISTICS, _COLUMNS)).one_or_none()
            if row is not None and row[0]:
                self._counted = _Counted(dict(zip(row[0], row[1], strict=False)), row[2], row[3])
            self._due_at = time.monotonic() + (_FRESH_SECONDS if row else _SOON_SECONDS)
        return self._counted.hint(pieces, wanted)
