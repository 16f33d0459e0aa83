"""The approvals of this service, and the events they are told by."""

from __future__ import annotations

from shared.approvals.model import Happening
from shared.approvals.service import Engine
from shared.events.approvals import (
    OrderApprovalCommented,
    OrderApprovalDecided,
    OrderApprovalEscalated,
    OrderApprovalHandedOver,
    OrderApprovalReminded,
    OrderApprovalStarted,
    OrderApprovalWithdrawn,
    OrderProcessAdopted,
)

ENGINE = Engine(
    "order",
    events={
        Happening.STARTED: OrderApprovalStarted,
        Happening.COMMENTED: OrderApprovalCommented,
        Happening.DECIDED: OrderApprovalDecided,
        Happening.ESCALATED: OrderApprovalEscalated,
        Happening.REMINDED: OrderApprovalReminded,
        Happening.WITHDRAWN: OrderApprovalWithdrawn,
        Happening.HANDED_OVER: OrderApprovalHandedOver,
    },
    adopted=OrderProcessAdopted,
)
