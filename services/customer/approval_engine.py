"""The approvals of this service, and the events they are told by."""

from __future__ import annotations

from shared.approvals.model import Happening
from shared.approvals.service import Engine
from shared.db.unit_of_work import UnitOfWork
from shared.events.approvals import (
    CustomerApprovalCommented,
    CustomerApprovalDecided,
    CustomerApprovalEscalated,
    CustomerApprovalHandedOver,
    CustomerApprovalReminded,
    CustomerApprovalStarted,
    CustomerApprovalWithdrawn,
    CustomerProcessAdopted,
)
from shared.events.customer import CustomerOwnerChanged

ENGINE = Engine(
    "customer",
    events={
        Happening.STARTED: CustomerApprovalStarted,
        Happening.COMMENTED: CustomerApprovalCommented,
        Happening.DECIDED: CustomerApprovalDecided,
        Happening.ESCALATED: CustomerApprovalEscalated,
        Happening.REMINDED: CustomerApprovalReminded,
        Happening.WITHDRAWN: CustomerApprovalWithdrawn,
        Happening.HANDED_OVER: CustomerApprovalHandedOver,
    },
    adopted=CustomerProcessAdopted,
)


async def follow_owner(uow: UnitOfWork, handed: CustomerOwnerChanged) -> None:
    """What is to be decided about a customer is seen by those who see the new owner's (S04)."""
    await ENGINE.hand_over(uow, handed.owner_id, customer_id=handed.customer_id)
