"""The background side of the opportunity service: composition root."""

from __future__ import annotations

from services.opportunity.approval_engine import ENGINE
from services.opportunity.consumers import CONSUMERS
from services.opportunity.plans.due import DUE, note_overdue
from services.opportunity.quotes.answering import EXPIRY, expire_quote
from services.opportunity.settings import OpportunitySettings
from shared.bus.port import Bus
from shared.db.unit_of_work import Database
from shared.documents.housekeeping import sweeping
from shared.http.forgetting import forgetting
from shared.worker import Worker

DEADLINES = {EXPIRY: expire_quote, DUE: note_overdue, **ENGINE.deadlines}


def create_worker(settings: OpportunitySettings, bus: Bus, db: Database) -> Worker:
    """Compose relay, consumers, deadlines and housekeeping."""
    return Worker(
        db,
        bus,
        consumers=CONSUMERS,
        deadlines=DEADLINES,
        jobs=[sweeping(db, settings), forgetting(db)],
    )
