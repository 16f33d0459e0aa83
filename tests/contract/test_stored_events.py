"""What was published once is read for ever: an example of every version of every event is stored,
and today's models read each of them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from shared.bus.port import Record
from shared.events.catalogue import declared_events, payload_class
from shared.events.payload import INBOUND, Payload
from shared.inbox import inbound
from shared.inbox.arrival import Reader, Reason
from tests.contract.stored import STORED, stored_files, stored_records
from tests.support.outside import ALLOWED

RECORDS = stored_records()


def _type_of(record: Record) -> str:
    return record.headers["ce_type"]


@pytest.fixture(autouse=True)
def allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other systems may say what they say in the examples."""
    monkeypatch.setattr(inbound, "_allowed", ALLOWED)


def test_every_version_of_every_event_is_stored_once() -> None:
    """A new one is added by make golden; one that is gone here could be read no more."""
    assert {path.name for path in STORED.glob("*.json")} == {each.name for each in stored_files()}
    assert sorted(map(_type_of, RECORDS)) == sorted(each.event_type for each in declared_events())


@pytest.mark.parametrize("record", RECORDS, ids=_type_of)
def test_a_stored_event_is_read_with_all_it_says(record: Record) -> None:
    """F23: nothing of it is lost on today's model, and nothing has another meaning."""
    event = payload_class(_type_of(record))
    assert event is not None
    arrival = _reader(event).read(record)
    assert (arrival.reason, arrival.error) == (None, "")
    assert arrival.data is not None
    said = json.loads(record.value)
    read = event.model_validate_json(arrival.data.model_dump_json())
    assert read == arrival.data
    if event.service != INBOUND:  # others write numbers and times in their own ways
        assert said.items() <= json.loads(read.model_dump_json()).items()


@pytest.mark.parametrize("record", RECORDS, ids=_type_of)
def test_another_version_of_an_event_is_neither_guessed_nor_lost(record: Record) -> None:
    """F23: it is parked until a release comes that knows it."""
    event = payload_class(_type_of(record))
    assert event is not None
    later = replace(record, headers={**record.headers, "ce_type": f"{_type_of(record)[:-1]}2"})
    expected = Reason.SOURCE if event.service == INBOUND else Reason.UNKNOWN_VERSION
    assert _reader(event).read(later).reason is expected


def _reader(event: type[Payload]) -> Reader:
    return Reader([event], {})
