"""What changed in an aggregate: its row and its children, before and after, as JSON.

``{"status": ["placed", "approved"], "lines": [[{"id": …, "held": 0}], [{"id": …, "held": 5}]]}``:
of children only those that differ are there, and of one that was changed only what differs. Values
are compared with the row as it was read, so lists in aggregates are replaced, never added to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from pydantic_core import to_json

from shared.audit.marks import is_private, is_secret, masked

#: What every entry says of its own.
_SAID = {"id", "version"}

Changes = dict[str, list[Any]]


class Fields:
    """The columns of one table that the audit compares."""

    def __init__(self, table: sa.Table, names: Iterable[str]) -> None:
        self.names = [name for name in names if name not in _SAID and not is_secret(table.c[name])]
        self._private = frozenset(name for name in self.names if is_private(table.c[name]))

    def of_row(self, before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> Changes:
        """Compare two rows; without one before, return what is there now."""
        if before is None:
            return {
                name: [None, self._shown(name, after[name])]
                for name in self.names
                if after[name] is not None
            }
        return {
            name: [self._shown(name, before[name]), self._shown(name, after[name])]
            for name in self.names
            if before[name] != after[name]
        }

    def of_children(self, before: Sequence[Any], after: Sequence[Any]) -> list[Any] | None:
        """Compare children by their ids; None when none differs."""
        known = {child.id: child for child in before}
        left = {child.id for child in after}
        removed = [self._whole(child) for child in before if child.id not in left]
        pairs = list(self._changed(known, after))
        if not removed and not pairs:
            return None
        earlier = removed + [was for was, _ in pairs if was is not None]
        return [earlier or None, [now for _, now in pairs]]

    def _changed(
        self, known: Mapping[Any, Any], after: Sequence[Any]
    ) -> Iterator[tuple[dict[str, Any] | None, dict[str, Any]]]:
        for child in after:
            was = known.get(child.id)
            if was is None:
                yield None, self._whole(child)
            elif was != child:
                names = [name for name in self.names if getattr(was, name) != getattr(child, name)]
                yield self._some(was, names), self._some(child, names)

    def _whole(self, child: Any) -> dict[str, Any]:
        return self._some(child, [name for name in self.names if getattr(child, name) is not None])

    def _some(self, child: Any, names: Iterable[str]) -> dict[str, Any]:
        shown = {name: self._shown(name, getattr(child, name)) for name in names}
        return {"id": child.id, **shown}

    def _shown(self, name: str, value: Any) -> Any:
        return masked(value) if name in self._private else value


def as_json(changes: Mapping[str, Any]) -> str:
    """Return the JSON text that is stored."""
    return to_json(changes).decode()
