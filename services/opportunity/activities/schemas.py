"""Activities over HTTP: bodies in, bodies out, and the commands they become."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from services.opportunity.activities.model import Kind, Report, Result
from services.opportunity.activities.service import LogActivity
from shared.domain.clock import now
from shared.http.fields import Day, Input, Moment, Note, Output


class ActivityIn(Input):
    """A contact with a customer; without ``happened_at`` it took place just now.

    A correction tells the whole story anew and names the activity it ``corrects_id``.
    """

    customer_id: UUID
    opportunity_id: UUID | None = None
    contact_id: UUID | None = None
    kind: Kind
    result: Result
    details: Note | None = None
    happened_at: Moment | None = None
    next_contact_on: Day | None = None
    corrects_id: UUID | None = None
    owner_id: UUID | None = None

    def command(self) -> LogActivity:
        """Return the command this body stands for."""
        told = self.model_dump(exclude={"owner_id"})
        return LogActivity(
            Report(**told | {"happened_at": self.happened_at or now()}), self.owner_id
        )


class ActivityOut(Output):
    """An activity."""

    id: UUID
    version: int
    customer_id: UUID
    opportunity_id: UUID | None
    contact_id: UUID | None
    kind: Kind
    result: Result
    details: str | None
    happened_at: datetime
    next_contact_on: date | None
    corrects_id: UUID | None
    owner_id: UUID
    department: str | None
    branch: str | None
    logged_by: UUID
    logged_at: datetime


class ActivityListed(ActivityOut):
    """An activity in a list; ``corrected`` when a later one takes its place."""

    corrected: bool


class NextContactOut(Output):
    """A contact that is due, as the latest activity of customer and opportunity says."""

    id: UUID
    customer_id: UUID
    opportunity_id: UUID | None
    contact_id: UUID | None
    owner_id: UUID
    activity_id: UUID
    due_on: date
