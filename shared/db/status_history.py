"""The history of a document's status, as its events tell it, goes only allowed ways."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from shared.db.invariants import Invariant


def status_history(
    aggregate: str, first: Collection[str], transitions: Mapping[Any, Collection[str]]
) -> Invariant:
    """Return the promise that a document starts in one of ``first`` and then only makes steps of
    ``transitions``. To be handed over is no step: the status stays."""
    steps = sorted((before, after) for before, found in transitions.items() for after in found)
    allowed = ", ".join(f"('{before}', '{after}')" for before, after in steps)
    starts = ", ".join(f"'{status}'" for status in sorted(first))
    return Invariant(
        f"transitions.34 {aggregate}",
        f"The status of a {aggregate} only takes allowed steps.",
        f"""
        SELECT aggregate_id, aggregate_version, before, status FROM (
            SELECT aggregate_id, aggregate_version, type, payload ->> 'status' AS status,
                   lag(payload ->> 'status') OVER (
                       PARTITION BY aggregate_id ORDER BY aggregate_version
                   ) AS before
            FROM outbox WHERE aggregate_type = '{aggregate}'
        ) AS history
        WHERE CASE WHEN before IS NULL THEN status NOT IN ({starts})
                   WHEN type LIKE '%.handed_over.v_' THEN before <> status
                   ELSE (before, status) NOT IN (VALUES {allowed}) END
        """,  # noqa: S608 - names of our own states
    )
