"""Registrations over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from services.customer.customers.model import Customer, Profile, Status
from services.customer.customers.schemas import Email, Phone, TaxId
from services.customer.registrations.service import Register
from shared.http.fields import Input, Line, Name, Note, Output


class RegistrationIn(Input):
    """Somebody who wants to become a customer, and how to reach them."""

    name: Annotated[Name, Field(examples=["上海晨光文具股份有限公司"])]
    tax_id: TaxId | None = None
    phone: Phone | None = None
    email: Email | None = None
    website: Line | None = None
    industry: Name | None = None
    region: Name | None = None
    address: Line | None = None
    note: Note | None = None

    @model_validator(mode="after")
    def _reachable(self) -> RegistrationIn:
        if self.phone is None and self.email is None:
            raise PydanticCustomError("unreachable", "Give a phone number or an e-mail address.")
        return self

    def command(self, owner_id: UUID | None) -> Register:
        """Return the command this body stands for."""
        return Register(Profile(**self.model_dump(), source="self-registration"), owner_id)


class RegistrationOut(Output):
    """What a stranger is told: the number to ask about."""

    id: UUID
    number: str
    name: str
    status: Status

    @classmethod
    def of(cls, customer: Customer) -> RegistrationOut:
        """Present a registration."""
        return cls.model_validate(customer)
