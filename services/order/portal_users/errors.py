"""Refusals of the portal users slice."""

from __future__ import annotations

from shared.domain.errors import Forbidden


class NotPortalUser(Forbidden):
    """Who works for the company has no orders of their own to see."""

    code = "not_portal_user"
    title = "The portal is for people of customers"


class PortalClosed(Forbidden):
    """The portal user is deactivated, or the customer is not a formal one (any more)."""

    code = "portal_closed"
    title = "The portal is not open to you"
