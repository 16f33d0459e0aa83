"""A batch of rows to customers: new ones entered, known ones (by external id) changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from services.customer.customers.errors import ExternalIdTaken
from services.customer.customers.model import Customer, Status
from services.customer.customers.repository import Likeness
from services.customer.customers.service import HELD, customers, known_to
from services.customer.imports.columns import COLUMNS, CustomerImportOptions, CustomerRow
from services.customer.imports.doubles import Doubles
from services.customer.staff.repository import owners_by_login, stays
from shared.db.unit_of_work import UnitOfWork
from shared.domain.owner import Owner
from shared.imports.kinds import Batch, ImportKind, Outcome, Row, RowError, row_errors
from shared.privacy.subjects import PersonErased


@dataclass(frozen=True, slots=True)
class Checked:
    """A row whose cells are valid, and the owner it names."""

    line: int
    row: CustomerRow
    owner: Owner | None


async def import_customers(uow: UnitOfWork, batch: Batch) -> Outcome:
    """Enter new customers and change known ones (S02)."""
    outcome = Outcome()
    checked = await _check(uow, batch.rows, outcome)
    for wave in _waves(checked):
        known = await customers.by_external_ids(
            uow, [each.row.external_id for each in wave if each.row.external_id]
        )
        wave = _without_hidden(uow, wave, known, outcome)
        new = [each for each in wave if each.row.external_id not in known]
        if not batch.options.accept_duplicates:
            new = await _without_doubles(uow, new, outcome)
        outcome.created += await _enter(uow, new)
        old = [
            (known[each.row.external_id], each) for each in wave if each.row.external_id in known
        ]
        await _change(uow, old, outcome)
    return outcome


CUSTOMERS = ImportKind("customers", COLUMNS, import_customers, CustomerImportOptions)


async def _check(uow: UnitOfWork, rows: Sequence[Row], outcome: Outcome) -> list[Checked]:
    """Validate the cells and look the owners up."""
    valid: list[tuple[int, CustomerRow]] = []
    for row in rows:
        try:
            filled = {name: value for name, value in row.values.items() if value}
            valid.append((row.line, CustomerRow.model_validate(filled)))
        except ValidationError as error:
            outcome.errors += row_errors(row.line, error)
    logins = {each.owner for _, each in valid if each.owner}
    owners = await owners_by_login(uow.conn, logins) if logins else {}
    found: list[Checked] = []
    for line, each in valid:
        if each.owner and each.owner not in owners:
            message = f"Nobody who works here signs in as {each.owner}."
            outcome.errors.append(RowError(line, "unknown_staff", message, "owner"))
        else:
            found.append(Checked(line, each, owners[each.owner] if each.owner else None))
    return found


def _waves(checked: Sequence[Checked]) -> list[list[Checked]]:
    """Part the rows so that no wave has an external id twice: a later row changes an earlier."""
    waves: list[list[Checked]] = []
    seen: dict[str, int] = {}
    for each in checked:
        number = 0
        if each.row.external_id is not None:
            number = seen.get(each.row.external_id, -1) + 1
            seen[each.row.external_id] = number
        while len(waves) <= number:
            waves.append([])
        waves[number].append(each)
    return waves


def _without_hidden(
    uow: UnitOfWork,
    wave: Sequence[Checked],
    known: Mapping[str | None, Customer],
    outcome: Outcome,
) -> list[Checked]:
    """Leave out rows about customers that whoever asked for the import does not see (S215)."""
    kept: list[Checked] = []
    for each in wave:
        customer = known.get(each.row.external_id)
        if customer is None or uow.conn.scope.sees(customer.owner_id):
            kept.append(each)
        else:
            message = f"The customer with this external id is {HELD}."
            outcome.errors.append(RowError(each.line, ExternalIdTaken.code, message, "external_id"))
    return kept


async def _without_doubles(
    uow: UnitOfWork, new: Sequence[Checked], outcome: Outcome
) -> list[Checked]:
    """Leave out rows that look like customers that are there, or like earlier rows."""
    likes = [
        known_to(uow.actor, Likeness(each.row.name, each.row.tax_id, each.row.phone))
        for each in new
    ]
    doubles = Doubles(await customers.all_lookalikes(uow.conn, likes), uow.conn.scope)
    kept: list[Checked] = []
    for each, like in zip(new, likes, strict=True):
        found = doubles.of(like)
        if found is None:
            kept.append(each)
            doubles.add(like, f"line {each.line}")
        else:
            message = f"This looks like {found}."
            outcome.errors.append(RowError(each.line, "possible_duplicate", message))
    return kept


async def _enter(uow: UnitOfWork, new: Sequence[Checked]) -> int:
    if not new:
        return 0
    actor = uow.actor
    await stays(uow.conn, actor.stands_for)
    self_ = Owner(actor.stands_for, actor.department, actor.branch)
    numbers = await customers.next_numbers(uow, len(new))
    made = [
        Customer.create(
            each.row.profile(),
            number=number,
            owner=each.owner or self_,
            at=uow.now,
            status=each.row.status or Status.PROSPECT,
            external_id=each.row.external_id,
        )
        for each, number in zip(new, numbers, strict=True)
    ]
    await customers.add_many(uow, made)
    return len(made)


async def _change(
    uow: UnitOfWork, old: Sequence[tuple[Customer, Checked]], outcome: Outcome
) -> None:
    """Change known customers. Record, state and owner are steps of their own, with an event each,
    so each step is saved before the next is taken."""
    old = [each for each in old if not _refused(*each, outcome)]
    before = {customer.id: customer.version for customer, _ in old}
    await customers.save_many(
        uow,
        [
            (customer, customer.change(**news))
            for customer, each in old
            if (news := _news(customer, each.row.changes()))
        ],
    )
    await customers.save_many(
        uow,
        [
            (customer, customer.confirm())
            for customer, each in old
            if each.row.status is Status.FORMAL != customer.status
        ],
    )
    handed: dict[Owner, list[Customer]] = {}
    for customer, each in old:
        if each.owner is not None and each.owner.id != customer.owner_id:
            handed.setdefault(each.owner, []).append(customer)
    for owner, given in handed.items():
        await customers.hand_over(uow, given, owner)
    updated = sum(customer.version > before[customer.id] for customer, _ in old)
    outcome.updated += updated
    outcome.unchanged += len(old) - updated


def _refused(customer: Customer, each: Checked, outcome: Outcome) -> bool:
    """Refuse to change who was erased, and a state that a file does not lead to."""
    if customer.erased_at is not None:
        message = "The data about this customer were erased."
        outcome.errors.append(RowError(each.line, PersonErased.code, message, "external_id"))
        return True
    status = each.row.status
    possible = status in (None, customer.status) or (
        status is Status.FORMAL and customer.status in (Status.LEAD, Status.PROSPECT)
    )
    if not possible:
        message = f"The customer is {customer.status}; a file cannot make it {status}."
        outcome.errors.append(RowError(each.line, "customer_state", message, "status"))
    return not possible


def _news(customer: Customer, says: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in says.items() if getattr(customer, name) != value}
