"""Every event type with all that is known about it: who produces and who consumes it, where it
travels, and what it carries."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shared.events.catalogue import declared_events
from shared.events.payload import INBOUND, Payload
from shared.events.schemas import json_schema, schema_path
from shared.service import NAMES, installed, load

#: Who produces events, in the order in which they are shown: the services, then other systems.
PRODUCERS = (*NAMES, INBOUND)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an event, with a type that a reader understands at a glance."""

    name: str
    type: str
    required: bool


@dataclass(frozen=True, slots=True)
class Listener:
    """A consumer of a service; ``group`` is its name on the bus."""

    service: str
    group: str


@dataclass(frozen=True, slots=True)
class EventEntry:
    """One event type: ``summary`` is what happened, ``remark`` what else there is to know.

    ``key`` is the field whose value is the partition key, or the header for inbound events.
    """

    type: str
    version: int
    producer: str
    aggregate: str
    topic: str
    key: str
    summary: str
    remark: str
    fields: tuple[Field, ...]
    listeners: tuple[Listener, ...]
    schema: dict[str, Any]

    @property
    def consumers(self) -> tuple[str, ...]:
        """The services that do something with it."""
        return tuple(dict.fromkeys(each.service for each in self.listeners))

    @property
    def inbound(self) -> bool:
        """Whether other systems send it."""
        return self.producer == INBOUND

    @property
    def schema_path(self) -> str:
        """Where the schema is served."""
        return schema_path(self.type)

    @property
    def name(self) -> str:
        """What happened: ``owner_changed``."""
        return self.type.split(".")[3]


def catalogue() -> list[EventEntry]:
    """Return all events: by producer in the order of the pipeline, then by aggregate, then in the
    order in which they happen to it."""
    listeners = _listeners()
    entries = [_entry(event, listeners.get(event.event_type, ())) for event in declared_events()]
    return sorted(entries, key=lambda entry: (PRODUCERS.index(entry.producer), entry.aggregate))


def _entry(event: type[Payload], listeners: Sequence[Listener]) -> EventEntry:
    schema = json_schema(event)
    summary, remark = _description(event)
    required = set(schema.get("required", ()))
    return EventEntry(
        type=event.event_type,
        version=int(event.event_type.rpartition(".v")[2]),
        producer=event.service,
        aggregate=event.aggregate_type,
        topic=event.topic,
        key="ce_subject" if event.service == INBOUND else f"{event.aggregate_type}_id",
        summary=summary,
        remark=remark,
        fields=tuple(
            Field(name, type_name(each), name in required)
            for name, each in schema["properties"].items()
        ),
        listeners=tuple(listeners),
        schema=schema,
    )


def _listeners() -> dict[str, list[Listener]]:
    """Return, by event type, the consumers that do something with it."""
    found: dict[str, list[Listener]] = {}
    for name in installed():
        for consumer in load(name).consumers:
            for event_type in consumer.types:
                found.setdefault(event_type, []).append(Listener(name, consumer.name))
    return found


def _description(event: type[Payload]) -> tuple[str, str]:
    """Return what happened, and what else there is to know."""
    first, _, rest = inspect.cleandoc(event.__doc__ or "").partition("\n\n")
    return " ".join(first.split()), " ".join(rest.split())


def type_name(schema: dict[str, Any]) -> str:
    """Return a short name for a JSON Schema: ``uuid``, ``Money``, ``Line[]``."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(type_name(each) for each in schema["anyOf"])
    if schema.get("type") == "array":
        return f"{type_name(schema.get('items', {}))}[]"
    return str(schema.get("format") or schema.get("type") or "any")
