"""What figures are summed over: what the one who asks sees one by one (S187, S215, S216)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from shared.domain.scope import Scope


def seen(scope: Scope, owner_id: sa.ColumnElement[Any]) -> list[sa.ColumnElement[bool]]:
    """Return what a fact must meet to be in scope, by whose it is: nothing where all is seen."""
    if scope.owners is None:
        return []
    return [owner_id == sa.any_(sa.literal(sorted(scope.owners), sa.ARRAY(sa.Uuid)))]
