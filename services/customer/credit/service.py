"""Use cases of the credit slice."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.customer.credit.model import Credit, Terms
from services.customer.credit.repository import Credits
from services.customer.credit.table import credit
from services.customer.customers.service import customers
from shared.db.unit_of_work import UnitOfWork
from shared.domain.errors import StaleVersion

credits = Credits()


@dataclass(frozen=True, slots=True)
class AssessCredit:
    """Say how a customer settles, if the assessment that holds is at version ``expected``: 0 if
    there is none, None for any."""

    customer_id: UUID
    terms: Terms
    expected: int | None


async def assess_credit(uow: UnitOfWork, command: AssessCredit) -> Credit:
    """Say how a customer settles, and up to what limit (S164 to S167).

    Raises:
        StaleVersion: another assessment holds than the caller saw.
    """
    await customers.hold(uow, command.customer_id)
    if command.expected == 0:
        return await _first(uow, command)
    known = await credits.find(uow.conn, credit.c.id == command.customer_id, lock=True)
    version = known.version if known else 0
    if known is None or command.expected not in (None, version):
        raise StaleVersion(f"The assessment is at version {version}.", current=version)
    await credits.save(uow, known, known.assess(command.terms, by=uow.actor.id, at=uow.now))
    return known


async def _first(uow: UnitOfWork, command: AssessCredit) -> Credit:
    known = await credits.find(uow.conn, credit.c.id == command.customer_id)
    if known is not None:
        raise StaleVersion("The credit was assessed before.", current=known.version)
    found, change = Credit.first(command.customer_id, command.terms, by=uow.actor.id, at=uow.now)
    await credits.add(uow, found, change)
    return found
