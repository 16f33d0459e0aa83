"""The customer: record and life cycle, lead → prospect → registered → formal → lost (S02, S24)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.customer.customers.errors import CustomerStateError, NoPerson
from shared.domain.aggregate import Aggregate, Change
from shared.domain.ids import new_id
from shared.domain.owner import Owner, give
from shared.events.customer import (
    CustomerChanged,
    CustomerConfirmed,
    CustomerCreated,
    CustomerErased,
    CustomerLevelChanged,
    CustomerLost,
    CustomerOwnerChanged,
    CustomerRegained,
    CustomerRegistered,
    CustomerRejected,
)
from shared.privacy.subjects import PersonErased, pseudonym


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
    erased_at: datetime | None = None

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
        self._must_be_known()
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
        return Change(CustomerOwnerChanged, give(self, owner))

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

    def erase(self, at: datetime) -> Change:
        """Forget a sole trader with whom nothing is done any more; what the books refer to stays,
        under a pseudonym. Companies are no people (GDPR Art. 4)."""
        self._must_be_known()
        if self.status not in (Status.LOST, Status.REJECTED):
            raise CustomerStateError("Only a customer that is lost or rejected is erased.")
        if self.tax_id is not None and not self.tax_id.startswith(_SOLE_TRADER):
            raise NoPerson("The tax id is that of an organisation, which is no person.")
        for name in _TELLING:
            setattr(self, name, None)
        self.name, self.erased_at = pseudonym(self.id), at
        return Change(CustomerErased)

    def _must_be_known(self) -> None:
        if self.erased_at is not None:
            raise PersonErased.named("customer")

    def _become(self, target: Status, *allowed: Status) -> None:
        self._must_be_known()
        if self.status not in allowed:
            raise CustomerStateError(f"A customer that is {self.status} cannot become {target}.")
        self.status = target


#: What a profile says about a person.
_TELLING = ("tax_id", "phone", "email", "website", "address", "note")
#: How tax ids of 个体工商户 begin (GB 32100-2015, registered by market regulation).
_SOLE_TRADER = "92"
PROFILE_FIELDS = frozenset(each.name for each in fields(Profile))
