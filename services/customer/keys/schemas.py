"""Signing keys over HTTP: public halves and times only."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from services.customer.keys.model import SigningKey
from services.customer.keys.service import RotateKeys
from shared.http.fields import Flag, Input, Output


class KeySetOut(Output):
    """A JSON Web Key Set (RFC 7517) with public keys only."""

    keys: list[dict[str, str]]


class RotateIn(Input):
    """The next key signs in ten minutes, when everybody has it; ``at_once`` if that is too late.
    With ``revoke`` it signs at once, and whatever other keys signed is void within a minute."""

    at_once: Flag = False
    revoke: Flag = False

    def command(self, tokens_last: timedelta) -> RotateKeys:
        """Return the command this body stands for."""
        return RotateKeys(tokens_last, self.at_once, self.revoke)


class SigningKeyOut(Output):
    """A key: from when on it signs, and until when it verifies."""

    id: UUID
    version: int
    kid: str
    created_at: datetime
    signs_from: datetime
    verifies_until: datetime | None

    @classmethod
    def of(cls, key: SigningKey) -> SigningKeyOut:
        """Present a key."""
        return cls.model_validate(key)
