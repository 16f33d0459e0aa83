"""The AsyncAPI document is valid by the specification, and says what the services really do."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import jsonschema_rs
import pytest
from asyncapi3.models.asyncapi import AsyncAPI3
from pydantic import ValidationError

from shared.bus.kafka import KafkaBus
from shared.bus.postgres import PostgresBus
from shared.domain.ids import new_id
from shared.events.catalogue import all_events, inbound_events
from shared.events.envelope import Envelope
from shared.events.inbound import StockLevelChanged
from shared.inbox.inbound import parse
from shared.portal.asyncapi import asyncapi
from shared.portal.catalogue import catalogue
from shared.service import NAMES, load
from tests.contract.golden import ASYNCAPI_DOCUMENT, asyncapi_files, difference
from tests.support.examples import example
from tests.support.outside import record

Json = dict[str, Any]
DOCUMENT = asyncapi(catalogue())
OF_SERVICES = {name: asyncapi(catalogue(), name) for name in NAMES}


def broken_rules(document: Json) -> list[str]:
    """What is against the specification, and which of the schemas are none."""
    try:
        AsyncAPI3.model_validate(document)
        for each in document["components"]["schemas"].values():
            jsonschema_rs.meta.validate(each)
    except (ValidationError, jsonschema_rs.ValidationError) as error:
        return str(error).splitlines()
    return []


def references(part: Any) -> Iterator[str]:
    """Every ``$ref`` below a part of a document."""
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for each in part.values():
            yield from references(each)
    if isinstance(part, list):
        for each in part:
            yield from references(each)


def resolve(document: Json, reference: str) -> Any:
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def test_the_document_equals_its_snapshot() -> None:
    """A change shows in the diff of a commit; write it: make golden."""
    found = difference(ASYNCAPI_DOCUMENT, asyncapi_files()[ASYNCAPI_DOCUMENT])
    assert not found, found


@pytest.mark.parametrize("document", [DOCUMENT, *OF_SERVICES.values()], ids=["all", *NAMES])
def test_a_document_is_valid_by_the_specification(document: Json) -> None:
    assert broken_rules(document) == []


def an_action_of_version_2(document: Json) -> None:
    next(iter(document["operations"].values()))["action"] = "publish"


def a_binding_that_does_not_exist(document: Json) -> None:
    document["channels"]["crm_order_order"]["bindings"]["kafka"]["partition"] = 4


def no_partitions(document: Json) -> None:
    document["channels"]["crm_order_order"]["bindings"]["kafka"]["partitions"] = 0


def a_group_that_is_no_schema(document: Json) -> None:
    operation = document["operations"]["order_quotes_receives_crm_opportunity_quote"]
    operation["bindings"]["kafka"]["groupId"] = "order.quotes"


def a_message_without_a_form(document: Json) -> None:
    document["components"]["messages"]["crm_order_order_placed_v1"]["contenttype"] = "json"


def a_type_that_does_not_exist(document: Json) -> None:
    document["components"]["schemas"]["Money"]["properties"]["amount"]["type"] = "money"


def a_server_without_a_protocol(document: Json) -> None:
    del document["servers"]["kafka"]["protocol"]


@pytest.mark.parametrize(
    "spoil",
    [
        an_action_of_version_2,
        a_binding_that_does_not_exist,
        no_partitions,
        a_group_that_is_no_schema,
        a_message_without_a_form,
        a_type_that_does_not_exist,
        a_server_without_a_protocol,
    ],
)
def test_the_validator_bites(spoil: Callable[[Json], None]) -> None:
    document = copy.deepcopy(DOCUMENT)
    spoil(document)
    assert broken_rules(document)


@pytest.mark.parametrize("document", [DOCUMENT, *OF_SERVICES.values()], ids=["all", *NAMES])
def test_every_reference_leads_somewhere(document: Json) -> None:
    """The validator only looks at their form."""
    for reference in references(document):
        assert resolve(document, reference) is not None
    for operation in document["operations"].values():
        messages = resolve(document, operation["channel"]["$ref"])["messages"].values()
        assert all(resolve(document, each["$ref"]) in messages for each in operation["messages"])


def test_every_topic_is_a_channel_and_every_event_a_message() -> None:
    events = [*all_events(), *inbound_events()]
    channels, messages = DOCUMENT["channels"], DOCUMENT["components"]["messages"]
    assert {each["address"] for each in channels.values()} == {each.topic for each in events}
    assert {each["name"] for each in messages.values()} == {each.event_type for each in events}


def operations(action: str, service: str) -> dict[str, set[str]]:
    """The types that a service sends or receives, by the operation's group."""
    found: dict[str, set[str]] = {}
    for operation in DOCUMENT["operations"].values():
        if (operation["action"], operation["tags"][0]["name"]) == (action, service):
            kafka = operation.get("bindings", {}).get("kafka", {})
            group = kafka.get("groupId", {"enum": [service]})["enum"][0]
            messages = [resolve(DOCUMENT, each["$ref"]) for each in operation["messages"]]
            types = {resolve(DOCUMENT, each["$ref"])["name"] for each in messages}
            found[group] = found.get(group, set()) | types
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_service_sends_what_it_declares_and_receives_what_it_handles(name: str) -> None:
    sent = {event.event_type for event in all_events() if event.service == name}
    assert operations("send", name) == ({name: sent} if sent else {})
    handled = {each.name: set(each.types) for each in load(name).consumers}
    assert operations("receive", name) == handled


