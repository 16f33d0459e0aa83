"""Base of all event payloads, and the registry of their types.

A payload carries the whole state of its document after the change (primitives, UUIDs, aware
timestamps, decimal strings with currency), so that a later event makes up for a missed one.
A version only grows by optional fields; anything else is a new version beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict

_TYPE = re.compile(r"crm\.(?P<service>[a-z_]+)\.(?P<aggregate>[a-z_]+)\.[a-z_]+\.v[1-9][0-9]*")

#: The service part of types that other systems publish.
INBOUND = "inbound"

P = TypeVar("P", bound="Payload")
_registry: dict[str, type[Payload]] = {}


class Payload(BaseModel):
    """What an event says. Unknown fields are ignored, so that producers may add optional ones."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    event_type: ClassVar[str]
    service: ClassVar[str]
    aggregate_type: ClassVar[str]
    topic: ClassVar[str]


def event(event_type: str) -> Callable[[type[P]], type[P]]:
    """Register a payload class under its literal type, ``crm.order.order.approved.v1``."""
    match = _TYPE.fullmatch(event_type)
    if match is None:
        raise ValueError(f"not an event type: {event_type}")

    def register(cls: type[P]) -> type[P]:
        if event_type in _registry:
            raise ValueError(f"{event_type} is registered twice")
        cls.event_type = event_type
        cls.service, cls.aggregate_type = match["service"], match["aggregate"]
        cls.topic = f"crm.{cls.service}.{cls.aggregate_type}"
        _registry[event_type] = cls
        return cls

    return register


def payload_class(event_type: str) -> type[Payload] | None:
    """Return the payload class of a type, or None if this release does not know it."""
    return _registry.get(event_type)


def service_of(event_type: str) -> str | None:
    """Return the service that publishes a type, known here or not, or INBOUND; None if it is no
    event type."""
    match = _TYPE.fullmatch(event_type)
    return None if match is None else match["service"]


def all_events() -> Iterator[type[Payload]]:
    """Every event that our services publish, sorted by type. Import the catalogue first."""
    ours = (cls for cls in _registry.values() if cls.service != INBOUND)
    return iter(sorted(ours, key=lambda cls: cls.event_type))


def inbound_events() -> Iterator[type[Payload]]:
    """Every event that other systems publish for us, sorted by type."""
    theirs = (cls for cls in _registry.values() if cls.service == INBOUND)
    return iter(sorted(theirs, key=lambda cls: cls.event_type))


def declared_events() -> Iterator[type[Payload]]:
    """Every registered event, inbound ones too; those of one aggregate in the order of their
    life."""
    return iter(_registry.values())
