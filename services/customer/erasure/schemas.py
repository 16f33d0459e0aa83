"""Erasure over HTTP."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from services.customer.erasure.service import Erase, Erased
from shared.http.fields import Output
from shared.privacy.router import SubjectIn
from shared.privacy.subjects import Subject


class ErasureIn(SubjectIn):
    """Who is forgotten, and why: the register keeps the reason."""

    def command(self, expected: int | None) -> Erase:
        """Return the command this body stands for."""
        return Erase(self.request(), expected)


class ErasureOut(Output):
    """What is left: a record at ``version``, under a pseudonym."""

    subject_type: Subject
    subject_id: UUID
    version: int
    pseudonym: str
    erased_at: datetime

    @classmethod
    def of(cls, erased: Erased) -> ErasureOut:
        """Present what is left."""
        return cls(
            subject_type=erased.request.subject,
            subject_id=erased.request.subject_id,
            version=erased.version,
            pseudonym=erased.pseudonym,
            erased_at=erased.at,
        )
