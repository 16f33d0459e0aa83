"""Every version of every event as it was once published: what is stored for ever, and must be
readable by every later release.

`make golden` adds the examples of new types and never rewrites one: an event cannot be taken back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from shared.bus.port import Record
from shared.events.catalogue import declared_events
from shared.events.envelope import Envelope
from shared.events.payload import INBOUND, Payload
from tests.support.examples import example
from tests.support.outside import BANK, CATALOGUE, WAREHOUSE

STORED = Path(__file__).parent / "published"

_TIME = datetime(2025, 6, 30, 8, 30, tzinfo=UTC)
_PERSON = ("author_id", "approved_by", "assessed_by", "handler_id", "owner_id")
#: What a field says where any text would not do, by its name.
_SAID: Mapping[str, Any] = {
    "number": "C00000001",
    "currency": "CNY",
    "chain": "contract_first",
    "settlement": "credit",
    "roles": ["account_manager"],
    "role": "sales_manager",
    "non_standard_role": "general_manager",
    "required_role": "sales_manager",
    "up_to": "0.1000",
    "opinion": "agree",
    "method": "bank_transfer",
    "quantity": "3.0000",
    "discount": "0.0500",
    "probability": "0.6000",
}
#: Amounts that agree: 3 pieces of 120.00, at a discount of 5 %.
_AMOUNTS: Mapping[str, str] = {
    "list_price": "120.00",
    "unit_price": "114.00",
    "amount": "342.00",
    "total": "342.00",
    "list_total": "360.00",
    "open": "0.00",
}
_STATUS = {"customer": "formal", "staff": "active", "product": "active", "contact": "active"}
_SOURCES = {"stock": WAREHOUSE, "product": CATALOGUE, "payment": BANK}


def id_of(aggregate: str) -> UUID:
    """The id that all stored events mean by an aggregate of a type."""
    return uuid5(NAMESPACE_URL, f"kehu:stored:{aggregate}")


@cache
def stored_files() -> dict[Path, str]:
    """What the examples of today's events would be, were they published today for the first
    time."""
    return {
        STORED / f"{event.event_type}.json": _text(_published(event)) for event in declared_events()
    }


def stored_records() -> list[Record]:
    """What is stored, those of one aggregate in their order."""
    found = [_record(json.loads(path.read_text())) for path in STORED.glob("*.json")]
    return sorted(found, key=lambda each: (each.topic, each.headers["ce_sequence"]))


def _record(stored: dict[str, Any]) -> Record:
    return Record(
        topic=stored["topic"],
        partition=0,
        offset=0,
        key=stored["key"],
        value=json.dumps(stored["data"], ensure_ascii=False).encode(),
        headers=stored["headers"],
        timestamp=_TIME,
    )


def _text(document: Any) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _published(event: type[Payload]) -> dict[str, Any]:
    if event.service == INBOUND:
        return _from_outside(event)
    data = {**example(event).model_dump(mode="json"), **_status(event)}
    envelope = Envelope(
        id=uuid5(NAMESPACE_URL, f"kehu:stored:{event.event_type}"),
        type=event.event_type,
        source=f"/kehu/{event.service}",
        aggregate_type=event.aggregate_type,
        aggregate_id=id_of(event.aggregate_type),
        sequence=_place(event),
        time=_TIME,
        data="",
        actor_id=id_of("staff"),
        correlation_id=id_of("request"),
        causation_id=id_of("cause"),
    )
    headers = envelope.headers()
    return {"topic": event.topic, "key": envelope.key, "headers": headers, "data": _sensible(data)}


def _from_outside(event: type[Payload]) -> dict[str, Any]:
    """The example that other systems are shown, as one of them would send it."""
    (shown,) = event.model_json_schema()["examples"]
    data = {**shown, "received_on": "2025-06-30"} if "received_on" in shown else shown
    subject = f"{event.aggregate_type}-1"
    headers = {
        "ce_specversion": "1.0",
        "ce_id": f"{event.aggregate_type}-1-1",
        "ce_source": _SOURCES[event.aggregate_type],
        "ce_type": event.event_type,
        "ce_subject": subject,
        "ce_time": _TIME.isoformat(),
        "content-type": "application/json",
        "ce_sequence": "1",
    }
    return {"topic": event.topic, "key": subject, "headers": headers, "data": data}


def _status(event: type[Payload]) -> dict[str, str]:
    """How it stands, if the event says so: as what happened, where that is a state."""
    stands = _STATUS.get(event.aggregate_type, event.event_type.split(".")[3])
    return {"status": stands} if "status" in event.model_fields else {}


def _place(event: type[Payload]) -> int:
    """The place of an event in the life of its aggregate, as it is declared."""
    life = [each for each in declared_events() if each.topic == event.topic]
    return life.index(event) + 1


def _sensible(data: Any, name: str = "") -> Any:
    """The example with ids, amounts and terms that a service could have said."""
    if isinstance(data, dict):
        if data.keys() == {"amount", "currency"}:
            return {"amount": _AMOUNTS.get(name, "12.50"), "currency": "CNY"}
        return {key: _sensible(value, key) for key, value in data.items()}
    if isinstance(data, list) and name not in _SAID:
        return [_sensible(each, name) for each in data]
    if name.endswith("_id") or name in _PERSON:
        person = name in _PERSON or name.startswith(("previous_owner", "successor"))
        return str(id_of("staff" if person else name.removesuffix("_id")))
    return _SAID.get(name, data)
