"""Look-alikes of many rows at once: by normalised name, tax id or phone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from services.customer.customers.repository import Likeness
from services.customer.customers.search import name_key
from services.customer.customers.service import HELD
from shared.domain.scope import Scope


class Doubles:
    """What is there already, and what earlier rows of the batch add to it."""

    def __init__(self, known: Iterable[Any], scope: Scope) -> None:
        self._known: dict[tuple[str, str], str] = {}
        for row in known:
            called = f"{row['number']} {row['name']}" if scope.sees(row["owner_id"]) else HELD
            self._keep(row["name_key"], row["tax_id"], row["phone"], called)

    def of(self, like: Likeness) -> str | None:
        """Return what looks like this, or None."""
        keys = _keys(name_key(like.name or ""), like.tax_id, like.phone)
        return next((self._known[key] for key in keys if key in self._known), None)

    def add(self, like: Likeness, called: str) -> None:
        """Remember a row that is entered."""
        self._keep(name_key(like.name or ""), like.tax_id, like.phone, called)

    def _keep(self, name: str, tax_id: str | None, phone: str | None, called: str) -> None:
        for key in _keys(name, tax_id, phone):
            self._known.setdefault(key, called)


def _keys(name: str, tax_id: str | None, phone: str | None) -> list[tuple[str, str]]:
    found = [("tax_id", tax_id), ("name", name), ("phone", phone)]
    return [(kind, value) for kind, value in found if value]
