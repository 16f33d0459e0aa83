"""Registrations as something to be approved: a stranger asks to become a customer, a sales manager
confirms or rejects (S24). Whoever changes what was entered is an author from then on."""

from __future__ import annotations

from uuid import UUID

from services.customer.approval_engine import ENGINE
from services.customer.customers.model import Customer, Status
from services.customer.customers.repository import Customers
from shared.approvals import model as approvals
from shared.approvals.definition import Case, Mode, Process, Route, Step, Voice
from shared.approvals.repository import Approvals
from shared.approvals.service import Subject
from shared.auth.roles import Role
from shared.db.unit_of_work import UnitOfWork
from shared.domain.canonical import hash_of
from shared.events.customer import CustomerChanged, CustomerLevelChanged

customers = Customers()
_runs = Approvals()
_A_DAY = 24 * 3600
_ATTRIBUTES = ("department", "branch", "region", "industry")
#: No phone number, address or tax id: approvals tell their hash to other services, and who knows
#: the rest could find such a number by trying. Every change asks anew, whatever it is about.
_CONTENT = ("id", "number", "name", "website", "industry", "region", "source")
SHIPPED = Process(
    routes=(
        Route(
            (
                Step(
                    "confirmation",
                    Mode.SINGLE,
                    (Voice("confirmation", permissions=("customer.confirm",)),),
                    _A_DAY,
                ),
            )
        ),
    ),
    ladder=(Role.DEPUTY_GENERAL_MANAGER.value, Role.GENERAL_MANAGER.value),
)


async def ask_anew(uow: UnitOfWork, changed: CustomerChanged | CustomerLevelChanged) -> None:
    """Whatever is written on a registration is what is to be confirmed, and by somebody else."""
    if changed.status == Status.REGISTERED:
        customer = await customers.get_for_update(uow, changed.customer_id)
        await ENGINE.end_with_document(uow, REGISTRATIONS, customer.id)
        await ENGINE.start(uow, REGISTRATIONS, customer)


async def _lock(uow: UnitOfWork, customer_id: UUID) -> Customer:
    return await customers.get_for_update(uow, customer_id)


async def _case(uow: UnitOfWork, customer: Customer) -> Case:
    earlier = await _runs.of_document(uow.conn, REGISTRATIONS.kind, customer.id)
    facts = {name: getattr(customer, name) for name in _ATTRIBUTES}
    return Case(
        document_type="registration",
        document_id=customer.id,
        label=customer.number,
        content_hash=_content_hash(customer),
        authors=tuple(dict.fromkeys(author for run in earlier for author in run.authors)),
        owner_id=customer.owner_id,
        customer_id=customer.id,
        attributes={name: value for name, value in facts.items() if value is not None},
    )


def _content_hash(customer: Customer) -> str:
    return hash_of({name: getattr(customer, name) for name in _CONTENT})


async def _decided(uow: UnitOfWork, customer: Customer, run: approvals.Approval) -> None:
    """Make the customer formal, or refuse it with the reason."""
    if run.status == approvals.Status.APPROVED:
        await customers.save(uow, customer, customer.confirm())
    elif run.status == approvals.Status.REJECTED:
        reason = run.opinions[-1].comment or run.status
        await customers.save(uow, customer, customer.reject(reason))


def _permission(run: approvals.Approval) -> str:
    return "customer.confirm" if run.is_last_step else "approval.decide"


REGISTRATIONS = Subject(
    kind="registration",
    shipped=SHIPPED,
    permission=_permission,
    lock=_lock,
    case=_case,
    decided=_decided,
    attributes=frozenset(_ATTRIBUTES),
    has_amount=False,
    returnable=False,
)
