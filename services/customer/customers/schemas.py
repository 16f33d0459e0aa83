"""Customers over HTTP: bodies in, bodies out, and the commands they become."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import phonenumbers
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from services.customer.customers.model import Customer, Level, Profile, Status
from services.customer.customers.service import (
    PRIVATE,
    ChangeCustomer,
    CreateCustomer,
    HandOverCustomer,
    LoseCustomer,
    RejectCustomer,
)
from shared.http import masks
from shared.http.fields import Code, Flag, Input, Line, Name, Note, Output
from shared.http.rights import Restricted, last_four

_CHINESE_MOBILE = re.compile(r"(?:\+86)?(1[3-9][0-9]{9})", re.ASCII)


def _tax_id(value: str) -> str:
    try:
        return str(uscc.validate(value.upper()))
    except ValidationError as error:
        raise PydanticCustomError(
            "tax_id", "This is not a 统一社会信用代码 (GB 32100-2015)."
        ) from error


def _phone(value: str) -> str:
    masks.unmasked(value)  # a star is a key of telephones, so a mask would pass for a number
    if mobile := _CHINESE_MOBILE.fullmatch(value):
        return f"+86{mobile[1]}"  # most numbers are these, and parsing takes a tenth of a row
    try:
        parsed = phonenumbers.parse(value, "CN")
    except phonenumbers.NumberParseException as error:
        raise PydanticCustomError("phone", "This is not a telephone number.") from error
    if not phonenumbers.is_possible_number(parsed):
        raise PydanticCustomError("phone", "This is not a telephone number.")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


#: What seeing the numbers asks for by which authorities and banks know a customer.
IDENTITY = "customer.identity"
TaxId = Annotated[
    str,
    Field(min_length=18, max_length=18, examples=["91110000600037341L"]),
    AfterValidator(_tax_id),
]
Phone = Annotated[
    str,
    Field(min_length=5, max_length=32, examples=["010-82882288"]),
    AfterValidator(_phone),
]
Email = Annotated[
    str,
    Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", examples=["a@example.com"]),
    AfterValidator(masks.unmasked),
]


class ProfileIn(Input):
    """The record of a customer."""

    name: Annotated[Name, Field(examples=["华为技术有限公司"])]
    tax_id: TaxId | None = None
    phone: Phone | None = None
    email: Email | None = None
    website: Line | None = None
    industry: Name | None = None
    region: Name | None = None
    address: Line | None = None
    source: Name | None = None
    level: Level | None = None
    note: Note | None = None


class CustomerIn(ProfileIn):
    """A new customer. Without ``owner_id`` it belongs to the one who enters it."""

    owner_id: UUID | None = None
    external_id: Code | None = None
    accept_duplicates: Flag = False

    def command(self) -> CreateCustomer:
        """Return the command this body stands for."""
        profile = self.model_dump(exclude={"owner_id", "external_id", "accept_duplicates"})
        return CreateCustomer(
            Profile(**profile), self.owner_id, self.external_id, self.accept_duplicates
        )


class CustomerPatch(ProfileIn):
    """Fields to change; null empties a field, a field left out stays as it is."""

    name: Name = ""  # left out: stays; given: 1 to 200 characters
    accept_duplicates: Flag = False

    def command(self, customer_id: UUID, expected: int | None) -> ChangeCustomer:
        """Return the command this body stands for."""
        changes: dict[str, Any] = self.model_dump(exclude_unset=True, exclude={"accept_duplicates"})
        return ChangeCustomer(customer_id, expected, changes, self.accept_duplicates)


class ReasonIn(Input):
    """Why something is done."""

    reason: Line

    def rejection(self, customer_id: UUID, expected: int | None) -> RejectCustomer:
        """Return the command to refuse a registration."""
        return RejectCustomer(customer_id, expected, self.reason)

    def loss(self, customer_id: UUID, expected: int | None) -> LoseCustomer:
        """Return the command to give a customer up."""
        return LoseCustomer(customer_id, expected, self.reason)


class OwnerIn(Input):
    """Who owns the customer from now on."""

    owner_id: UUID

    def command(self, customer_id: UUID, expected: int | None) -> HandOverCustomer:
        """Return the command this body stands for."""
        return HandOverCustomer(customer_id, expected, self.owner_id)


class CustomerSummary(Output):
    """A customer in a list."""

    id: UUID
    version: int
    number: str
    name: str
    status: Status
    level: Level | None
    industry: str | None
    region: str | None
    source: str | None
    external_id: str | None
    owner_id: UUID
    department: str | None
    branch: str | None
    created_at: datetime
    erased_at: datetime | None


class CustomerOut(CustomerSummary):
    """A customer with the whole record. Of the ``tax_id`` those who may not see it get the end, of
    phone and e-mail a mask."""

    tax_id: Annotated[str | None, Restricted(IDENTITY, last_four)]
    phone: Annotated[str | None, Restricted(PRIVATE, masks.phone)]
    email: Annotated[str | None, Restricted(PRIVATE, masks.email)]
    website: str | None
    address: str | None
    note: str | None

    @classmethod
    def of(cls, customer: Customer) -> CustomerOut:
        """Present a customer."""
        return cls.model_validate(customer)


class Lookalike(Output):
    """A customer that may be the same."""

    id: UUID
    number: str
    name: str
    status: Status


class LookalikesOut(Output):
    """Customers that may be the same, at most five with those that are not shown."""

    items: list[Lookalike]
    held_by_colleague: Annotated[
        bool, Field(description="there are others, which the caller does not see")
    ]


class OwnershipChange(Output):
    """A change of owner. ``handover_id`` names the hand-over of all customers it was part of."""

    id: UUID
    previous_owner_id: UUID
    owner_id: UUID
    changed_at: datetime
    changed_by: UUID
    handover_id: UUID | None
