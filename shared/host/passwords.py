"""The passwords of the embedded system, in a file beside the data, for our eyes only."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from shared.embedded.folders import give_to_owner_of

FILE = "passwords.json"


class Passwords:
    """Random passwords by name, each made on first use. ``made`` names those not yet saved.

    They are saved after the server has learned them, so that a kill in between leaves no
    password in the file that opens nothing.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._known: dict[str, str] = {}
        self.made: set[str] = set()
        if self._file.exists():
            self._known = json.loads(self._file.read_text())

    def get(self, name: str) -> str:
        """Return the password called ``name``, making it when there is none yet."""
        if name not in self._known:
            self._known[name] = secrets.token_urlsafe(24)
            self.made.add(name)
        return self._known[name]

    def save(self) -> None:
        """Write the file, whole or not at all, mode 0600."""
        if not self.made:
            return
        draft = self._file.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            json.dump(self._known, out, indent=2)
        give_to_owner_of(self._file.parent, draft)
        draft.rename(self._file)
        self.made.clear()
