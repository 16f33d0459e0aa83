"""Hand-overs over HTTP."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from services.customer.handovers.service import Handover, HandOverAll, HandoverStatus
from shared.http.fields import Input, Line, Output


class HandoverIn(Input):
    """Whose customers go to whom."""

    from_owner_id: UUID
    to_owner_id: UUID
    reason: Line | None = None

    def command(self) -> HandOverAll:
        """Return the command this body stands for."""
        return HandOverAll(self.from_owner_id, self.to_owner_id, self.reason)


class HandoverOut(Output):
    """A hand-over and how far it is: ``done`` of ``total`` customers."""

    id: UUID
    from_owner_id: UUID
    to_owner_id: UUID
    reason: str | None
    status: HandoverStatus
    total: int
    done: int
    requested_by: UUID
    requested_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, handover: Handover) -> HandoverOut:
        """Present a hand-over."""
        return cls.model_validate(handover)
