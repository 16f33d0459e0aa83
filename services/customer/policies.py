"""When X happens in this service, then Y, in the same transaction."""

from __future__ import annotations

from services.customer.handovers.service import when_staff_left
from shared.db.unit_of_work import Policies
from shared.events.staff import StaffLeft

POLICIES: Policies = {StaffLeft: (when_staff_left,)}
