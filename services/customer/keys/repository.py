"""Signing keys in PostgreSQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from services.customer.keys import events
from services.customer.keys.model import SigningKey
from services.customer.keys.table import signing_keys
from shared.db.driver import Connection
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.repository import Repository

SORTS = {"-created": Sort(signing_keys.c.id, UUID, descending=True)}


class Keys(Repository[SigningKey]):
    """The keys of the service."""

    kind = SigningKey
    table = signing_keys
    noun = "signing key"
    payload = staticmethod(events.payload)

    async def verifying(
        self, conn: Connection, at: datetime, *, lock: bool = False
    ) -> list[SigningKey]:
        """Return the keys that verify at a time, the one that signs last first."""
        until = signing_keys.c.verifies_until
        query = self.query().where(sa.or_(until.is_(None), until > at))
        found = await self.select(conn, query, lock=lock)
        return sorted(found, key=lambda each: (each.signs_from, each.id), reverse=True)

    async def page(self, conn: Connection, request: PageRequest) -> Page:
        """Return one page of all keys there ever were."""
        shown = [column for column in signing_keys.c if column.name != "private_key"]
        return await fetch_page(
            conn, sa.select(*shown), request, sorts=SORTS, key=signing_keys.c.id
        )
