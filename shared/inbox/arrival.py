"""From a record of the bus to an event, or to the reason why it is none we may apply."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import ValidationError

from shared.bus.port import Record
from shared.events.envelope import Envelope
from shared.events.payload import INBOUND, Payload, payload_class, service_of
from shared.inbox import inbound

P_co = TypeVar("P_co", bound=Payload, covariant=True)

_BIGGEST_VERSION = 2**63 - 1


class Reason(StrEnum):
    """Why an event is parked."""

    HEADERS = "headers"  #: the envelope cannot be read
    DATA = "data"  #: not JSON, or it does not fit the type's schema
    UNKNOWN_VERSION = "unknown_version"  #: another version of the type is handled here
    SOURCE = "source"  #: the producer may not publish this type
    MISPLACED = "misplaced"  #: the topic or key is not that of the type and aggregate
    FAILED = "failed"  #: the handler raised
    HELD = "held"  #: an earlier event of the same aggregate is parked


@dataclass(frozen=True, slots=True)
class Received(Generic[P_co]):
    """What a handler gets: the event's envelope and its parsed payload."""

    envelope: Envelope
    data: P_co


@dataclass(slots=True)
class Arrival:
    """A record as a consumer sees it. With a ``reason`` it cannot be applied.

    ``data`` is None for types the consumer does not handle; ``unknown`` are those this release
    does not even know, published by a newer one.
    """

    record: Record
    event_id: UUID
    aggregate_id: UUID | None
    envelope: Envelope | None = None
    data: Payload | None = None
    reason: Reason | None = None
    error: str = ""
    unknown: bool = False


class Reader:
    """Reads records; knows which types are handled and which sources may produce what.

    ``sources`` maps the service part of a type to the allowed ``ce_source`` values; a service
    that is not in it may be produced by ``/kehu/<service>`` alone, and an inbound type by the
    sources that were configured.
    """

    def __init__(
        self, handled: Collection[type[Payload]], sources: Mapping[str, Collection[str]]
    ) -> None:
        self._handled = {kind.event_type: kind for kind in handled}
        self._stems = {_stem(event_type) for event_type in self._handled}
        self._sources = dict(sources)

    def read(self, record: Record) -> Arrival:
        """Return what arrived; never raises for anything a record can hold."""
        try:
            envelope = _envelope(record)
        except (KeyError, ValueError, IndexError, OverflowError) as error:
            return _rejected(record, None, Reason.HEADERS, f"{type(error).__name__}: {error}")
        service = service_of(envelope.type)
        if service is None:
            return _rejected(record, None, Reason.HEADERS, f"no event type: {envelope.type}")
        key = _key(record, envelope)
        if envelope.topic != record.topic or key != record.key:
            place = f"{key} of {envelope.topic} came as {record.key} of {record.topic}"
            return _rejected(record, envelope, Reason.MISPLACED, place)
        if envelope.source not in self._allowed(service, envelope.type):
            return _rejected(record, envelope, Reason.SOURCE, envelope.source)
        return self._accepted(Arrival(record, envelope.id, envelope.aggregate_id, envelope))

    def _allowed(self, service: str, event_type: str) -> Collection[str]:
        if service == INBOUND:
            return inbound.allowed_sources(event_type)
        return self._sources.get(service) or (f"/kehu/{service}",)

    def _accepted(self, arrival: Arrival) -> Arrival:
        event_type = arrival.envelope.type if arrival.envelope else ""
        if kind := self._handled.get(event_type):
            return self._with_data(arrival, kind)
        if _stem(event_type) in self._stems:
            # What an event means in another version cannot be guessed; to leave it out
            # would lose it.
            arrival.reason, arrival.error = Reason.UNKNOWN_VERSION, event_type
        else:
            arrival.unknown = payload_class(event_type) is None
        return arrival

    def _with_data(self, arrival: Arrival, kind: type[Payload]) -> Arrival:
        try:
            arrival.data = kind.model_validate_json(arrival.record.value)
        except ValidationError as error:
            # Without the input values: an event may not be repeated in errors and logs.
            found = error.errors(include_input=False, include_url=False, include_context=False)
            arrival.reason = Reason.DATA
            arrival.error = "; ".join(f"{each['loc']}: {each['msg']}" for each in found[:10])
        return arrival


def _envelope(record: Record) -> Envelope:
    parse = inbound.parse if inbound.is_inbound(record.topic) else Envelope.parse
    envelope = parse(record.headers, record.value.decode("utf-8", "backslashreplace"))
    if not 1 <= envelope.sequence <= _BIGGEST_VERSION:
        raise ValueError(f"ce_sequence {envelope.sequence} is out of range")
    if envelope.time.tzinfo is None:
        raise ValueError("ce_time has no zone")
    envelope.time.astimezone(UTC)  # raises OverflowError at the ends of the calendar
    return envelope


def _key(record: Record, envelope: Envelope) -> str:
    """Return the key that the record should have."""
    return record.headers["ce_subject"] if inbound.is_inbound(record.topic) else envelope.key


def _stem(event_type: str) -> str:
    return event_type.rpartition(".")[0]


def _rejected(record: Record, envelope: Envelope | None, reason: Reason, error: str) -> Arrival:
    if envelope is not None:
        return Arrival(
            record, envelope.id, envelope.aggregate_id, envelope, reason=reason, error=error
        )
    # An id of its own, the same at every delivery.
    place = f"kehu:{record.topic}/{record.partition}/{record.offset}"
    event_id = uuid5(NAMESPACE_URL, place)
    return Arrival(record, event_id, _aggregate_of(record), reason=reason, error=error)


def _aggregate_of(record: Record) -> UUID | None:
    for text in (record.headers.get("ce_subject"), record.key):
        try:
            return UUID(text)
        except (TypeError, ValueError):
            continue
    return None


def event_id_of(record: Record) -> UUID | None:
    """Return the id of the event in a record; None if it has none, and consumers park it."""
    try:
        if inbound.is_inbound(record.topic):
            return _envelope(record).id
        return UUID(record.headers["ce_id"])
    except (KeyError, ValueError, IndexError, OverflowError):
        return None


def event_time(arrival: Arrival) -> datetime:
    """Return when the event happened, or when its record was written."""
    return arrival.record.timestamp if arrival.envelope is None else arrival.envelope.time
