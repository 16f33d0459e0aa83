"""Drafts in PostgreSQL. A portal user sees their own: its owner is who began it."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from services.order.drafts import events
from services.order.drafts.model import DraftLine, OrderDraft
from services.order.drafts.table import draft_lines, drafts
from shared.db.driver import Connection
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.repository import Children, Repository

SORTS = {
    "created": Sort(drafts.c.id, UUID),
    "-created": Sort(drafts.c.id, UUID, descending=True),
}


class OrderDrafts(Repository[OrderDraft]):
    """What customers are about to order."""

    kind = OrderDraft
    table = drafts
    noun = "draft"
    owner = drafts.c.portal_user_id
    children = (Children("lines", DraftLine, draft_lines, "order_draft_id"),)
    payload = staticmethod(events.payload)

    async def page(self, conn: Connection, status: str | None, request: PageRequest) -> Page:
        """Return one page of drafts without their lines."""
        query = sa.select(drafts).where(*conn.seeing(drafts.c.portal_user_id))
        if status is not None:
            query = query.where(drafts.c.status == status)
        return await fetch_page(conn, query, request, sorts=SORTS, key=drafts.c.id)
