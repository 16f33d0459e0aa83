"""JSON Schemas of the record headers: the CloudEvents attributes of our events, and those that
other systems send on inbound topics."""

from __future__ import annotations

from typing import Any

_UUID = {"type": "string", "format": "uuid"}
_TIME = {"type": "string", "format": "date-time"}
_TRACE = {"type": "string", "description": "W3C trace context of the request it began with."}


def _object(description: str, optional: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "description": description,
        "properties": {
            name.replace("content_type", "content-type"): each for name, each in properties.items()
        },
        "required": [name for name in properties if name not in optional],
    }


#: What `Envelope.headers` gives.
HEADERS = _object(
    "CloudEvents 1.0 attributes and extensions, as UTF-8 text.",
    ("content_type", "ce_onbehalfof", "ce_causationid", "ce_traceparent"),
    ce_specversion={"type": "string", "const": "1.0"},
    ce_id=_UUID | {"description": "Unique for ever: what was handled once is known by it."},
    ce_source={"type": "string", "description": "The service: /kehu/order."},
    ce_type={"type": "string", "description": "The type, with its major version."},
    ce_subject=_UUID | {"description": "The document's id."},
    ce_time=_TIME | {"description": "When it happened, in UTC."},
    ce_dataschema={"type": "string", "description": "Where the schema of the data is served."},
    content_type={"type": "string", "const": "application/json"},
    ce_partitionkey=_UUID | {"description": "The record's key: the document's id."},
    ce_sequence={
        "type": "string",
        "pattern": "^[0-9]{20}$",
        "description": "The document's version after the change, padded: 1, 2, 3, … without a gap.",
    },
    ce_actorid=_UUID | {"description": "Who did it; all zeros is the system itself."},
    ce_onbehalfof=_UUID | {"description": "In whose name, when a deputy did it."},
    ce_correlationid=_UUID | {"description": "The same for all that began with one request."},
    ce_causationid=_UUID | {"description": "The event that this one is the answer to."},
    ce_traceparent=_TRACE,
)

#: What other systems send on ``crm.inbound.*``; the record's key is the text of ``ce_subject``.
INBOUND_HEADERS = _object(
    "CloudEvents 1.0 attributes, as UTF-8 text. The record's key is the text of ce_subject.",
    ("content_type", "ce_sequence", "ce_correlationid", "ce_traceparent"),
    ce_specversion={"type": "string", "const": "1.0"},
    ce_id={"type": "string", "minLength": 1, "description": "Unique among the source's events."},
    ce_source={"type": "string", "description": "The system, as the allow list names it."},
    ce_type={"type": "string", "description": "The type, with its major version."},
    ce_subject={
        "type": "string",
        "minLength": 1,
        "description": "What it is about, in the source's own words: an item, a payment.",
    },
    ce_time=_TIME | {"description": "When it happened, with its offset."},
    content_type={"type": "string"},
    ce_sequence={
        "type": "string",
        "pattern": "^[0-9]{1,19}$",
        "description": "Grows with every event of the subject; without it, ce_time decides what is"
        " newer. A source sends it always or never.",
    },
    ce_correlationid=_UUID | {"description": "The same for all that began with one request."},
    ce_traceparent=_TRACE,
)
