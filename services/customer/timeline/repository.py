"""The timeline in PostgreSQL: pages of a customer's entries, newest first."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from services.customer.timeline.table import entries
from shared.db.driver import Connection
from shared.db.paging import Page, PageRequest, Sort, fetch_page

SORTS = {
    "-time": Sort(entries.c.happened_at, datetime, descending=True),
    "time": Sort(entries.c.happened_at, datetime),
}


async def page_of_entries(
    conn: Connection,
    customer_id: UUID,
    request: PageRequest,
    *,
    document: str | None = None,
    kind: str | None = None,
) -> Page:
    """Return one page of what happened to a customer."""
    query = sa.select(entries.c.event_id.label("id"), *entries.c).where(
        entries.c.customer_id == customer_id
    )
    if document is not None:
        query = query.where(entries.c.document == document)
    if kind is not None:
        query = query.where(entries.c.document == kind.partition(".")[0], entries.c.kind == kind)
    return await fetch_page(conn, query, request, sorts=SORTS, key=entries.c.event_id)
