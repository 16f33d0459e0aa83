"""Events of other systems, on the topics ``crm.inbound.*``: plain CloudEvents.

Their producers have ids, subjects and sequences of their own, which may have gaps and come late;
here each gets a UUID made of the source and its own text, so that no source can touch what is
another's. Who may send what is a setting of the whole installation.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from shared.domain.actor import Actor
from shared.events.envelope import Envelope, whole
from shared.events.payload import INBOUND

#: What the name of every inbound topic begins with.
PREFIX = f"crm.{INBOUND}."

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_allowed: Mapping[str, Collection[str]] = {}


def configure(sources: Mapping[str, Collection[str]]) -> None:
    """Set which ``ce_source`` may send which type; the composition roots call it."""
    global _allowed
    _allowed = sources


def allowed_sources(event_type: str) -> Collection[str]:
    """Return the sources that may send events of a type: none unless they were named."""
    return _allowed.get(event_type, ())


def is_inbound(topic: str) -> bool:
    """Say whether other systems write to a topic."""
    return topic.startswith(PREFIX)


def parse(headers: Mapping[str, str], data: str) -> Envelope:
    """Read an envelope of another system off the wire.

    Raises:
        KeyError, ValueError, IndexError: a required attribute is missing or malformed.
    """
    if headers["ce_specversion"] != "1.0":
        raise ValueError("ce_specversion is not 1.0")
    event_type, time = headers["ce_type"], datetime.fromisoformat(headers["ce_time"])
    if time.tzinfo is None:
        raise ValueError("ce_time has no zone")
    source, kind = _text(headers, "ce_source"), event_type.split(".")[2]
    event_id = _own(source, "event", _text(headers, "ce_id"))
    correlation = headers.get("ce_correlationid")
    return Envelope(
        id=event_id,
        type=event_type,
        source=source,
        aggregate_type=kind,
        aggregate_id=_own(source, kind, _text(headers, "ce_subject")),
        sequence=_sequence(headers.get("ce_sequence"), time),
        time=time,
        data=data,
        actor_id=_own(source, "actor", ""),
        correlation_id=UUID(correlation) if correlation else event_id,
        traceparent=headers.get("ce_traceparent"),
    )


def machine(envelope: Envelope) -> Actor:
    """Return the other system as the one who acts."""
    return Actor(id=envelope.actor_id, name=envelope.source, roles=frozenset({"machine"}))


def _sequence(given: str | None, time: datetime) -> int:
    return whole(given) if given else (time - _EPOCH) // timedelta(microseconds=1)


def _own(source: str, kind: str, text: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"kehu:inbound:{source}\x1f{kind}\x1f{text}")


def _text(headers: Mapping[str, str], name: str) -> str:
    text = headers[name]
    if not text:
        raise ValueError(f"{name} is empty")
    return text