@pytest.mark.parametrize("name", NAMES)
def test_the_document_of_a_service_holds_its_own_operations_alone(name: str) -> None:
    own = OF_SERVICES[name]["operations"]
    assert own == {
        key: each for key, each in DOCUMENT["operations"].items() if each["tags"][0]["name"] == name
    }


def test_a_channel_is_as_the_buses_make_its_topic() -> None:
    kafka = DOCUMENT["channels"]["crm_order_order"]["bindings"]["kafka"]
    assert kafka["partitions"] == PostgresBus("").partitions == KafkaBus({}).partitions
    assert kafka["topicConfiguration"] == {"cleanup.policy": ["delete"], "retention.ms": -1}


def test_the_headers_are_those_of_an_envelope() -> None:
    schema = DOCUMENT["components"]["schemas"]["Headers"]
    full = envelope(
        causation_id=new_id(),
        traceparent="00-" + "1" * 32 + "-" + "2" * 16 + "-01",
        on_behalf_of=new_id(),
    )
    assert full.headers().keys() == schema["properties"].keys()
    validator = jsonschema_rs.validator_for(schema, validate_formats=True)
    for each in (full, envelope()):
        assert [str(error) for error in validator.iter_errors(each.headers())] == []


def test_the_headers_of_other_systems_are_those_that_are_read() -> None:
    schema = DOCUMENT["components"]["schemas"]["InboundHeaders"]
    validator = jsonschema_rs.validator_for(schema, validate_formats=True)
    more = {"ce_sequence": "7", "ce_correlationid": str(new_id())}
    for headers in ({}, more):
        sent = record(StockLevelChanged, {}, source="/wms", subject="x", headers=headers).headers
        assert [str(error) for error in validator.iter_errors(dict(sent))] == []
        assert parse(sent, "").source == "/wms"
    required = {name: each for name, each in sent.items() if name in schema["required"]}
    for name in required:
        left = {other: each for other, each in required.items() if other != name}
        with pytest.raises(KeyError, match=name):
            parse(left, "")


def envelope(**optional: Any) -> Envelope:
    return Envelope(
        id=new_id(),
        aggregate_id=new_id(),
        actor_id=new_id(),
        correlation_id=new_id(),
        type="crm.order.order.placed.v1",
        source="/kehu/order",
        aggregate_type="order",
        sequence=1,
        time=datetime(2026, 11, 21, 8, 30, tzinfo=UTC),
        data="{}",
        **optional,
    )


@pytest.mark.parametrize("event", list(all_events()), ids=lambda event: event.event_type)
def test_the_data_of_an_event_fits_the_schema_in_the_document(event: Any) -> None:
    """Its shapes were moved among the components."""
    messages = DOCUMENT["components"]["messages"].values()
    message = next(each for each in messages if each["name"] == event.event_type)
    schema = {**message["payload"], "components": DOCUMENT["components"]}
    validator = jsonschema_rs.validator_for(schema)
    data = json.loads(example(event).model_dump_json())
    assert [str(error) for error in validator.iter_errors(data)] == []
    assert not validator.is_valid({})
