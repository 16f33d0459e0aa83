"""Contacts over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field

from services.customer.contacts.model import Contact, ContactRole, ContactStatus, Person
from services.customer.contacts.service import ChangeContact, CreateContact
from services.customer.customers.schemas import Email, Phone
from services.customer.customers.service import PRIVATE
from shared.http import masks
from shared.http.fields import Day, Flag, Input, Line, Name, Note, Output
from shared.http.rights import Restricted

Roles = Annotated[
    list[ContactRole],
    Field(max_length=len(ContactRole)),
    AfterValidator(lambda roles: sorted(set(roles))),
]
WeChat = Annotated[Line, AfterValidator(masks.unmasked)]


class PersonIn(Input):
    """What is known about a contact person."""

    name: Annotated[Name, Field(examples=["李雷"])]
    position: Name | None = None
    department: Name | None = None
    phone: Phone | None = None
    email: Email | None = None
    wechat: WeChat | None = None
    birthday: Day | None = None
    roles: Roles = Field(default_factory=list)
    note: Note | None = None


class ContactIn(PersonIn):
    """A new contact person. The primary contact is the one to turn to first."""

    primary: Flag = False

    def command(self, customer_id: UUID) -> CreateContact:
        """Return the command this body stands for."""
        person = Person(**self.model_dump(exclude={"primary"}))
        return CreateContact(customer_id, person, self.primary)


class ContactPatch(PersonIn):
    """Fields to change; null empties a field, a field left out stays as it is."""

    name: Name = ""  # left out: stays
    status: ContactStatus = ContactStatus.ACTIVE  # left out: stays
    primary: Flag = False  # left out: stays

    def command(self, customer_id: UUID, contact_id: UUID, expected: int | None) -> ChangeContact:
        """Return the command this body stands for."""
        changes: dict[str, Any] = self.model_dump(exclude_unset=True)
        return ChangeContact(customer_id, contact_id, expected, changes)


class ContactOut(Output):
    """A contact person. Who may not see how people are reached gets masks, and nothing for the
    birthday and the note."""

    id: UUID
    version: int
    customer_id: UUID
    name: str
    position: str | None
    department: str | None
    phone: Annotated[str | None, Restricted(PRIVATE, masks.phone)]
    email: Annotated[str | None, Restricted(PRIVATE, masks.email)]
    wechat: Annotated[str | None, Restricted(PRIVATE, masks.name)]
    birthday: Annotated[date | None, Restricted(PRIVATE)]
    roles: list[ContactRole]
    note: Annotated[str | None, Restricted(PRIVATE)]
    status: ContactStatus
    primary: bool
    created_at: datetime
    erased_at: datetime | None

    @classmethod
    def of(cls, contact: Contact) -> ContactOut:
        """Present a contact."""
        return cls.model_validate(contact)
