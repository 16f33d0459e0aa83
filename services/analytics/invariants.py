"""Promises of the analytics service: queries that return no row."""

from __future__ import annotations

from shared.db.invariants import Invariant

INVARIANTS: tuple[Invariant, ...] = ()
