"""Events about a person, with a pseudonym in the place of the name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from shared.auth.trust import login_digest
from shared.privacy.places import ERASED
from shared.privacy.subjects import Subject, pseudonym, unused_login


def rewritten(data: Mapping[str, Any], subject: Subject, subject_id: UUID) -> dict[str, Any]:
    """Return the data of an event about a person without what tells who it is."""
    instead: dict[str, Any] = {"name": pseudonym(subject_id), "reason": ERASED}
    if subject is Subject.STAFF:
        instead |= {"position": None, "login_digest": login_digest(unused_login(subject_id))}
    return {name: instead.get(name, value) for name, value in data.items()}
