"""A deputy: who stands in for whom, on which days, and why (S18)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.customer.deputies.errors import DeputyRule, DeputyStateError
from shared.domain.aggregate import Aggregate, Change
from shared.domain.clock import business_date
from shared.domain.ids import new_id
from shared.events.organisation import DeputyAppointed, DeputyRevoked


class DeputyStatus(StrEnum):
    """Whether what was agreed still holds."""

    APPOINTED = "appointed"
    REVOKED = "revoked"


@dataclass(kw_only=True)
class Deputyship(Aggregate):
    """Somebody stands in for a principal, from one business day to another, both included."""

    principal_id: UUID
    deputy_id: UUID
    starts_on: date
    ends_on: date
    reason: str | None
    status: str
    appointed_by: UUID
    appointed_at: datetime
    revoked_by: UUID | None = None
    revoked_at: datetime | None = None

    @classmethod
    def appoint(
        cls,
        *,
        principal_id: UUID,
        deputy_id: UUID,
        starts_on: date,
        ends_on: date,
        reason: str | None,
        by: UUID,
        at: datetime,
    ) -> tuple[Deputyship, Change]:
        """Say who stands in for whom (S18).

        Raises:
            DeputyRule: nobody stands in for themselves, backwards, or in the past.
        """
        if deputy_id == principal_id:
            raise DeputyRule.field("/deputy_id", "Name somebody else.", "same_person")
        if ends_on < starts_on:
            raise DeputyRule.field("/ends_on", "The last day is before the first.", "backwards")
        if ends_on < business_date(at):
            raise DeputyRule.field("/ends_on", "This day is over.", "in_the_past")
        deputyship = cls(
            id=new_id(),
            principal_id=principal_id,
            deputy_id=deputy_id,
            starts_on=starts_on,
            ends_on=ends_on,
            reason=reason,
            status=DeputyStatus.APPOINTED,
            appointed_by=by,
            appointed_at=at,
        )
        return deputyship, Change(DeputyAppointed)

    def revoke(self, *, by: UUID, at: datetime) -> Change:
        """End it before its time; the days that are over stay as they were."""
        if self.status != DeputyStatus.APPOINTED:
            raise DeputyStateError("This deputy was revoked before.")
        self.status, self.revoked_by, self.revoked_at = DeputyStatus.REVOKED, by, at
        return Change(DeputyRevoked)
