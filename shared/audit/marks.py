"""What a column says about its place in the audit: ``sa.Column("phone", Text, info=PRIVATE)``."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

#: Data about people and what identifies them: a change is noted, its values are masked.
PRIVATE = {"audit": "private"}
#: What somebody is called by: masked as well, since nothing is erased from the audit, and yet shown
#: beside its entries, as it is now.
NAMED = {"audit": "named"}
#: What nobody may read anywhere, such as the hash of a password: not in the audit at all.
SECRET = {"audit": "secret"}

_HIDDEN = "***"
_TELLING = 8


def is_private(column: sa.Column[Any]) -> bool:
    """Say whether the values of a column are masked."""
    return column.info.get("audit") in ("private", "named")


def is_named(column: sa.Column[Any]) -> bool:
    """Say whether a column holds what somebody is called by."""
    return column.info.get("audit") == "named"


def is_secret(column: sa.Column[Any]) -> bool:
    """Say whether a column is left out."""
    return column.info.get("audit") == "secret"


def masked(value: object) -> str | None:
    """Return what is shown of a private value: of a long one its last two characters."""
    if value is None:
        return None
    text = str(value)
    return _HIDDEN + text[-2:] if len(text) >= _TELLING else _HIDDEN
