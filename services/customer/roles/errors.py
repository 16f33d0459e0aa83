"""Refusals of the roles slice."""

from __future__ import annotations

from shared.domain.errors import Conflict, Invalid


class RoleStateError(Conflict):
    """The role is retired."""

    code = "role_state"
    title = "This role is retired"


class RoleCodeTaken(Conflict):
    """Another role has this code, or had it before it was retired."""

    code = "role_code_taken"
    title = "The code is taken"


class PredefinedRole(Conflict):
    """What the system itself asks for by name stays."""

    code = "predefined_role"
    title = "A predefined role is not retired"


class IndispensablePermission(Conflict):
    """Without it no administrator could manage staff and roles any more."""

    code = "indispensable_permission"
    title = "Administrators need this permission"


class IndispensableReach(Conflict):
    """Whatever an administrator could not see, nobody could set right."""

    code = "indispensable_reach"
    title = "Administrators see everything"


class PortalRole(Conflict):
    """What customers may do in the portal is what the system provides for, and nothing else."""

    code = "portal_role"
    title = "The role of the portal is fixed"


class NotForStaff(Invalid):
    """The role is that of portal users, who work for customers."""

    code = "not_for_staff"
    title = "This is the role of customers"


class RoleInUse(Conflict):
    """Somebody who works here holds the role."""

    code = "role_in_use"
    title = "The role is held by somebody"


class UnknownRole(Invalid):
    """There is no such role, or it is retired."""

    code = "unknown_role"
    title = "There is no such role"


class UnknownPermission(Invalid):
    """No service asks for this permission."""

    code = "unknown_permission"
    title = "There is no such permission"
