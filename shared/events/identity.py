"""Events about who is signed in, machines among them, and by which keys: never tokens, addresses
or secrets."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from shared.events.payload import Payload, event


class SessionState(Payload):
    """A session: what one sign-in opened. When it has ended, every service refuses its access
    tokens until ``void_until``, when the last of them has expired by itself."""

    session_id: UUID
    subject_id: UUID
    status: str  # open, ended
    void_until: datetime | None = None


@event("crm.customer.session.opened.v1")
class SessionOpened(SessionState):
    """Somebody signed in (S214)."""


@event("crm.customer.session.ended.v1")
class SessionEnded(SessionState):
    """A session was ended before its time."""


class ClientState(Payload):
    """Another system that signs in by itself. Its tokens issued before ``void_before`` are void,
    and have all expired at ``void_until``."""

    client_id: UUID
    name: str
    roles: tuple[str, ...]
    status: str  # active, disabled
    void_before: datetime | None = None
    void_until: datetime | None = None


@event("crm.customer.client.registered.v1")
class ClientRegistered(ClientState):
    """Another system may sign in (S214)."""


@event("crm.customer.client.changed.v1")
class ClientChanged(ClientState):
    """Its name, roles or secret changed, or it may sign in again."""


@event("crm.customer.client.disabled.v1")
class ClientDisabled(ClientState):
    """It may not sign in any more."""


class PortalUserState(Payload):
    """Somebody of a customer who may use the portal: whose, never who."""

    portal_user_id: UUID
    customer_id: UUID
    status: str  # active, inactive


@event("crm.customer.portal_user.invited.v1")
class PortalUserInvited(PortalUserState):
    """Somebody of a customer may sign in to the portal (S25)."""


@event("crm.customer.portal_user.changed.v1")
class PortalUserChanged(PortalUserState):
    """The name or the password changed."""


@event("crm.customer.portal_user.erased.v1")
class PortalUserErased(PortalUserState):
    """What was known about a user of the portal is gone for good (GDPR 17)."""


@event("crm.customer.portal_user.deactivated.v1")
class PortalUserDeactivated(PortalUserState):
    """The portal is closed to them: sessions end, tokens are void."""


@event("crm.customer.portal_user.reactivated.v1")
class PortalUserReactivated(PortalUserState):
    """They may sign in again."""


class SigningKeyState(Payload):
    """A key that signs access tokens; ``kid`` is its name in the key set."""

    signing_key_id: UUID
    kid: str
    signs_from: datetime
    verifies_until: datetime | None


@event("crm.customer.signing_key.published.v1")
class SigningKeyPublished(SigningKeyState):
    """A key verifies tokens from now on, and will sign."""


@event("crm.customer.signing_key.retired.v1")
class SigningKeyRetired(SigningKeyState):
    """It signs no more, or will not; it verifies until its tokens have expired."""
