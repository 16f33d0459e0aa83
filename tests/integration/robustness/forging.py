"""Tokens that are none: unsigned, signed by others, for others, or of another kind."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.auth.roles import Role
from tests.support import services
from tests.support.services import token

_STRANGER = Ed25519PrivateKey.generate()
_REQUIRED = ("iss", "aud", "exp", "iat", "sub", "jti", "client_id")


def forged_tokens() -> Iterator[tuple[str, str]]:
    """Each with what is wrong with it."""
    yield from _unsigned()
    yield from _signed_by_others()
    yield from _with_wrong_claims()
    yield from _with_odd_claims()
    yield from _no_tokens()


def _unsigned() -> Iterator[tuple[str, str]]:
    for name in ("none", "None", "NONE", "nOnE", ""):
        yield f"algorithm {name!r}", _joined(_header(alg=name), claims(), b"")
    header, body, _ = token(*Role).split(".")
    yield "signature left out", f"{header}.{body}."
    yield "signature of zeros", f"{header}.{body}.{_encoded(bytes(64))}"


def _signed_by_others() -> Iterator[tuple[str, str]]:
    public = services._key.public_key()
    raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for name, secret in (("raw", raw), ("PEM", pem), ("empty", b"")):
        for algorithm in ("HS256", "EdDSA"):
            header = _header(alg=algorithm)
            signed = f"{_encoded(header)}.{_encoded(claims())}".encode()
            signature = hmac.digest(secret, signed, hashlib.sha256)
            yield f"{algorithm} with the public key ({name})", _joined(header, claims(), signature)
    mine = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(_STRANGER.public_key()))
    headers: dict[str, Any] = {
        "another key": {},
        "a key of its own": {"jwk": mine},
        "a key set of its own": {"jku": "http://127.0.0.1:1/keys.json"},
        "a certificate of its own": {"x5u": "http://127.0.0.1:1/key.pem"},
        "a path as key id": {"kid": "../../../../dev/null"},
        "SQL as key id": {"kid": "x' UNION SELECT 'key"},
        "a command as key id": {"kid": "test|id"},
        "an unknown key id": {"kid": "other"},
        "no key id": {"kid": None},
        "a list as key id": {"kid": ["test"]},
        "a great key id": {"kid": "x" * 60_000},
    }
    for name, header in headers.items():
        yield name, _signed(_STRANGER, claims(), **header)
    yield "key set besides a key id", _signed(_STRANGER, claims(), kid="test", jku="//evil.example")


def _with_wrong_claims() -> Iterator[tuple[str, str]]:
    now = int(time.time())
    wrong: dict[str, dict[str, Any]] = {
        "expired": {"exp": now - 31},
        "expired long ago": {"iat": now - 90_000, "exp": now - 86_400},
        "not valid before 2100": {"nbf": 4_102_444_800},
        "issued in 2100": {"iat": 4_102_444_800, "exp": 4_102_448_400},
        "of another issuer": {"iss": "https://evil.example"},
        "for another audience": {"aud": "other"},
        "for other audiences": {"aud": ["other", "kehu2"]},
        "for nobody": {"aud": []},
    }
    for name, changed in wrong.items():
        yield name, signed(claims(**changed))
    for claim in _REQUIRED:
        left = {name: value for name, value in claims().items() if name != claim}
        yield f"without {claim}", signed(left)
        yield f"{claim} is null", signed(claims(**{claim: None}))
    for kind in ("JWT", "id+jwt", "logout+jwt", "AT+JWT2", None):
        yield f"of the type {kind}", signed(claims(), typ=kind)
    identity = claims() | {"nonce": "n-0S6", "auth_time": now, "azp": "front-end"}
    yield "an ID token", signed(identity, typ="JWT")


def _with_odd_claims() -> Iterator[tuple[str, str]]:
    """Signed well, as by an identity provider that is ill."""
    odd = {
        "sub": ("no-uuid", 7, ["x"], "\u202e", "' OR 1=1"),
        "exp": ("soon", True, [1], -1),
        "iat": ("now", []),
        "roles": (None, 7),
    }
    for claim, values in odd.items():
        for value in values:
            yield f"{claim} is {value!r}", signed(claims(**{claim: value}))
    for literal in ("1e999", "NaN", "9" * 5_000):
        text = json.dumps(claims() | {"exp": "@"}).replace('"@"', literal)
        yield f"exp is {literal[:5]}", _signed_text(text)


def _no_tokens() -> Iterator[tuple[str, str]]:
    good = token(*Role)
    header, body, signature = good.split(".")
    deep = _encoded(b'{"alg":"EdDSA","typ":"at+jwt","x":' + b"[" * 20_000 + b"]" * 20_000 + b"}")
    yield "a header that is deep", f"{deep}.{body}.{signature}"
    for name, content in (("list", b"[]"), ("text", b'"a"'), ("no JSON", b"{"), ("NUL", b"\0")):
        yield f"a header that is a {name}", f"{_encoded(content)}.{body}.{signature}"
    yield "cut short", good[:-10]
    yield "cut in two", good[: len(good) // 2]
    yield "with a changed body", f"{header}.{_encoded(claims(name='other'))}.{signature}"
    yield "with a dot too many", f"{good}.x"
    yield "encrypted", f"{good}.{body}.{signature}"
    yield "no token", "token"
    yield "dots", ".."
    yield "not ASCII", "令牌.令牌.令牌"
    yield "bytes", "\x80\x81\xfe"
    yield "very long", "a." * 30_000
    yield "twice", f"{good} {good}"


def claims(**changed: Any) -> dict[str, Any]:
    """What a good token says."""
    issued = int(time.time())
    said = {"iss": services.ISSUER, "aud": "kehu", "iat": issued, "exp": issued + 3600}
    said |= {"sub": str(uuid4()), "jti": str(uuid4()), "client_id": "tests", "name": "x"}
    return said | {"roles": list(Role)} | changed


def signed(said: dict[str, Any], **header: Any) -> str:
    """A token with these claims, signed with the right key."""
    return _signed(services._key, said, **header)


def _header(**changed: Any) -> dict[str, Any]:
    return {"alg": "EdDSA", "kid": "test", "typ": "at+jwt"} | changed


def _signed(key: Ed25519PrivateKey, said: dict[str, Any], **header: Any) -> str:
    return _signed_text(json.dumps(said), key, **header)


def _signed_text(said: str, key: Ed25519PrivateKey = services._key, **header: Any) -> str:
    start = f"{_encoded(_header(**header))}.{_encoded(said.encode())}"
    return f"{start}.{_encoded(key.sign(start.encode()))}"


def _joined(header: dict[str, Any], said: dict[str, Any], signature: bytes) -> str:
    return f"{_encoded(header)}.{_encoded(said)}.{_encoded(signature)}"


def _encoded(part: dict[str, Any] | bytes) -> str:
    content = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
