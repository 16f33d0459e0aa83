"""Use cases of the levels slice; decisions come through the approvals."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.customer.approval_engine import ENGINE
from services.customer.customers.model import Level
from services.customer.customers.service import customers
from services.customer.levels.approval import LEVELS, Proposed, proposals
from services.customer.levels.errors import ProposalPending
from services.customer.levels.model import LevelProposal
from shared.db.unit_of_work import UnitOfWork

__all__ = ["ProposeLevel", "proposals", "propose_level"]


@dataclass(frozen=True, slots=True)
class ProposeLevel:
    """Propose a level for a customer, if it is still at version ``expected``."""

    customer_id: UUID
    expected: int | None
    level: Level
    reason: str


async def propose_level(uow: UnitOfWork, command: ProposeLevel) -> LevelProposal:
    """Propose a level; the sales manager of the owner judges (S12)."""
    customer = await customers.get_for_update(uow, command.customer_id, command.expected)
    if await proposals.pending(uow, customer.id) is not None:
        raise ProposalPending("Another proposal waits for its decision.")
    proposal, change = LevelProposal.submit(
        customer, command.level, command.reason, actor=uow.actor, at=uow.now
    )
    await proposals.add(uow, proposal, change)
    await ENGINE.start(uow, LEVELS, Proposed(customer, proposal))
    return proposal
