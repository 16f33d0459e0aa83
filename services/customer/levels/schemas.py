"""Level proposals over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.customer.customers.model import Level
from services.customer.levels.model import LevelProposal, Status
from services.customer.levels.service import ProposeLevel
from shared.http.fields import Input, Note, Output


class LevelProposalIn(Input):
    """A level, and what speaks for it."""

    level: Level
    reason: Annotated[Note, Field(examples=["年内两期变电站招标, 预算已批"])]

    def command(self, customer_id: UUID, expected: int | None) -> ProposeLevel:
        """Return the command this body stands for."""
        return ProposeLevel(customer_id, expected, self.level, self.reason)


class LevelProposalOut(Output):
    """A proposal; ``previous_level`` is the customer's at that time. Who decides, and what was
    said, is in its approval."""

    id: UUID
    version: int
    customer_id: UUID
    previous_level: Level | None
    level: Level
    reason: str
    content_hash: str
    status: Status
    proposed_by: UUID
    proposed_for: UUID | None = Field(description="in whose name, when a deputy did")
    proposed_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, proposal: LevelProposal) -> LevelProposalOut:
        """Present a proposal."""
        return cls.model_validate(proposal)
