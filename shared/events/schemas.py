"""JSON Schemas of the events: what a consumer in another language validates against."""

from __future__ import annotations

from typing import Any

from shared.events.payload import Payload

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_path(event_type: str) -> str:
    """Return where the schema of a type is served; the envelope's ``ce_dataschema``."""
    return f"/v1/events/{event_type}"


def json_schema(event: type[Payload]) -> dict[str, Any]:
    """Return the schema of an event's data as it is on the wire."""
    schema = event.model_json_schema(mode="serialization")
    return {"$schema": DIALECT, "$id": schema_path(event.event_type), **schema}
