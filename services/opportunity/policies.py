"""When X happens in this service, then Y, in the same transaction."""

from __future__ import annotations

from shared.db.unit_of_work import Policies

POLICIES: Policies = {}
