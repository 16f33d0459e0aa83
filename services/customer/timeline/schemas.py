"""The timeline over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from services.customer.timeline.titles import link_to, title_of
from shared.http.fields import MoneyOut, Output


class TitleOut(Output):
    """What happened, in both languages."""

    en: str
    zh: str


class EntryOut(Output):
    """Something that happened to a customer. ``event_id`` names the event in all services."""

    event_id: UUID
    happened_at: datetime
    document: str
    kind: str
    title: TitleOut
    number: str | None
    state: str | None
    amount: MoneyOut | None
    actor_id: UUID
    document_id: UUID
    link: str | None

    @classmethod
    def of(cls, row: Any) -> EntryOut:
        """Present an entry."""
        limited = row["amount"] is not None
        amount = {"amount": row["amount"], "currency": row["currency"]} if limited else None
        link = link_to(
            row["document"],
            service=row["service"],
            customer_id=row["customer_id"],
            document_id=row["document_id"],
        )
        title = title_of(row["kind"])._asdict()
        return cls.model_validate({**row, "title": title, "amount": amount, "link": link})
