"""From any event that concerns a customer to an entry of the timeline."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects.postgresql import insert

from services.customer.timeline.table import entries
from shared.db.driver import Prepared
from shared.db.unit_of_work import UnitOfWork
from shared.events.approvals import ApprovalState
from shared.events.catalogue import all_events
from shared.events.order import OrderDraftState
from shared.events.payload import Payload
from shared.inbox.arrival import Received

_NOT_TOLD = (ApprovalState, OrderDraftState)
#: Every event that names a customer, of whatever service; but what an approval comes to is told by
#: its document, and what a customer drafts in the portal is the customer's until it is an order.
EVENTS = tuple(
    event
    for event in all_events()
    if "customer_id" in event.model_fields and not issubclass(event, _NOT_TOLD)
)

#: What says how far something is, where it is not its status.
_STATES = {"activity": "kind", "document": "verification", "opportunity": "stage"}
_AMOUNTS = ("total", "amount", "expected_amount", "limit")
_insert = Prepared(insert(entries).on_conflict_do_nothing(), *entries.c.keys())


async def add_entries(uow: UnitOfWork, batch: list[Received[Any]]) -> None:
    """Add an entry for each event; an event that comes again changes nothing."""
    rows = [_entry(received) for received in batch if received.data.customer_id is not None]
    if rows:
        await uow.conn.execute(_insert, rows)


def kind_of(event_type: str) -> str:
    """Return ``order.approved`` of ``crm.order.order.approved.v1``."""
    _, _, document, step, _ = event_type.split(".")
    return f"{document}.{step}"


def _entry(received: Received[Any]) -> dict[str, Any]:
    event, data = received.envelope, received.data
    money = next((each for name in _AMOUNTS if (each := getattr(data, name, None))), None)
    return {
        "event_id": event.id,
        "customer_id": data.customer_id,
        "happened_at": event.time,
        "service": event.type.split(".")[1],
        "document": event.aggregate_type,
        "kind": kind_of(event.type),
        "document_id": event.aggregate_id,
        "number": getattr(data, "number", None),
        "state": _state(data),
        "amount": money.amount if money else None,
        "currency": money.currency if money else None,
        "actor_id": event.actor_id,
    }


def _state(data: Payload) -> str | None:
    name = _STATES.get(data.aggregate_type, "status")
    state: str | None = getattr(data, name, None)
    return state
