"""Releases meet: today's consumers are given every event that was ever published, and events as a
later release would publish them. None may be parked."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import sqlalchemy as sa

from shared.bus.port import Record
from shared.events.payload import payload_class
from shared.inbox.inbound import is_inbound
from shared.inbox.inbox import Inbox
from shared.service import NAMES
from tests.contract.stored import id_of, stored_records
from tests.faults.experiment import Outcome
from tests.support import services
from tests.support.opportunity import open_opportunity
from tests.support.outside import allowed_sources
from tests.support.postgres import test_server
from tests.support.services import ServiceUnderTest

_ADDED = "of_a_later_release"
_PARKED = sa.text("SELECT consumer, type, reason, error FROM parked ORDER BY consumer, type")
_TAKEN = sa.text("SELECT count(*) FROM inbox")

Change = Callable[[Record], Record]


@dataclass(slots=True)
class Meeting:
    """What the consumers of all services made of the events."""

    stored: int = 0
    consumers: int = 0
    sent: int = 0
    taken: int = 0
    unknown: int = 0  # of types that no release of today knows
    parked: list[str] = field(default_factory=list)

    @property
    def outcome(self) -> Outcome:
        """The line of the report, and what is wrong."""
        wrong = list(self.parked)
        if self.taken != self.sent:
            wrong.append(f"{self.sent} events were given to consumers, and {self.taken} taken")
        line = (
            f"stored versions of events {self.stored} / consumers {self.consumers}"
            f" / events given {self.sent}: as stored, without what is optional, with fields of a"
            f" later release, and {self.unknown} of unknown types"
            f" / taken {self.taken} / parked {len(self.parked)}"
        )
        return Outcome(line, wrong)


async def meet(names: Iterable[str] = NAMES, records: Sequence[Record] = ()) -> Meeting:
    """Give the events (all that are stored) to the consumers of fresh services."""
    meeting, stored = Meeting(), records or stored_records()
    meeting.stored = len(stored)
    every = _every(stored)
    async with AsyncExitStack() as stack:
        stack.enter_context(allowed_sources())
        for name in names:
            launched = await services.launch(test_server(), name)
            stack.push_async_callback(services.stop, test_server(), launched)
            await _give(launched, every, meeting)
    return meeting


async def released(seed: int) -> Outcome:
    """The experiment; nothing of it is left to chance."""
    return (await meet()).outcome


async def _give(service: ServiceUnderTest, every: Sequence[Record], meeting: Meeting) -> None:
    if service.service.name == "opportunity":
        every = await _about_something(service, every)
    given = await _count(service)
    for consumer in service.service.consumers:
        inbox = Inbox(service.db, consumer, retry_pauses=())
        by_topic: dict[str, list[Record]] = defaultdict(list)
        for record in every:
            if record.topic in consumer.topics:
                by_topic[record.topic].append(record)
        for records in by_topic.values():
            await inbox.handle(records)
            meeting.sent += len(records)
            meeting.unknown += sum(_ADDED in each.headers["ce_type"] for each in records)
        meeting.consumers += 1
    meeting.taken += await _count(service) - given
    async with service.db.reading() as conn:
        for row in (await conn.execute(_PARKED)).all():
            meeting.parked.append(" ".join(str(each) for each in row))


async def _count(service: ServiceUnderTest) -> int:
    async with service.db.reading() as conn:
        return int(await conn.scalar(_TAKEN))


async def _about_something(service: ServiceUnderTest, every: Sequence[Record]) -> list[Record]:
    """The events, about an opportunity that is there: what others signed closes it."""
    found = await open_opportunity(service)
    old, new = str(id_of("opportunity")).encode(), str(found["id"]).encode()
    return [replace(each, value=each.value.replace(old, new)) for each in every]


# -- the same events as other releases publish them ---------------------------------------------


def _every(stored: Sequence[Record]) -> list[Record]:
    changes: tuple[Change, ...] = (as_stored, with_the_least, with_more)
    found = [
        _later(change(record), turn) for turn, change in enumerate(changes) for record in stored
    ]
    first = {each.topic: each for each in reversed(stored) if not is_inbound(each.topic)}
    found += [_later(of_another_type(each), len(changes)) for each in first.values()]
    return [replace(each, offset=offset) for offset, each in enumerate(found)]


def as_stored(record: Record) -> Record:
    """The event as it was published."""
    return record


def with_the_least(record: Record) -> Record:
    """The event as a release published it that knew no optional field."""
    event = payload_class(record.headers["ce_type"])
    assert event is not None
    schema = event.model_json_schema(mode="validation")
    return _with_data(record, _least(json.loads(record.value), schema, schema))


def with_more(record: Record) -> Record:
    """The event as a later release publishes it: with more fields everywhere, and a header."""
    more = _with_data(record, _more(json.loads(record.value)))
    return replace(more, headers={**more.headers, f"ce_{_ADDED}": "1"})


def of_another_type(record: Record) -> Record:
    """An event about the same, of a type that only a later release knows."""
    event_type = f"{record.topic}.{_ADDED}.v1"
    other = _with_data(record, {_ADDED: 1})
    return replace(other, headers={**other.headers, "ce_type": event_type})


def _later(record: Record, turn: int) -> Record:
    """The event as a new one, of a later version of its aggregate."""
    if not turn:
        return record
    known = record.headers
    headers = {
        "ce_id": str(uuid5(NAMESPACE_URL, f"{known['ce_id']} {turn}")),
        "ce_sequence": f"{int(known['ce_sequence']) + 1000 * turn:0{len(known['ce_sequence'])}d}",
    }
    return replace(record, headers={**known, **headers})


def _with_data(record: Record, data: Any) -> Record:
    return replace(record, value=json.dumps(data, ensure_ascii=False).encode())


def _least(data: Any, schema: dict[str, Any], root: dict[str, Any]) -> Any:
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    for each in schema.get("anyOf", ()) if isinstance(data, dict | list) else ():
        if each.get("type") != "null":
            return _least(data, each, root)
    if isinstance(data, list):
        return [_least(each, schema.get("items", {}), root) for each in data]
    if not isinstance(data, dict):
        return data
    known = schema["properties"]
    needed = [name for name in schema.get("required", ()) if name in data]
    return {name: _least(data[name], known[name], root) for name in needed}


def _more(data: Any) -> Any:
    if isinstance(data, list):
        return [_more(each) for each in data]
    if not isinstance(data, dict):
        return data
    return {name: _more(value) for name, value in data.items()} | {_ADDED: {"any": [1, "文字"]}}
