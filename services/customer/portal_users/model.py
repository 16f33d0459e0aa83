"""Somebody of a customer who may use the portal: invited, signed in by password, shut out (S25)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.customer.portal_users.errors import PortalUserStateError
from shared.domain.aggregate import Aggregate, Change
from shared.domain.ids import new_id
from shared.events.identity import (
    PortalUserChanged,
    PortalUserDeactivated,
    PortalUserErased,
    PortalUserInvited,
    PortalUserReactivated,
)
from shared.privacy.subjects import PersonErased, pseudonym, unused_login


class PortalUserStatus(StrEnum):
    """Whether somebody may sign in; the customer has to be a formal one besides."""

    ACTIVE = "active"  # 启用
    INACTIVE = "inactive"  # 停用


@dataclass(kw_only=True)
class PortalUser(Aggregate):
    """Somebody of one customer, for good. A password that somebody else gave is for one sign-in, up
    to ``one_time_until``."""

    customer_id: UUID
    login: str
    name: str
    status: str
    password_hash: str | None = field(repr=False)
    one_time_until: datetime | None
    created_at: datetime
    erased_at: datetime | None = None

    @classmethod
    def invite(
        cls,
        *,
        customer_id: UUID,
        login: str,
        name: str,
        password_hash: str,
        one_time_until: datetime,
        at: datetime,
    ) -> tuple[PortalUser, Change]:
        """Let somebody of a customer into the portal, at first by a password for one sign-in."""
        user = cls(
            id=new_id(),
            customer_id=customer_id,
            login=login,
            name=name,
            status=PortalUserStatus.ACTIVE,
            password_hash=password_hash,
            one_time_until=one_time_until,
            created_at=at,
        )
        return user, Change(PortalUserInvited)

    @property
    def is_active(self) -> bool:
        """Say whether the portal is open to this person, as far as it is up to them."""
        return self.status == PortalUserStatus.ACTIVE

    def password_is_over(self, at: datetime) -> bool:
        """Say whether the password was for one sign-in that did not come in time."""
        return self.one_time_until is not None and at >= self.one_time_until

    def rename(self, name: str) -> Change:
        """Call somebody otherwise; tokens say so from the next sign-in or refresh on."""
        self._must_be_known()
        self.name = name
        return Change(PortalUserChanged)

    def set_password(
        self, password_hash: str, at: datetime, one_time_until: datetime | None = None
    ) -> Change:
        """Replace the password."""
        if not self.is_active:
            raise PortalUserStateError(f"The portal is closed to {self.name}.")
        self.password_hash, self.one_time_until = password_hash, one_time_until
        return Change(PortalUserChanged)

    def deactivate(self) -> Change:
        """Close the portal to this person; the password is forgotten."""
        if not self.is_active:
            raise PortalUserStateError(f"The portal is closed to {self.name}.")
        self.status, self.password_hash, self.one_time_until = PortalUserStatus.INACTIVE, None, None
        return Change(PortalUserDeactivated)

    def reactivate(self) -> Change:
        """Open the portal again; a new password is given by a reset."""
        self._must_be_known()
        if self.is_active:
            raise PortalUserStateError(f"The portal is open to {self.name}.")
        self.status = PortalUserStatus.ACTIVE
        return Change(PortalUserReactivated)

    def erase(self, at: datetime) -> Change:
        """Forget somebody to whom the portal is closed."""
        self._must_be_known()
        if self.is_active:
            raise PortalUserStateError(f"The portal is open to {self.name}.")
        self.name, self.login = pseudonym(self.id), unused_login(self.id)
        self.erased_at = at
        return Change(PortalUserErased)

    def _must_be_known(self) -> None:
        if self.erased_at is not None:
            raise PersonErased.named("user of the portal")
