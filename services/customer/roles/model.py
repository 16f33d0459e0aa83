"""A role: its names, the permissions that it gives to those who hold it, and whose things it shows
(S214, S215, S217)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from services.customer.roles.errors import (
    IndispensablePermission,
    IndispensableReach,
    PortalRole,
    PredefinedRole,
    RoleStateError,
    UnknownPermission,
)
from shared.auth.permissions import ALL, built_in
from shared.auth.roles import NAMES, REACHES, Role
from shared.domain.aggregate import Aggregate, Change
from shared.domain.errors import FieldError
from shared.domain.ids import new_id
from shared.domain.scope import Reach
from shared.events.organisation import RoleChanged, RoleDefined, RoleRetired

#: What administrators keep, so that there is always somebody who can set everything right.
INDISPENSABLE = frozenset({"staff.read", "staff.manage", "role.read", "role.manage"})


class RoleStatus(StrEnum):
    """Whether people can hold the role."""

    ACTIVE = "active"
    RETIRED = "retired"


@dataclass(kw_only=True)
class RoleDefinition(Aggregate):
    """A role as the company defines it."""

    code: str
    name: str
    name_zh: str
    permissions: list[str]
    reach: Reach
    predefined: bool
    status: str
    created_at: datetime

    @classmethod
    def define(
        cls,
        *,
        code: str,
        name: str,
        name_zh: str,
        permissions: Collection[str],
        reach: Reach = Reach.OWN,
        at: datetime,
    ) -> tuple[RoleDefinition, Change]:
        """Make a role of the company's own (S217).

        Raises:
            UnknownPermission: no service asks for one of the permissions.
        """
        _require_known(permissions)
        return cls._new(code, name, name_zh, permissions, reach, at, predefined=False)

    @classmethod
    def predefine(cls, role: Role, *, at: datetime) -> tuple[RoleDefinition, Change]:
        """Make a predefined role with what it holds at first (S217)."""
        return cls._new(
            role.value, *NAMES[role], built_in(role), REACHES[role], at, predefined=True
        )

    @classmethod
    def _new(
        cls,
        code: str,
        name: str,
        name_zh: str,
        permissions: Iterable[str],
        reach: Reach,
        at: datetime,
        *,
        predefined: bool,
    ) -> tuple[RoleDefinition, Change]:
        role = cls(
            id=new_id(),
            code=code,
            name=name,
            name_zh=name_zh,
            permissions=sorted(set(permissions)),
            reach=reach,
            predefined=predefined,
            status=RoleStatus.ACTIVE,
            created_at=at,
        )
        return role, Change(RoleDefined)

    def change(self, **fields: Any) -> Change:
        """Replace the names, or how far the role reaches (S215).

        Raises:
            IndispensableReach: administrators could not see all any more.
        """
        self._require_active()
        if "reach" in fields:
            self._require_free()
        if self.code == Role.ADMINISTRATOR and fields.get("reach", Reach.ALL) != Reach.ALL:
            raise IndispensableReach(
                "Administrators see everything, so that they can set it right."
            )
        for name in fields.keys() & {"name", "name_zh", "reach"}:
            setattr(self, name, fields[name])
        return Change(RoleChanged)

    def grant(self, permissions: Collection[str]) -> Change:
        """Add permissions (S214).

        Raises:
            UnknownPermission: no service asks for one of them.
            PortalRole: customers may do what the system says, and no more.
        """
        self._require_free()
        return self.learn(permissions)

    def learn(self, permissions: Collection[str]) -> Change:
        """Add what a release is the first to know (S217)."""
        self._require_active()
        _require_known(permissions)
        self.permissions = sorted({*self.permissions, *permissions})
        return Change(RoleChanged)

    def revoke(self, permissions: Collection[str]) -> Change:
        """Take permissions away (S214).

        Raises:
            IndispensablePermission: administrators could not manage staff and roles any more.
            PortalRole: customers may do what the system says, and no less.
        """
        self._require_active()
        self._require_free()
        needed = INDISPENSABLE.intersection(permissions)
        if self.code == Role.ADMINISTRATOR and needed:
            raise IndispensablePermission(
                f"Administrators keep {', '.join(sorted(needed))}.", permissions=sorted(needed)
            )
        self.permissions = sorted({*self.permissions}.difference(permissions))
        return Change(RoleChanged)

    def retire(self) -> Change:
        """Let nobody get the role any more; its code is not given again."""
        self._require_active()
        if self.predefined:
            raise PredefinedRole(f"{self.name} is a predefined role; revoke what it holds.")
        self.status = RoleStatus.RETIRED
        return Change(RoleRetired)

    def _require_free(self) -> None:
        if self.code == Role.CUSTOMER_PORTAL:
            raise PortalRole("What customers may do in the portal is fixed.")

    def _require_active(self) -> None:
        if self.status != RoleStatus.ACTIVE:
            raise RoleStateError(f"{self.name} is retired.")


def _require_known(permissions: Iterable[str]) -> None:
    errors = tuple(
        FieldError(f"/permissions/{place}", UnknownPermission.code, "No service asks for this.")
        for place, each in enumerate(permissions)
        if each not in ALL
    )
    if errors:
        raise UnknownPermission("There is no such permission.", errors=errors)
