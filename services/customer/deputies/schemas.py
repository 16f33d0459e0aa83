"""Deputies over HTTP: bodies in, bodies out, and the commands they become."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.customer.deputies.model import Deputyship, DeputyStatus
from services.customer.deputies.service import AppointDeputy
from shared.http.fields import Day, Input, Line, Output


class DeputyIn(Input):
    """Who stands in for whom; both days are included. Without a principal it is oneself."""

    principal_id: UUID | None = None
    deputy_id: UUID
    starts_on: Annotated[Day, Field(examples=["2200-10-01"])]
    ends_on: Annotated[Day, Field(examples=["2200-10-07"])]
    reason: Annotated[Line | None, Field(examples=["年假"])] = None

    def command(self) -> AppointDeputy:
        """Return the command this body stands for."""
        return AppointDeputy(
            self.principal_id, self.deputy_id, self.starts_on, self.ends_on, self.reason
        )


class DeputyOut(Output):
    """Who stands in for whom, from one business day to another, both included."""

    id: UUID
    version: int
    principal_id: UUID
    deputy_id: UUID
    starts_on: date
    ends_on: date
    reason: str | None
    status: DeputyStatus
    appointed_by: UUID
    appointed_at: datetime
    revoked_by: UUID | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, deputyship: Deputyship) -> DeputyOut:
        """Present a deputy."""
        return cls.model_validate(deputyship)
