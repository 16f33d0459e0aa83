"""What must always be true of the service's data; each slice declares its own."""

from __future__ import annotations

from shared.db.invariants import Invariant

INVARIANTS: tuple[Invariant, ...] = ()
