"""The approvals of this service, and the events they are told by."""

from __future__ import annotations

from shared.approvals.model import Happening
from shared.approvals.service import Engine
from shared.events.approvals import (
    OpportunityApprovalCommented,
    OpportunityApprovalDecided,
    OpportunityApprovalEscalated,
    OpportunityApprovalHandedOver,
    OpportunityApprovalReminded,
    OpportunityApprovalStarted,
    OpportunityApprovalWithdrawn,
    OpportunityProcessAdopted,
)

ENGINE = Engine(
    "opportunity",
    events={
        Happening.STARTED: OpportunityApprovalStarted,
        Happening.COMMENTED: OpportunityApprovalCommented,
        Happening.DECIDED: OpportunityApprovalDecided,
        Happening.ESCALATED: OpportunityApprovalEscalated,
        Happening.REMINDED: OpportunityApprovalReminded,
        Happening.WITHDRAWN: OpportunityApprovalWithdrawn,
        Happening.HANDED_OVER: OpportunityApprovalHandedOver,
    },
    adopted=OpportunityProcessAdopted,
)
