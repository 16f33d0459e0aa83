"""HTTP side of the reconciliation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field

from services.analytics.snapshot import AsOf
from shared.db.invariants import Invariant, Violation
from shared.http.fields import Output


class CheckOut(Output):
    """One promise, and what breaks it."""

    id: str
    promise: str
    kept: bool
    violations: Annotated[list[dict[str, str | None]], Field(description="at most twenty of them")]


class ReconciliationOut(Output):
    """What the figures promise, checked in one snapshot.

    While events are on their way, documents that changed together may disagree for a moment.
    """

    kept: bool
    checks: list[CheckOut]
    as_of: AsOf

    @classmethod
    def of(
        cls, promises: Iterable[Invariant], found: Iterable[Violation], as_of: AsOf
    ) -> ReconciliationOut:
        """Present the outcome of every check."""
        rows: dict[str, list[dict[str, str | None]]] = defaultdict(list)
        for violation in found:
            rows[violation.invariant].append(
                {name: _text(value) for name, value in violation.row.items()}
            )
        checks = [
            CheckOut(
                id=each.id, promise=each.promise, kept=not rows[each.id], violations=rows[each.id]
            )
            for each in promises
        ]
        return cls(kept=all(each.kept for each in checks), checks=checks, as_of=as_of)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
