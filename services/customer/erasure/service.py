"""Use cases of the erasure slice: the record becomes pseudonymous, what hangs on it goes, and the
event of it makes the other services let go too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from services.customer.contacts.service import contacts
from services.customer.customers.service import customers
from services.customer.documents import DESK
from services.customer.erasure.errors import ImportsGoOn
from services.customer.imports.service import CUSTOMERS
from services.customer.personal_data import HOLDINGS
from services.customer.portal_users.service import portal_users
from services.customer.staff.service import members
from shared.db.repository import Repository
from shared.db.unit_of_work import UnitOfWork
from shared.domain.aggregate import Change
from shared.imports.store import open_jobs
from shared.privacy.erasing import clear
from shared.privacy.requests import Kind, Request, note
from shared.privacy.subjects import Subject, pseudonym


class _Person(Protocol):
    """A record that can forget whom it is about."""

    id: UUID
    version: int

    def erase(self, at: datetime) -> Change: ...


_RECORDS: Mapping[Subject, Repository[Any]] = {
    Subject.CONTACT: contacts,
    Subject.PORTAL_USER: portal_users,
    Subject.CUSTOMER: customers,
    Subject.STAFF: members,
}


@dataclass(frozen=True, slots=True)
class Erase:
    """Erase a person, if the record is still at version ``expected``."""

    request: Request
    expected: int | None


@dataclass(frozen=True, slots=True)
class Erased:
    """What is left: a record at its next version, under a pseudonym."""

    request: Request
    version: int
    pseudonym: str
    at: datetime


async def erase(uow: UnitOfWork, command: Erase) -> Erased:
    """Forget a person (GDPR Art. 17, PIPL 第四十七条).

    The record is locked first: whoever else changes it has committed, or is refused.

    Raises:
        PersonErased: it was done before.
        ImportsGoOn: a file that is being read may name the person.
    """
    request = command.request
    subject, subject_id = request.subject, request.subject_id
    records = _RECORDS[subject]
    person: _Person = await records.get_for_update(uow, subject_id, command.expected)
    change = person.erase(uow.now)
    await _no_imports(uow)
    await clear(uow.conn, HOLDINGS, subject, subject_id)
    await DESK.erase(uow, subject, subject_id)
    await records.save(uow, person, change)
    await note(uow, Kind.ERASURE, request)
    return Erased(request, person.version, pseudonym(subject_id), uow.now)


async def _no_imports(uow: UnitOfWork) -> None:
    if await open_jobs(uow.conn, [CUSTOMERS.name]):
        raise ImportsGoOn("A file of customers is being read; try again when it is done.")
