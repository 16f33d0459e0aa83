"""A member of staff: roles, place in the organisation, sign-in, and leaving (S04, S214)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.customer.staff.errors import StaffStateError
from shared.auth.roles import Role
from shared.domain.aggregate import Aggregate, Change
from shared.domain.ids import new_id
from shared.events.staff import StaffChanged, StaffErased, StaffHired, StaffLeft
from shared.privacy.subjects import PersonErased, pseudonym, unused_login

_PLAIN = {"name", "position", "unit_id", "unit_path", "department", "branch"}


class StaffStatus(StrEnum):
    """Whether somebody works here."""

    ACTIVE = "active"  # 在职
    LEFT = "left"  # 已离职


@dataclass(kw_only=True)
class Staff(Aggregate):
    """Somebody who works here. Department and branch are those of the unit, or text where there is
    none. ``sessions_from`` voids the access tokens issued before it. A password that somebody else
    gave is for one sign-in, up to ``one_time_until``."""

    login: str
    name: str
    roles: list[str]
    position: str | None
    unit_id: UUID | None
    unit_path: str | None
    department: str | None
    branch: str | None
    status: str
    password_hash: str | None = field(repr=False)
    one_time_until: datetime | None
    sessions_from: datetime | None
    created_at: datetime
    erased_at: datetime | None = None

    @classmethod
    def hire(
        cls,
        *,
        login: str,
        name: str,
        roles: Iterable[str],
        at: datetime,
        position: str | None = None,
        unit_id: UUID | None = None,
        unit_path: str | None = None,
        department: str | None = None,
        branch: str | None = None,
        password_hash: str | None = None,
        one_time_until: datetime | None = None,
    ) -> tuple[Staff, Change]:
        """Enter somebody who starts to work here (S214)."""
        staff = cls(
            id=new_id(),
            login=login,
            name=name,
            roles=_ordered(roles),
            position=position,
            unit_id=unit_id,
            unit_path=unit_path,
            department=department,
            branch=branch,
            status=StaffStatus.ACTIVE,
            password_hash=password_hash,
            one_time_until=one_time_until,
            sessions_from=None,
            created_at=at,
        )
        return staff, Change(StaffHired)

    @property
    def is_administrator(self) -> bool:
        """Say whether this person manages the system's users."""
        return self.status == StaffStatus.ACTIVE and Role.ADMINISTRATOR in self.roles

    def change(self, at: datetime, **fields: Any) -> Change:
        """Replace name, roles or place; what tokens say of them is void from now on (S214)."""
        self._require_active()
        for name in fields.keys() & _PLAIN:
            setattr(self, name, fields[name])
        if "roles" in fields:
            self.roles = _ordered(fields["roles"])
        self.sessions_from = at
        return Change(StaffChanged)

    def password_is_over(self, at: datetime) -> bool:
        """Say whether the password was for one sign-in that did not come in time."""
        return self.one_time_until is not None and at >= self.one_time_until

    def set_password(
        self, password_hash: str, at: datetime, one_time_until: datetime | None = None
    ) -> Change:
        """Replace the password; access tokens issued before are void."""
        self._require_active()
        self.password_hash, self.sessions_from = password_hash, at
        self.one_time_until = one_time_until
        return Change(StaffChanged)

    def leave(self, successor_id: UUID | None, at: datetime) -> Change:
        """Stop working here; the successor gets the customers (S04)."""
        self._require_active()
        self.status, self.password_hash, self.sessions_from = StaffStatus.LEFT, None, at
        return Change(StaffLeft, {"successor_id": successor_id})

    def erase(self, at: datetime) -> Change:
        """Forget somebody who left; what they did stays theirs, under a pseudonym."""
        if self.erased_at is not None:
            raise PersonErased.named("member of staff")
        if self.status != StaffStatus.LEFT:
            raise StaffStateError("Only who does not work here any more is erased.")
        self.name, self.login = pseudonym(self.id), unused_login(self.id)
        self.position, self.erased_at = None, at
        return Change(StaffErased)

    def _require_active(self) -> None:
        if self.status != StaffStatus.ACTIVE:
            raise StaffStateError(f"{self.name} does not work here any more.")


def _ordered(roles: Iterable[str]) -> list[str]:
    return sorted({str(role) for role in roles})
