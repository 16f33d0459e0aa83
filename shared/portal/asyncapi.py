"""The AsyncAPI 3 document: what travels over Kafka, generated from the registry of events and from
what the services' consumers handle. One document for the whole system, or one for each service."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from shared.bus.declared import declared
from shared.events.headers import HEADERS, INBOUND_HEADERS
from shared.http.app import VERSION
from shared.portal.catalogue import EventEntry, Listener
from shared.portal.labels import AGGREGATES, SERVICES

Json = dict[str, Any]

ASYNCAPI = "3.0.0"
_KAFKA = {"bindingVersion": "0.5.0"}
_ABOUT = """\
Events of the Kehu services over Apache Kafka: CloudEvents 1.0 in binary mode, JSON data. One topic
for each kind of document, the record key is the document's id, so all events of a document stay in
order; `ce_sequence` is its version: 1, 2, 3, … without a gap. An event carries the whole state of
its document after the change. Delivery is at least once: remember `ce_id`. Versions only grow by
optional fields; ignore what you do not know.

Topics `crm.inbound.*` are for other systems to write to. What breaks its schema, or comes from a
source that is not allowed to send it, is parked and shown to operators."""


def asyncapi(entries: Sequence[EventEntry], service: str | None = None) -> Json:
    """Return the document of these events; with ``service``, as far as it sends or receives them.

    Raises:
        ValueError: two events mean different shapes by one name.
    """
    wanted = [each for each in entries if service in (None, each.producer, *each.consumers)]
    title = "Kehu" if service is None else f"Kehu {service} service"
    return {
        "asyncapi": ASYNCAPI,
        "info": {
            "title": title,
            "version": VERSION,
            "description": _ABOUT,
            "license": {"name": "Apache 2.0"},
            "tags": [_tag(name) for name in SERVICES if service in (None, name)],
        },
        "defaultContentType": "application/json",
        "servers": {"kafka": _server()},
        "channels": {_key(topic): _channel(found) for topic, found in _by_topic(wanted)},
        "operations": dict(_operations(wanted, service)),
        "components": {
            "messages": {_key(each.type): _message(each) for each in wanted},
            "schemas": _schemas(wanted),
            "correlationIds": {"correlation": _correlation()},
            "messageBindings": _keys(),
        },
    }


def _server() -> Json:
    return {
        "host": "{bootstrap}",
        "protocol": "kafka",
        "description": "The brokers of the installation.",
        "variables": {
            "bootstrap": {
                "default": "127.0.0.1:9092",
                "description": "Bootstrap servers, as in KEHU_KAFKA.",
            }
        },
    }


def _by_topic(entries: Iterable[EventEntry]) -> Iterator[tuple[str, list[EventEntry]]]:
    for topic, found in groupby(entries, key=lambda each: each.topic):
        yield topic, list(found)


# -- channels and messages -------------------------------------------------------------------------


def _channel(entries: Sequence[EventEntry]) -> Json:
    first = entries[0]
    name = first.aggregate.replace("_", " ")
    from_where = "other systems" if first.inbound else f"the {first.producer} service"
    return {
        "address": first.topic,
        "title": f"{name.capitalize()} {AGGREGATES[first.aggregate]}",
        "description": f"What {from_where} say{'' if first.inbound else 's'} of a {name}."
        f" Key: `{first.key}`.",
        "servers": [{"$ref": "#/servers/kafka"}],
        "messages": {
            _key(each.type): {"$ref": _pointer("components", "messages", each.type)}
            for each in entries
        },
        "tags": [{"name": first.producer}],
        "bindings": {"kafka": _topic(first.topic)},
    }


def _topic(name: str) -> Json:
    topic = declared(name)
    settings = topic.configuration()
    configuration = {
        "cleanup.policy": [settings["cleanup.policy"]],
        "retention.ms": int(settings["retention.ms"]),
    }
    # As shipped; an installation chooses its own number before the topic is created.
    return {
        "topic": name,
        "partitions": topic.partitions(),
        "topicConfiguration": configuration,
        **_KAFKA,
    }


def _message(entry: EventEntry) -> Json:
    headers, key = ("InboundHeaders", "subject") if entry.inbound else ("Headers", "document")
    message = {
        "name": entry.type,
        "title": f"{entry.aggregate} {entry.name}".replace("_", " "),
        "summary": entry.summary,
        "contentType": "application/json",
        "headers": {"$ref": _pointer("components", "schemas", headers)},
        "payload": {"$ref": _pointer("components", "schemas", entry.type)},
        "correlationId": {"$ref": "#/components/correlationIds/correlation"},
        "bindings": {"$ref": _pointer("components", "messageBindings", key)},
        "tags": [{"name": entry.producer}],
    }
    shown = [{"payload": each} for each in entry.schema.get("examples", ())]
    return (
        message
        | ({"description": entry.remark} if entry.remark else {})
        | ({"examples": shown} if shown else {})
    )


def _keys() -> Json:
    document = {"type": "string", "format": "uuid", "description": "The document's id."}
    subject = {"type": "string", "description": "The same text as in `ce_subject`."}
    return {
        "document": {"kafka": {"key": document, **_KAFKA}},
        "subject": {"kafka": {"key": subject, **_KAFKA}},
    }


def _correlation() -> Json:
    return {
        "location": "$message.header#/ce_correlationid",
        "description": "What began with one request carries one correlation id.",
    }


# -- operations ------------------------------------------------------------------------------------


def _operations(entries: Sequence[EventEntry], service: str | None) -> Iterator[tuple[str, Json]]:
    for topic, found in _by_topic(entries):
        first = found[0]
        if not first.inbound and service in (None, first.producer):
            summary = f"The {first.producer} service says what happened."
            yield (
                _key(f"{first.producer}.sends.{topic}"),
                _operation("send", first.producer, summary, found),
            )
        for listener in _listeners(found):
            if service in (None, listener.service):
                handled = [each for each in found if listener in each.listeners]
                summary = f"The {listener.service} service keeps or does something with it."
                received = _operation("receive", listener.service, summary, handled)
                group = {"type": "string", "enum": [listener.group]}
                received["bindings"] = {"kafka": {"groupId": group, **_KAFKA}}
                yield _key(f"{listener.group}.receives.{topic}"), received


def _listeners(entries: Iterable[EventEntry]) -> list[Listener]:
    return list(dict.fromkeys(each for entry in entries for each in entry.listeners))


def _operation(action: str, service: str, summary: str, entries: Sequence[EventEntry]) -> Json:
    topic = entries[0].topic
    return {
        "action": action,
        "channel": {"$ref": _pointer("channels", topic)},
        "summary": summary,
        "messages": [
            {"$ref": _pointer("channels", topic, "messages", each.type)} for each in entries
        ],
        "tags": [{"name": service}],
    }


# -- schemas ---------------------------------------------------------------------------------------


def _schemas(entries: Iterable[EventEntry]) -> Json:
    """Return the data of every event, and the shapes they share, as AsyncAPI schema objects."""
    found: Json = {"Headers": HEADERS, "InboundHeaders": INBOUND_HEADERS}
    for entry in entries:
        own = {name: each for name, each in entry.schema.items() if name not in _NOT_HERE}
        shapes = {entry.type: own, **entry.schema.get("$defs", {})}
        for name, shape in shapes.items():
            moved = _moved(shape)
            if found.setdefault(_key(name), moved) != moved:
                raise ValueError(f"{entry.type} means another {name} than an event before it")
    return found


#: What a schema needs only when it stands alone.
_NOT_HERE = ("$schema", "$id", "$defs")


def _moved(schema: Any) -> Any:
    """Return a schema that finds its parts among the components."""
    if isinstance(schema, list):
        return [_moved(each) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    moved = {name: _moved(each) for name, each in schema.items()}
    if isinstance(reference := moved.get("$ref"), str):
        moved["$ref"] = _pointer("components", "schemas", reference.rpartition("/")[2])
    return moved


def _tag(service: str) -> Json:
    return {"name": service, "description": SERVICES[service]}


def _pointer(*steps: str) -> str:
    return "#/" + "/".join(map(_key, steps))


def _key(name: str) -> str:
    """A name as code generators take it: topics and types are told in full where they matter."""
    return name.replace(".", "_")
