"""Revisions of quotes in PostgreSQL."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from services.opportunity.quotes import events
from services.opportunity.quotes.line import QuoteLine
from services.opportunity.quotes.model import Quote, Status
from services.opportunity.quotes.table import quote_lines, quotes
from shared.db.driver import Connection
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.repository import Children, Repository
from shared.db.unit_of_work import UnitOfWork

SORTS = {
    "created": Sort(quotes.c.id, UUID),
    "-created": Sort(quotes.c.id, UUID, descending=True),
    "valid_until": Sort(quotes.c.valid_until, date),
}


@dataclass(frozen=True, slots=True)
class QuoteFilter:
    """What a list of quotes is narrowed by; None means any."""

    number: str | None = None
    opportunity_id: UUID | None = None
    customer_id: UUID | None = None
    owner_id: UUID | None = None
    status: str | None = None
    required_role: str | None = None


class Quotes(Repository[Quote]):
    """All revisions of all quotes."""

    kind = Quote
    table = quotes
    noun = "quote"
    owner = quotes.c.owner_id
    payload = staticmethod(events.payload)
    children = (Children("lines", QuoteLine, quote_lines, "quote_id"),)

    async def open_ones(
        self, uow: UnitOfWork, customer_id: UUID | None, owner_id: UUID
    ) -> list[Quote]:
        """Lock and return the revisions of an owner that something may still come of, for one
        customer or (None) for any."""
        done = (Status.ACCEPTED, Status.SUPERSEDED)
        query = self.query().where(quotes.c.owner_id == owner_id, quotes.c.status.not_in(done))
        if customer_id is not None:
            query = query.where(quotes.c.customer_id == customer_id)
        return await self.select(uow.conn, query, lock=True)

    async def page(self, conn: Connection, wanted: QuoteFilter, request: PageRequest) -> Page:
        """Return one page of revisions, without their lines."""
        given = {name: value for name, value in asdict(wanted).items() if value is not None}
        conditions = [quotes.c[name] == value for name, value in given.items()]
        query = self.query().where(*conditions, *conn.seeing(quotes.c.owner_id))
        return await fetch_page(conn, query, request, sorts=SORTS, key=quotes.c.id)
