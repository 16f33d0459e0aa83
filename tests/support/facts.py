"""Looks into the facts of the analytics service."""

from __future__ import annotations

import sqlalchemy as sa

from services.analytics.metadata import FACTS
from services.analytics.tables import metadata
from shared.events.approvals import ApprovalState, ProcessState
from shared.events.catalogue import all_events
from shared.events.customer import LevelProposalState
from shared.events.documents import DocumentState
from shared.events.expenses import ExpenseState
from shared.events.identity import PortalUserState, SigningKeyState
from shared.events.numbering import NumberRangesState
from shared.events.order import OrderDraftState
from shared.events.order_agreements import AmendmentState
from shared.events.payload import Payload
from shared.events.plans import PlanState
from tests.support.services import ServiceUnderTest

#: What no report is about: papers, who is asked for an approval (its outcome is an event of the
#: document), what is proposed of a level or a contract (it is an event of the customer or contract
#: once it is so), plans and expenses, keys, number ranges, who uses the portal, and what customers
#: draft there before it is an order.
_UNREPORTED = (
    ApprovalState,
    ProcessState,
    DocumentState,
    SigningKeyState,
    PortalUserState,
    OrderDraftState,
    LevelProposalState,
    AmendmentState,
    PlanState,
    ExpenseState,
    NumberRangesState,
)
TABLES = [table.fullname for table in metadata.sorted_tables if table.schema == FACTS]


def reported() -> list[type[Payload]]:
    """The events that reports are about."""
    return [each for each in all_events() if not issubclass(each, _UNREPORTED)]


async def contents(service: ServiceUnderTest) -> dict[str, list[str]]:
    """All rows of all facts, as text."""
    found = {}
    async with service.db.reading() as conn:
        for name in TABLES:
            rows = await conn.execute(sa.text(f"SELECT t::text FROM {name} t"))
            found[name] = sorted(rows.scalars())
    return found


async def forget(service: ServiceUnderTest, *, facts: bool = True) -> None:
    """Empty the inbox, and the facts too: as if no event had ever come."""
    async with service.db.pool.transaction() as conn:
        for name in ["inbox", "parked", "consumer_position", *(TABLES if facts else ())]:
            await conn.execute(sa.text(f"DELETE FROM {name}"))
