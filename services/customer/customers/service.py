"""Use cases of the customers slice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from services.customer.approval_engine import ENGINE
from services.customer.customers import approval
from services.customer.customers.errors import CustomerStateError, PossibleDuplicate, TaxIdTaken
from services.customer.customers.model import Customer, Profile, Status
from services.customer.customers.repository import Likeness
from services.customer.staff.repository import owner_of, stays
from shared.approvals.model import Verdict
from shared.approvals.service import Decision
from shared.db.driver import Connection
from shared.db.unit_of_work import UnitOfWork
from shared.domain.actor import Actor
from shared.domain.owner import Owner

customers = approval.customers
#: What seeing in full asks for how people are reached, and when they were born.
PRIVATE = "contact.private"
#: What setting a level asks for (S12); others propose one.
LEVEL = "customer.level"
#: All that is told of look-alikes that are hidden.
HELD = "one held by a colleague"


@dataclass(frozen=True, slots=True)
class CreateCustomer:
    """Enter a customer. Without ``owner_id`` it belongs to the one who enters it."""

    profile: Profile
    owner_id: UUID | None = None
    external_id: str | None = None
    accept_duplicates: bool = False


@dataclass(frozen=True, slots=True)
class ChangeCustomer:
    """Change fields of the record, if it is still at version ``expected``."""

    customer_id: UUID
    expected: int | None
    changes: dict[str, Any]
    accept_duplicates: bool = False


@dataclass(frozen=True, slots=True)
class ConfirmCustomer:
    """Make a customer formal, if it is still at version ``expected``."""

    customer_id: UUID
    expected: int | None


@dataclass(frozen=True, slots=True)
class RejectCustomer:
    """Refuse a registration."""

    customer_id: UUID
    expected: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class LoseCustomer:
    """Give a customer up."""

    customer_id: UUID
    expected: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class RegainCustomer:
    """Take a lost customer up again."""

    customer_id: UUID
    expected: int | None


@dataclass(frozen=True, slots=True)
class HandOverCustomer:
    """Give one customer to another owner."""

    customer_id: UUID
    expected: int | None
    owner_id: UUID


async def create_customer(uow: UnitOfWork, command: CreateCustomer) -> Customer:
    """Enter a customer, warning of look-alikes unless the caller accepts them (S02). Only managers
    say its level (S12)."""
    profile = command.profile
    if profile.level is not None:
        uow.actor.require(LEVEL)
    if not command.accept_duplicates:
        await _refuse_lookalikes(uow, Likeness(profile.name, profile.tax_id, profile.phone))
    owner = await _owner(uow, command.owner_id)
    (number,) = await customers.next_numbers(uow)
    customer, change = Customer.create(
        profile,
        number=number,
        owner=owner,
        at=uow.now,
        external_id=command.external_id,
    )
    await customers.add(uow, customer, change)
    return customer


async def change_customer(uow: UnitOfWork, command: ChangeCustomer) -> Customer:
    """Change the record, warning of look-alikes by what is new (S13). Only managers change its
    level (S12)."""
    customer = await customers.get_for_update(uow, command.customer_id, command.expected)
    if command.changes.get("level", customer.level) != customer.level:
        uow.actor.require(LEVEL)
    new = {
        name: command.changes[name]
        for name in command.changes.keys() & set(Likeness.__slots__)
        if command.changes[name] != getattr(customer, name)
    }
    if not command.accept_duplicates:
        await _refuse_lookalikes(uow, Likeness(**new), besides=customer.id)
    await customers.save(uow, customer, customer.change(**command.changes))
    return customer


async def confirm_customer(uow: UnitOfWork, command: ConfirmCustomer) -> Customer:
    """Make a customer formal, so that it may trade; of one that registered it is a word in its
    approval (S24)."""
    customer = await customers.get_for_update(uow, command.customer_id, command.expected)
    if customer.status == Status.REGISTERED:
        await _speak(uow, customer, Decision(Verdict.APPROVE))
    else:
        await customers.save(uow, customer, customer.confirm())
    return customer


async def reject_customer(uow: UnitOfWork, command: RejectCustomer) -> Customer:
    """Refuse a registration (S24)."""
    customer = await customers.get_for_update(uow, command.customer_id, command.expected)
    customer.must_be_registered()
    await _speak(uow, customer, Decision(Verdict.REJECT, command.reason))
    return customer


async def lose_customer(uow: UnitOfWork, command: LoseCustomer) -> Customer:
    """Give a customer up, with the reason (S66)."""
    customer = await customers.get_for_update(uow, command.customer_id, command.expected)
    await customers.save(uow, customer, customer.lose(command.reason))
    return customer


async def regain_customer(uow: UnitOfWork, command: RegainCustomer) -> Customer:
    """Take a lost customer up again (S66)."""
    customer = await customers.get_for_update(uow, command.customer_id, command.expected)
    await customers.save(uow, customer, customer.regain())
    return customer


async def hand_over_customer(uow: UnitOfWork, command: HandOverCustomer) -> Customer:
    """Give one customer to another owner (S04)."""
    owner = await owner_of(uow.conn, command.owner_id)
    customer = await customers.get_for_update(uow, command.customer_id, command.expected)
    if customer.owner_id == owner.id:
        raise CustomerStateError("The customer belongs to this person already.")
    await customers.hand_over(uow, [customer], owner)
    return customer


async def _speak(uow: UnitOfWork, customer: Customer, said: Decision) -> None:
    await ENGINE.speak(uow, approval.REGISTRATIONS, customer, customer.id, said)


async def _owner(uow: UnitOfWork, owner_id: UUID | None) -> Owner:
    actor = uow.actor
    if owner_id is not None and owner_id != actor.stands_for:
        return await owner_of(uow.conn, owner_id)
    await stays(uow.conn, actor.stands_for)
    return Owner(actor.stands_for, actor.department, actor.branch)


async def _refuse_lookalikes(uow: UnitOfWork, like: Likeness, besides: UUID | None = None) -> None:
    found = await customers.lookalikes(uow.conn, known_to(uow.actor, like), besides)
    if not found:
        return
    seen, hidden = told(uow.conn, found)
    names = ", ".join([f"{row['number']} {row['name']}" for row in seen] + [HELD] * hidden)
    shown = ("id", "number", "name", "status")
    candidates: dict[str, Any] = {
        "candidates": [{name: row[name] for name in shown} for row in seen],
        "held_by_colleague": hidden,
    }
    taken = [row for row in found if row["tax_id"] == like.tax_id is not None]
    if any(row["status"] != Status.REGISTERED for row in taken):
        raise TaxIdTaken(f"The tax id is that of {names}.", **candidates)
    raise PossibleDuplicate(
        f"There is {names}. Send accept_duplicates to enter it all the same.",
        **candidates,
    )


def known_to(actor: Actor, like: Likeness) -> Likeness:
    """Return by what somebody may find look-alikes: not by a phone of which they see a mask, or
    they could try numbers until one is found (S215)."""
    return like if actor.may(PRIVATE) else replace(like, phone=None)


def told(conn: Connection, found: Sequence[Any]) -> tuple[list[Any], bool]:
    """Return what may be told of look-alikes: those that are seen, and whether there are hidden
    ones, of which nothing else is said (S02, S215)."""
    seen = [row for row in found if conn.scope.sees(row["owner_id"])]
    return seen, len(seen) < len(found)
