"""Other systems: records as they publish them on inbound topics, handed to a service."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest

from shared.bus.port import Record
from shared.domain.clock import now
from shared.domain.ids import new_id
from shared.events.inbound import PaymentReceived, ProductFactsChanged, StockLevelChanged
from shared.events.payload import Payload
from shared.inbox.inbox import Inbox
from tests.support.services import ServiceUnderTest

WAREHOUSE, CATALOGUE, BANK = "/wms/shanghai", "/plm", "/bank/icbc"
#: Another system that is allowed to say the same.
SECOND_WAREHOUSE = "/wms/tianjin"
ALLOWED = {
    StockLevelChanged.event_type: (WAREHOUSE, SECOND_WAREHOUSE),
    ProductFactsChanged.event_type: (CATALOGUE, "/erp"),
    PaymentReceived.event_type: (BANK, "/psp"),
}
_offsets = count()


@contextmanager
def allowed_sources() -> Iterator[None]:
    """The setting of an installation that is fed; services are launched inside the block."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KEHU_INBOUND_SOURCES", json.dumps(ALLOWED))
        yield


def record(
    kind: type[Payload],
    data: Mapping[str, Any] | bytes,
    *,
    source: str,
    subject: str,
    headers: Mapping[str, str | None] | None = None,
    **place: Any,
) -> Record:
    """An event of another system; a header that is None is left out."""
    known: dict[str, str | None] = {
        "ce_specversion": "1.0",
        "ce_id": str(new_id()),
        "ce_source": source,
        "ce_type": kind.event_type,
        "ce_subject": subject,
        "ce_time": now().isoformat(),
        "content-type": "application/json",
    }
    sent = {name: value for name, value in (known | dict(headers or {})).items() if value}
    fields: dict[str, Any] = {
        "topic": kind.topic,
        "partition": 0,
        "offset": next(_offsets),
        "key": subject,
        "value": data if isinstance(data, bytes) else json.dumps(data).encode(),
        "headers": sent,
        "timestamp": now(),
    }
    return Record(**(fields | place))


async def tell(service: ServiceUnderTest, *records: Record) -> None:
    """Hand records to the consumers of a service, as the bus would."""
    for consumer in service.service.consumers:
        mine = [each for each in records if each.topic in consumer.topics]
        if mine:
            await Inbox(service.db, consumer, retry_pauses=()).handle(mine)


async def why_parked(service: ServiceUnderTest, sent: Record) -> list[str]:
    """Why events of a record's subject are parked, in the order in which they came."""
    query = 'SELECT error FROM parked WHERE key = $1 AND resolved_at IS NULL ORDER BY "offset"'
    async with service.db.reading() as conn:
        return [row[0] for row in await conn.exec_driver_sql(query, (sent.key,))]
