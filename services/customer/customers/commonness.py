"""How common the pieces of names are, by the statistics that PostgreSQL keeps for its planner.

The planner multiplies the shares of all pieces of a term, as if names were drawn by lot. But the
pieces of "huawei" come together or not at all: it would expect a few rows, gather sixty thousand
and sort them. And of a piece it has not counted it expects one in two hundred: it would read every
customer, the newest first, for a page that never fills. So it is asked for the rarest pieces alone
and, where these are not common, first among the newest customers that should fill a page. A term
with several pieces that were not counted is rare, which shows as soon as some of it are gathered.
It also counts the periods of entry, which stand among the pieces: nobody asks for their shares.
"""

from __future__ import annotations

import math
import time
from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.customer.customers.periods import periods_since
from services.customer.customers.table import customers
from shared.db.driver import Connection

_FRESH_SECONDS = 60.0
_SOON_SECONDS = 30.0  # a new table has no statistics yet
#: The newest among whom a page is sought hold so many times what should fill it.
_SPARE = 4
#: Of more customers than this part "the newest" would be no choice.
_LARGEST_PART = 0.25
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
    rarest. ``few``: what has them may be gathered and sorted. So many of the ``newest`` customers
    should hold a page of matches, and some to spare; infinite where that is not known. ``rare``:
    several pieces were not counted, so that hardly anything should match.
    """

    telling: Sequence[str]
    few: bool = True
    newest: float = math.inf
    rare: bool = False


@dataclass(frozen=True, slots=True)
class Since:
    """The newest customers: those from an id on. ``counted`` is the last id that was counted."""

    id: UUID
    counted: UUID

    def periods(self) -> list[str]:
        """Return periods in one of which each of them was entered, and some others before."""
        return periods_since(self.id, self.counted)


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
        # As the planner does: what was not counted is half as common as the rarest that was.
        share = min(self.shares.values()) / 2 if rare else self.shares[rarest]
        few = share * self.customers <= _FEW
        return Hint(rare or [rarest], few, wanted * _SPARE / share, len(rare) > 1)

    def since(self, newest: float, before: UUID | None) -> Since | None:
        part = newest / max(1.0, self.customers)
        if not self.ids:
            return None
        part += 0.0 if before is None else self._newer(before)
        if part > _LARGEST_PART:
            return None
        return Since(self._oldest(part), self.ids[-1])

    def _newer(self, than: UUID) -> float:
        """Return the part of customers that is newer than an id."""
        after = min(max(1, bisect_left(self.ids, than)), len(self.ids) - 1)
        lower, upper = self.ids[after - 1].int, self.ids[after].int
        between = min(max(0.0, (upper - than.int) / max(1, upper - lower)), 1.0)
        return (len(self.ids) - 1 - after + between) / (len(self.ids) - 1)

    def _oldest(self, part: float) -> UUID:
        """Return the id of the oldest of the newest part."""
        # Ids begin with their time: between two that were counted they are spread evenly.
        position = (len(self.ids) - 1) * (1 - part)
        before = int(position)
        lower, upper = self.ids[before].int, self.ids[before + 1].int
        return UUID(int=lower + int((upper - lower) * (position - before)))


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
                shares = dict(zip(row[0], row[1], strict=False))  # least and most share follow
                self._counted = _Counted(shares, row[2] or (), row[3])
            fresh = _FRESH_SECONDS if self._counted.shares else _SOON_SECONDS
            self._due_at = time.monotonic() + fresh
        return self._counted.hint(pieces, wanted)

    def since(self, newest: float, before: UUID | None = None) -> Since | None:
        """Return since when so many customers were entered, or so many before an id; None if these
        are no small part."""
        return self._counted.since(newest, before)
