"""A contact person of a customer."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from shared.domain.aggregate import Aggregate, Change
from shared.domain.ids import new_id
from shared.events.customer import ContactChanged, ContactErased
from shared.privacy.subjects import PersonErased, pseudonym


class ContactRole(StrEnum):
    """The part somebody plays in a decision: money, authority, need (S41), and use."""

    MONEY = "money"  # 出资人
    AUTHORITY = "authority"  # 决策人
    NEED = "need"  # 需求人
    USER = "user"  # 使用人
    INFLUENCER = "influencer"  # 影响人


class ContactStatus(StrEnum):
    """Whether the person is still to be reached there."""

    ACTIVE = "active"
    INACTIVE = "inactive"


@dataclass(kw_only=True)
class Person:
    """What is known about a contact, as entered. None of it leaves this service."""

    name: str
    position: str | None = None
    department: str | None = None
    phone: str | None = None
    email: str | None = None
    wechat: str | None = None
    birthday: date | None = None
    roles: list[str] = field(default_factory=list)
    note: str | None = None


@dataclass(kw_only=True)
class Contact(Person, Aggregate):
    """A contact person. A customer has at most one primary contact, who is active."""

    customer_id: UUID
    status: str
    primary: bool
    created_at: datetime
    erased_at: datetime | None = None

    @classmethod
    def create(
        cls, person: Person, *, customer_id: UUID, primary: bool, at: datetime
    ) -> tuple[Contact, Change]:
        """Enter a contact person (S02)."""
        contact = cls(
            **vars(person),
            id=new_id(),
            customer_id=customer_id,
            status=ContactStatus.ACTIVE,
            primary=primary,
            created_at=at,
        )
        return contact, Change(ContactChanged)

    def change(self, **fields: Any) -> Change:
        """Replace fields; an inactive contact is not the primary one."""
        self._must_be_known()
        for name in fields.keys() & _CHANGEABLE:
            setattr(self, name, fields[name])
        if self.status == ContactStatus.INACTIVE:
            self.primary = False
        return Change(ContactChanged)

    def step_back(self) -> Change:
        """Stop being the primary contact: somebody else is."""
        self.primary = False
        return Change(ContactChanged)

    def erase(self, at: datetime) -> Change:
        """Forget the person; the record stays, so that what refers to it still refers to one."""
        self._must_be_known()
        for name in _CHANGEABLE - {"roles"}:
            setattr(self, name, None)
        self.name, self.roles, self.erased_at = pseudonym(self.id), [], at
        self.status, self.primary = ContactStatus.INACTIVE, False
        return Change(ContactErased, {"pseudonym": self.name})

    def _must_be_known(self) -> None:
        if self.erased_at is not None:
            raise PersonErased.named("contact")


_CHANGEABLE = frozenset(each.name for each in fields(Person)) | {"status", "primary"}
