"""A signing key: published before it signs, and kept until the tokens it signed have expired."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from shared.auth.tokens import ALGORITHM
from shared.domain.aggregate import Aggregate, Change
from shared.domain.ids import new_id
from shared.events.identity import SigningKeyPublished, SigningKeyRetired

#: How long a key is published before it signs: longer than anybody keeps a key set.
AHEAD = timedelta(minutes=10)
#: Tokens are taken a little longer than they say, since clocks differ.
_LEEWAY = timedelta(minutes=2)


@dataclass(kw_only=True)
class SigningKey(Aggregate):
    """A private key (Ed25519, 32 bytes) and the name it is published under."""

    kid: str
    private_key: bytes = field(repr=False)
    created_at: datetime
    signs_from: datetime
    verifies_until: datetime | None = None

    @classmethod
    def publish(cls, at: datetime, signs_from: datetime) -> tuple[SigningKey, Change]:
        """Make a key that verifies from now on."""
        private = Ed25519PrivateKey.generate()
        digest = hashlib.sha256(private.public_key().public_bytes_raw()).digest()
        key = cls(
            id=new_id(),
            kid=base64.urlsafe_b64encode(digest[:12]).decode(),
            private_key=private.private_bytes_raw(),
            created_at=at,
            signs_from=signs_from,
        )
        return key, Change(SigningKeyPublished)

    @property
    def private(self) -> Ed25519PrivateKey:
        """The key to sign with."""
        return Ed25519PrivateKey.from_private_bytes(self.private_key)

    def public_jwk(self) -> dict[str, Any]:
        """Return the public half as a JSON Web Key (RFC 8037)."""
        jwk: dict[str, Any] = json.loads(OKPAlgorithm.to_jwk(self.private.public_key()))
        return jwk | {"kid": self.kid, "use": "sig", "alg": ALGORITHM}

    def retire(self, successor: SigningKey, tokens_last: timedelta) -> Change:
        """Verify as long as there may be tokens it signed before its successor did."""
        self.verifies_until = successor.signs_from + tokens_last + _LEEWAY
        return Change(SigningKeyRetired)

    def revoke(self, at: datetime) -> Change:
        """Give it up at once: whatever it signed is void."""
        self.verifies_until = at
        return Change(SigningKeyRetired)
