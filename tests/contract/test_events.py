"""The published language changes only in sight, and only so that consumers can follow."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

import jsonschema_rs
import pytest

from shared.events.catalogue import all_events, inbound_events
from shared.events.envelope import Envelope
from shared.events.payload import Payload
from shared.events.schemas import json_schema
from shared.portal.labels import AGGREGATES
from shared.service import NAMES
from tests.contract.compatibility import incompatibilities
from tests.contract.golden import EVENTS, difference, event_files
from tests.support.examples import example

TYPES = list(all_events())
EVERY_TYPE = [*TYPES, *inbound_events()]
QUOTE = json.loads((EVENTS / "crm.opportunity.quote.submitted.v1.json").read_text())


@pytest.mark.parametrize("event", EVERY_TYPE, ids=lambda event: event.event_type)
def test_an_event_equals_its_golden_schema(event: type[Payload]) -> None:
    path = EVENTS / f"{event.event_type}.json"
    wanted = event_files()[path]
    found = difference(path, wanted)
    if found and path.exists():
        breaks = incompatibilities(json.loads(path.read_text()), json.loads(wanted))
        found += "\n\n" + ("\n".join(breaks) or "This is compatible; write it: make golden")
    assert not found, found


def test_no_golden_schema_is_left_over() -> None:
    known = {each.event_type for each in EVERY_TYPE}
    assert {path.stem for path in EVENTS.glob("*.json")} == known


@pytest.mark.parametrize("event", TYPES, ids=lambda event: event.event_type)
def test_an_event_is_read_back_as_it_was_sent(event: type[Payload]) -> None:
    """Through the wire format, and with a field of a later release in it."""
    sent = example(event)
    envelope = Envelope(
        id=getattr(sent, f"{event.aggregate_type}_id"),
        type=event.event_type,
        source=f"/kehu/{event.service}",
        aggregate_type=event.aggregate_type,
        aggregate_id=getattr(sent, f"{event.aggregate_type}_id"),
        sequence=7,
        time=datetime(2026, 11, 21, tzinfo=UTC),
        data=sent.model_dump_json(),
        actor_id=getattr(sent, f"{event.aggregate_type}_id"),
        correlation_id=getattr(sent, f"{event.aggregate_type}_id"),
    )
    read = Envelope.parse(envelope.headers(), envelope.data)
    assert read == envelope
    assert read.payload() == sent
    later = json.dumps({**json.loads(envelope.data), "of_a_later_release": [1]})
    assert event.model_validate_json(later) == sent


@pytest.mark.parametrize("event", list(inbound_events()), ids=lambda event: event.event_type)
def test_an_example_for_other_systems_is_one_that_we_read(event: type[Payload]) -> None:
    """With every field filled, and by the schema as others check it."""
    schema = json_schema(event)
    (shown,) = schema["examples"]
    assert shown.keys() == event.model_fields.keys()
    read = event.model_validate_json(json.dumps(shown))
    assert json.loads(read.model_dump_json(exclude={"as_of"})).items() <= shown.items()
    validator = jsonschema_rs.validator_for(schema, validate_formats=True)
    assert [str(error) for error in validator.iter_errors(shown)] == []
    assert not validator.is_valid(shown | {next(iter(shown)): ""})


def test_every_type_names_its_service_and_its_aggregate() -> None:
    for event in TYPES:
        assert event.service in NAMES
        assert event.aggregate_type in AGGREGATES
        assert f"{event.aggregate_type}_id" in event.model_fields
        assert event.__doc__


def test_no_event_carries_a_float() -> None:
    """Money and quantities are decimal strings."""
    for event in EVERY_TYPE:
        assert '"type": "number"' not in json.dumps(json_schema(event)), event.event_type


def changed(**edits: Any) -> dict[str, Any]:
    """The schema of a submitted quote with some fields replaced, or removed by None."""
    schema = copy.deepcopy(QUOTE)
    for name, value in edits.items():
        if value is None:
            del schema["properties"][name]
            schema["required"] = [each for each in schema["required"] if each != name]
        else:
            schema["properties"][name] = value
    return schema


def test_an_optional_field_may_be_added() -> None:
    assert incompatibilities(QUOTE, changed(colour={"type": "string"})) == []


def test_a_field_may_not_go() -> None:
    assert incompatibilities(QUOTE, changed(number=None)) == ["/number is gone"]


def test_a_field_may_not_change_its_type() -> None:
    found = incompatibilities(QUOTE, changed(number={"type": "integer"}))
    assert found == ["/number is integer and was string"]


def test_a_field_may_not_newly_be_required() -> None:
    new = changed(colour={"type": "string"})
    new["required"].append("colour")
    assert incompatibilities(QUOTE, new) == ["/colour is required and was not"]


def test_parts_of_an_event_are_compared_too() -> None:
    new = copy.deepcopy(QUOTE)
    del new["$defs"]["QuoteLine"]["properties"]["unit"]
    new["$defs"]["Money"]["properties"]["amount"] = {"type": "number"}
    found = incompatibilities(QUOTE, new)
    assert "/lines[]/unit is gone" in found
    assert "/total/amount is number and was string" in found


def test_a_nullable_field_may_not_become_another() -> None:
    new = changed(payment_terms={"type": "string"})
    assert incompatibilities(QUOTE, new) == ["/payment_terms is string and was string or null"]
