"""The envelope of an event: CloudEvents 1.0 attributes, Kafka binary mode on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from shared.events.payload import Payload, payload_class
from shared.events.schemas import schema_path


def whole(text: str) -> int:
    """Read a sequence: plain digits, and nothing else that ``int`` would take for some.

    Raises:
        ValueError: it is none.
    """
    if not (text.isascii() and text.isdigit()):
        raise ValueError("ce_sequence is not written in digits")
    return int(text)


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event, final from the moment it stands in the outbox.

    ``sequence`` is the version of the aggregate after the change: 1, 2, 3, … without a gap.
    ``data`` is the JSON text that is stored and sent, byte for byte.
    """

    id: UUID
    type: str
    source: str
    aggregate_type: str
    aggregate_id: UUID
    sequence: int
    time: datetime
    data: str
    actor_id: UUID
    correlation_id: UUID
    causation_id: UUID | None = None
    traceparent: str | None = None
    on_behalf_of: UUID | None = None

    @property
    def topic(self) -> str:
        """One topic per aggregate family: the first three parts of the type."""
        return ".".join(self.type.split(".", 3)[:3])

    @property
    def key(self) -> str:
        """The partition key: all events of one aggregate stay in order."""
        return str(self.aggregate_id)

    def payload(self) -> Payload | None:
        """Return the parsed data, or None for a type this release does not know.

        Raises:
            pydantic.ValidationError: the data does not fit the type's schema.
        """
        cls = payload_class(self.type)
        return None if cls is None else cls.model_validate_json(self.data)

    def headers(self) -> dict[str, str]:
        """Return the CloudEvents headers; the sequence is zero-padded, it is compared as text."""
        headers = {
            "ce_specversion": "1.0",
            "ce_id": str(self.id),
            "ce_source": self.source,
            "ce_type": self.type,
            "ce_subject": str(self.aggregate_id),
            "ce_time": self.time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "ce_dataschema": schema_path(self.type),
            "content-type": "application/json",
            "ce_partitionkey": self.key,
            "ce_sequence": f"{self.sequence:020d}",
            "ce_actorid": str(self.actor_id),
            "ce_correlationid": str(self.correlation_id),
        }
        if self.causation_id:
            headers["ce_causationid"] = str(self.causation_id)
        if self.traceparent:
            headers["ce_traceparent"] = self.traceparent
        if self.on_behalf_of:
            headers["ce_onbehalfof"] = str(self.on_behalf_of)
        return headers

    @classmethod
    def parse(cls, headers: Mapping[str, str], data: str) -> Envelope:
        """Read an envelope off the wire.

        Raises:
            KeyError, ValueError: a required attribute is missing or malformed.
        """
        event_type = headers["ce_type"]
        causation, principal = headers.get("ce_causationid"), headers.get("ce_onbehalfof")
        return cls(
            id=UUID(headers["ce_id"]),
            type=event_type,
            source=headers["ce_source"],
            aggregate_type=event_type.split(".")[2],
            aggregate_id=UUID(headers["ce_subject"]),
            sequence=whole(headers["ce_sequence"]),
            time=datetime.fromisoformat(headers["ce_time"]),
            data=data,
            actor_id=UUID(headers["ce_actorid"]),
            correlation_id=UUID(headers["ce_correlationid"]),
            causation_id=UUID(causation) if causation else None,
            traceparent=headers.get("ce_traceparent"),
            on_behalf_of=UUID(principal) if principal else None,
        )
