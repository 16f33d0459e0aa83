"""Staff over HTTP: bodies in, bodies out, and the commands they become."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, SecretStr

from services.customer.roles.schemas import RoleCode
from services.customer.staff.model import Staff, StaffStatus
from services.customer.staff.service import (
    ChangeStaff,
    HireStaff,
    LeaveStaff,
)
from shared.http.fields import Flag, Input, Name, Output

#: How long a password that somebody else gave waits for its one sign-in.
ONE_TIME_LASTS = timedelta(days=3)
#: At least eight characters, at most 256, any of them (ASVS 6.2).
Password = Annotated[SecretStr, Field(min_length=8, max_length=256)]
Login = Annotated[
    str,
    Field(min_length=2, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.@\-]*$"),
    AfterValidator(str.lower),
]
#: A person holds a few roles; they need not be predefined ones.
Roles = Annotated[list[RoleCode], Field(min_length=1, max_length=32)]


class PlaceIn(Input):
    """Where somebody stands in the organisation. Who is in a unit has its department and branch:
    they are left out then."""

    position: Annotated[Name | None, Field(examples=["客户经理"])] = None
    unit_id: UUID | None = None
    department: Annotated[Name | None, Field(examples=["销售一部"])] = None
    branch: Annotated[Name | None, Field(examples=["上海"])] = None


class WithPassword(Input):
    """A body with a password, which is taken as it is: no blank is cut off."""

    model_config = ConfigDict(str_strip_whitespace=False)


class StaffIn(PlaceIn, WithPassword):
    """Somebody new. Without a password they cannot sign in yet; one for one sign-in lasts three
    days."""

    login: Annotated[Login, Field(examples=["wang.fang"])]
    name: Annotated[Name, Field(examples=["王芳"])]
    roles: Roles
    password: Password | None = None
    one_time: Annotated[Flag, Field(description="the password is for one sign-in")] = False

    def command(self) -> HireStaff:
        """Return the command this body stands for."""
        return HireStaff(
            login=self.login,
            name=self.name,
            roles=tuple(self.roles),
            place=self.model_dump(
                include=set(PlaceIn.model_fields), exclude_none=True, exclude_unset=True
            ),
            password=self.password.get_secret_value() if self.password else None,
            one_time=ONE_TIME_LASTS if self.one_time else None,
        )


class StaffPatch(PlaceIn):
    """Fields to change; null empties a field, a field left out stays as it is."""

    name: Name = ""  # left out: stays
    roles: Roles = Field(default_factory=list)  # left out: stay

    def command(self, staff_id: UUID, expected: int | None) -> ChangeStaff:
        """Return the command this body stands for."""
        changes: dict[str, Any] = self.model_dump(exclude_unset=True)
        return ChangeStaff(staff_id, expected, changes)


class LeaveIn(Input):
    """Who takes over. Required when there is anything to take over."""

    successor_id: UUID | None = None

    def command(self, staff_id: UUID, expected: int | None) -> LeaveStaff:
        """Return the command this body stands for."""
        return LeaveStaff(staff_id, expected, self.successor_id)


class StaffOut(Output):
    """A member of staff."""

    id: UUID
    version: int
    login: str
    name: str
    roles: list[str]
    position: str | None
    unit_id: UUID | None
    unit_path: Annotated[
        str | None, Field(description="codes from the company down", examples=["HQ/EAST/SH/"])
    ]
    department: str | None
    branch: str | None
    status: StaffStatus
    created_at: datetime
    erased_at: datetime | None

    @classmethod
    def of(cls, staff: Staff) -> StaffOut:
        """Present a member of staff."""
        return cls.model_validate(staff)
