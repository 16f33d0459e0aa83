"""Every event type with all that is known about it: who produces and who consumes it, where it
travels, and what it carries."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

from shared.events.catalogue import declared_events
from shared.events.payload import Payload
from shared.events.schemas import json_schema, schema_path
from shared.service import NAMES, load


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an event, with a type that a reader understands at a glance."""

    name: str
    type: str
    required: bool


@dataclass(frozen=True, slots=True)
class EventEntry:
    """One event type: ``summary`` is what happened, ``remark`` what else there is to know.

    ``key`` is the field whose value is the partition key.
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
    consumers: tuple[str, ...]
    schema: dict[str, Any]

    @property
    def schema_path(self) -> str:
        """Where the schema is served."""
        return schema_path(self.type)

    @property
    def name(self) -> str:
        """What happened: ``owner_changed``."""
        return self.type.split(".")[3]


def catalogue() -> list[EventEntry]:
    """Return all events: by service in the order of the pipeline, then by aggregate, then in the
    order in which they happen to it."""
    consumers = _consumers()
    entries = [_entry(event, consumers) for event in declared_events()]
    return sorted(entries, key=lambda entry: (NAMES.index(entry.producer), entry.aggregate))


def _entry(event: type[Payload], consumers: dict[str, tuple[str, ...]]) -> EventEntry:
    schema = json_schema(event)
    summary, remark = _description(event)
    required = set(schema.get("required", ()))
    return EventEntry(
        type=event.event_type,
        version=int(event.event_type.rpartition(".v")[2]),
        producer=event.service,
        aggregate=event.aggregate_type,
        topic=event.topic,
        key=f"{event.aggregate_type}_id",
        summary=summary,
        remark=remark,
        fields=tuple(
            Field(name, type_name(each), name in required)
            for name, each in schema["properties"].items()
        ),
        consumers=consumers.get(event.event_type, ()),
        schema=schema,
    )


def _consumers() -> dict[str, tuple[str, ...]]:
    """Return, by event type, the services that do something with it."""
    found: dict[str, list[str]] = {}
    for name in NAMES:
        for event_type in {each for consumer in load(name).consumers for each in consumer.types}:
            found.setdefault(event_type, []).append(name)
    return {event_type: tuple(names) for event_type, names in found.items()}


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
