"""The customer: record and life cycle, lead → prospect → registered → formal → lost (S02, S24)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.customer.customers.errors import CustomerStateError
from services.customer.staff.model import Owner
from shared.domain.aggregate import Aggregate, Change
from shared.domain.ids import new_id
from shared.events.customer import (
    CustomerChanged,
    CustomerConfirmed,
    CustomerCreated,
    CustomerLevelChanged,
    CustomerLost,
    CustomerOwnerChanged,
    CustomerRegained,
    CustomerRegistered,
    CustomerRejected,
)


class Status(StrEnum):
    """Life cycle. Only formal customers trade."""

    LEAD = "lead"  # 线索
    PROSPECT = "prospect"  # 潜在客户
    REGISTERED = "registered"  # 待确认
    FORMAL = "formal"  # 正式客户
    REJECTED = "rejected"  # 已拒绝
    LOST = "lost"  # 已流失


class Level(StrEnum):
    """Demand: A large and urgent, B normal, C latent (S12)."""

    A = "A"
    B = "B"
    C = "C"


@dataclass(kw_only=True)
class Profile:
    """What is known about a customer, as entered."""

    name: str
    tax_id: str | None = None
    phone: str | None = None
    email: str | None = None
    website: str | None = None
    industry: str | None = None
    region: str | None = None
    address: str | None = None
    source: str | None = None
    level: Level | None = None
    note: str | None = None


@dataclass(kw_only=True)
class Customer(Profile, Aggregate):
    """An organisation or person the company deals with."""

    number: str
    status: Status
    external_id: str | None
    owner_id: UUID
    department: str | None
    branch: str | None
    created_at: datetime

    @classmethod
    def create(
        cls,
        profile: Profile,
        *,
        number: str,
        owner: Owner,
        at: datetime,
        status: Status = Status.PROSPECT,
        external_id: str | None = None,
    ) -> tuple[Customer, Change]:
        """Enter a customer; a self-registration starts as ``registered`` and waits (S24)."""
        customer = cls(
            **vars(profile),
            id=new_id(),
            number=number,
            status=status,
            external_id=external_id,
            owner_id=owner.id,
            department=owner.department,
            branch=owner.branch,
            created_at=at,
        )
        waits = status is Status.REGISTERED
        return customer, Change(CustomerRegistered if waits else CustomerCreated)

    def change(self, **fields: Any) -> Change:
        """Replace fields of the profile; of another level it is told from which (S12)."""
        previous = self.level
        for name in fields.keys() & PROFILE_FIELDS:
            setattr(self, name, fields[name])
        if self.level != previous:
            return Change(CustomerLevelChanged, {"previous_level": previous})
        return Change(CustomerChanged)

    def confirm(self) -> Change:
        """Make the customer formal, so that it may trade (S24)."""
        self._become(Status.FORMAL, Status.LEAD, Status.PROSPECT, Status.REGISTERED)
        return Change(CustomerConfirmed)

    def reject(self, reason: str) -> Change:
        """Refuse a registration (S24)."""
        self._become(Status.REJECTED, Status.REGISTERED)
        return Change(CustomerRejected, {"reason": reason})

    def hand_over(self, owner: Owner) -> Change:
        """Give the customer to another owner (S04)."""
        previous, self.owner_id = self.owner_id, owner.id
        self.department, self.branch = owner.department, owner.branch
        return Change(CustomerOwnerChanged, {"previous_owner_id": previous})

    def lose(self, reason: str) -> Change:
        """Give the customer up."""
        self._become(Status.LOST, Status.LEAD, Status.PROSPECT, Status.FORMAL)
        return Change(CustomerLost, {"reason": reason})

    def regain(self) -> Change:
        """Take a lost customer up again; it is formal as before."""
        self._become(Status.FORMAL, Status.LOST)
        return Change(CustomerRegained)

    def must_be_registered(self) -> None:
        """Refuse what is about registrations for others."""
        if self.status != Status.REGISTERED:
            raise CustomerStateError(f"A customer that is {self.status} has no registration.")

    def _become(self, target: Status, *allowed: Status) -> None:
        if self.status not in allowed:
            raise CustomerStateError(f"A customer that is {self.status} cannot become {target}.")
        self.status = target


PROFILE_FIELDS = frozenset(each.name for each in fields(Profile))
