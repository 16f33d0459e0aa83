"""One written form of a content, so that the same content always has the same hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def hash_of(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a content in hexadecimal; amounts come in with their decimal places."""
    canonical = json.dumps(
        content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str
    )
    return hashlib.sha256(canonical.encode()).hexdigest()
