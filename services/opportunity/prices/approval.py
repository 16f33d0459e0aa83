"""Price lists as something to be approved (S110): finance adjusts what is proposed or agrees to it,
then both heads approve it one after the other."""

from __future__ import annotations

from uuid import UUID

from services.opportunity.approval_engine import ENGINE
from services.opportunity.prices.content import content_hash
from services.opportunity.prices.model import PriceList
from services.opportunity.prices.repository import PriceLists
from shared.approvals.definition import Case, Mode, Process, Route, Step, Voice
from shared.approvals.model import Approval, Status
from shared.approvals.service import Subject
from shared.auth.roles import Role
from shared.db.unit_of_work import UnitOfWork

price_lists = PriceLists()
_A_DAY = 24 * 3600


def _single(name: str, voice: Voice) -> Step:
    return Step(name, Mode.SINGLE, (voice,), 2 * _A_DAY)


#: Each office has its own turn, so there is no ladder: what takes too long is reminded of.
SHIPPED = Process(
    routes=(
        Route(
            (
                _single("finance", Voice("finance", permissions=("price_list.adjust",))),
                *(
                    _single(role.value, Voice(role.value, roles=(role.value,)))
                    for role in (Role.DEPUTY_GENERAL_MANAGER, Role.GENERAL_MANAGER)
                ),
            )
        ),
    ),
)


async def _lock(uow: UnitOfWork, price_list_id: UUID) -> PriceList:
    return await price_lists.get_for_update(uow, price_list_id)


async def _case(_: UnitOfWork, listed: PriceList) -> Case:
    return Case(
        document_type="price_list",
        document_id=listed.id,
        label=listed.number,
        content_hash=content_hash(listed),
        authors=listed.authors,
        owner_id=listed.authors[0],
    )


def _permission(approval: Approval) -> str:
    return "price_list.approve" if approval.is_last_step else "approval.decide"


async def _decided(uow: UnitOfWork, listed: PriceList, approval: Approval) -> None:
    """Put the version in force from its day on, close it, or make it a draft again."""
    if approval.status == Status.APPROVED:
        by, on_behalf_of = uow.actor.signature
        await price_lists.save(uow, listed, listed.approve(by, uow.now, on_behalf_of))
    elif approval.status == Status.REJECTED:
        await price_lists.save(uow, listed, listed.reject())
    elif approval.status != Status.RUNNING:
        await price_lists.save(uow, listed, listed.give_back())


PRICE_LISTS = Subject(
    kind="price_list",
    shipped=SHIPPED,
    permission=_permission,
    lock=_lock,
    case=_case,
    decided=_decided,
    has_amount=False,
)


async def propose(uow: UnitOfWork, listed: PriceList) -> None:
    """Ask for the first step of the process in force; who proposes becomes an author."""
    await price_lists.save(uow, listed, listed.propose(uow.now, *uow.actor.hands))
    await ENGINE.start(uow, PRICE_LISTS, listed)
