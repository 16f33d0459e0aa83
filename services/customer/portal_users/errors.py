"""Refusals of the portal users slice."""

from __future__ import annotations

from shared.domain.errors import Conflict


class PortalUserStateError(Conflict):
    """The portal is closed to this person, or was open all the time."""

    code = "portal_user_state"
    title = "The state of the portal user does not allow this"


class NoPortalCustomer(Conflict):
    """Only people of formal customers use the portal (S24, S25)."""

    code = "no_portal_customer"
    title = "The portal is for formal customers"
