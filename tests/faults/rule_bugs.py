"""Bugs of the rules that the tests must catch: locks, approvals, guards of read models, rights.

As in `tests.faults.bugs`, each takes away one step that keeps a promise.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any
from uuid import UUID

import jwt
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from services.analytics import scope
from services.analytics.facts.projection import Projection, _all_of
from services.opportunity.quotes.line import QuoteLine
from services.opportunity.quotes.model import Quote
from services.order.accounts import repository as accounts
from services.order.contracts.repository import Contracts
from services.order.customers import projection as replica
from services.order.customers.table import customers
from services.order.deliveries.repository import Deliveries
from services.order.invoices.repository import Invoices
from services.order.orders.repository import Orders
from services.order.portal_users.buyer import Buyer
from services.order.prepayments.repository import Prepayments
from services.order.receipts.repository import Receipts
from shared.approvals.model import Approval
from shared.auth.discounts import DiscountPolicy
from shared.auth.revocations import Revocations
from shared.auth.roles import Role
from shared.auth.trust import Trust
from shared.db import migrations, paging
from shared.db.driver import Connection, Prepared
from shared.db.paging import PageRequest
from shared.db.repository import Repository
from shared.db.unit_of_work import UnitOfWork
from shared.domain.actor import Actor
from shared.http.idempotency import IdempotencyKey

#: So long somebody thinks about what was read without a lock: an age, to the one beside.
_THINKING_SECONDS = 0.5

# -- locks -------------------------------------------------------------------------------------


def _unlock(repository: type[Repository[Any]], *queries: str) -> None:
    """Have a repository read without locking, and whoever reads think about it."""

    def unlocked(self: Any, query: sa.Select[Any]) -> tuple[Prepared, Prepared]:
        return Prepared(query), Prepared(query)

    repository._and_locked = unlocked  # type: ignore[method-assign]
    for name in queries:
        locked: Any = getattr(repository, name)
        _property(repository, name, lambda self, query=locked.func: _unlocked(query(self)))
    select = repository.select

    async def select_unlocked(
        self: Any, conn: Connection, query: Any, *, lock: bool = False
    ) -> Sequence[Any]:
        return await select(self, conn, query)

    repository.select = select_unlocked  # type: ignore[method-assign,assignment]
    _think_after(repository, "get_for_update")


def _think_after(repository: type[Repository[Any]], name: str) -> None:
    """Have what a method found looked at for a while."""
    find = getattr(repository, name)

    async def find_and_think(self: Any, *asked: Any) -> Any:
        found = await find(self, *asked)
        await asyncio.sleep(_THINKING_SECONDS)
        return found

    setattr(repository, name, find_and_think)


def _unlocked(query: Prepared) -> Prepared:
    statement: Any = query.statement
    unlocked = statement._clone()
    unlocked._for_update_arg = None
    return Prepared(unlocked)


def _property(holder: type[Any], name: str, read: Callable[..., Any]) -> None:
    found = cached_property(read)
    found.__set_name__(holder, name)
    setattr(holder, name, found)


def allocation_unlocked() -> None:
    """What is left of receipts and invoices is checked without a lock."""
    _unlock(Receipts)
    _unlock(Invoices)


def prepayment_unlocked() -> None:
    """What is free of a prepayment is checked without a lock."""
    credit_unlocked()
    _unlock(Prepayments, "_of_customer")
    _think_after(Prepayments, "of_customer")


def credit_unlocked() -> None:
    """The credit limit is checked without a lock on the customer's account."""
    accounts._standing = _unlocked(accounts._standing)


def delivery_unlocked() -> None:
    """What an order leaves to deliver is checked without a lock."""
    _unlock(Orders)
    _think_after(Deliveries, "planned")


def contract_unlocked() -> None:
    """What a contract leaves to order is checked without a lock."""
    _unlock(Contracts)
    _think_after(Orders, "taken")


def version_not_compared() -> None:
    """Whatever version the caller saw, the change is made."""
    get_for_update = Repository.get_for_update

    async def get_any(
        self: Any, uow: UnitOfWork, aggregate_id: UUID, expected: int | None = None
    ) -> Any:
        return await get_for_update(self, uow, aggregate_id)

    Repository.get_for_update = get_any  # type: ignore[method-assign]


# -- approvals ---------------------------------------------------------------------------------


def approval_unbound() -> None:
    """An approval is of the quote, whatever became of its content."""

    def require_nothing(self: Quote, expected: str | None) -> None:
        return None

    Quote._require_content = require_nothing  # type: ignore[method-assign]


def authors_approve() -> None:
    """Who wrote a quote may approve it."""

    def require_nothing(*_: object) -> None:
        return None

    Quote._require_stranger = require_nothing  # type: ignore[method-assign,assignment]
    Approval._require_stranger = require_nothing  # type: ignore[method-assign,assignment]


def total_alone_judged() -> None:
    """The discount is judged on the document, and one line of it may give away anything."""

    def required_role(self: DiscountPolicy, lines: Sequence[QuoteLine]) -> Role:
        listed = sum(line.exact_list_value for line in lines)
        return self.roles[self._rank(listed, sum(line.exact_value for line in lines))]  # type: ignore[arg-type]

    DiscountPolicy.required_role = required_role  # type: ignore[method-assign,assignment]


# -- read models -------------------------------------------------------------------------------


def replica_unguarded() -> None:
    """An older event replaces what a newer one told of a customer."""
    statement = insert(customers)
    updated = {c.name: statement.excluded[c.name] for c in customers.c if not c.primary_key}
    replica._upsert_customer = statement.on_conflict_do_update(index_elements=["id"], set_=updated)


def facts_unguarded() -> None:
    """An older event replaces the facts of a newer one."""

    def upsert(self: Projection) -> Prepared:
        statement = insert(self.table).from_select(*_all_of(self.table))
        values = {c.name: statement.excluded[c.name] for c in self.table.c if not c.primary_key}
        unguarded = statement.on_conflict_do_update(index_elements=["id"], set_=values)
        return Prepared(unguarded.returning(self.table.c.id))

    _property(Projection, "_upsert", upsert)


# -- who may what ------------------------------------------------------------------------------


def everybody_sees_all() -> None:
    """Figures are of everybody's documents, whoever asks."""
    scope.seen.__code__ = (lambda scope, owner_id: []).__code__


def postings_changeable() -> None:
    """The service may change what it posted."""
    migrations.runtime_rights = lambda table: migrations._ALL


def page_token_unbound() -> None:
    """A page token is good for any list and any reader."""
    sign = paging._sign
    paging._sign = lambda request, payload: sign(_anybodys(request), payload)


def _anybodys(request: PageRequest) -> PageRequest:
    return replace(request, binding="")


def key_unbound() -> None:
    """An idempotency key is good for any body."""
    of = IdempotencyKey.of

    def of_any(actor: Actor, route: str, key: str, body: Any) -> IdempotencyKey:
        return of(actor, route, key, None)

    IdempotencyKey.of = of_any  # type: ignore[method-assign]


def any_audience() -> None:
    """A token that was made for another system is taken."""
    decode = jwt.decode

    def decode_any(token: str, key: Any, *, options: Any, **more: Any) -> Any:
        careless: Any = {**options, "verify_aud": False}
        return decode(token, key, options=careless, **more)

    jwt.decode = decode_any  # type: ignore[assignment]


def leavers_stay() -> None:
    """A token is good until it expires, whatever became of the person."""

    async def always(self: Revocations, subject: UUID, issued: float) -> bool:
        return True

    Revocations.still_valid = always  # type: ignore[method-assign]


def portal_finds_everything() -> None:
    """Who knows the id of another customer's document is shown it in the portal."""
    Buyer.must_own = lambda self, noun, document_id, customer_id: None  # type: ignore[method-assign]


def portal_lists_everything() -> None:
    """The portal's lists hold what is every customer's."""
    Buyer.own = lambda self, documents: sa.true()  # type: ignore[method-assign]


def portal_roles_as_claimed() -> None:
    """A token of somebody of a customer gives whatever roles it names."""
    Trust._portal_user = lambda self, person_id, claims: Actor(  # type: ignore[method-assign]
        person_id, "", self._roles(claims), customer_id=UUID(claims.get("customer_id"))
    )


BUGS: tuple[Callable[[], None], ...] = (
    allocation_unlocked,
    prepayment_unlocked,
    credit_unlocked,
    delivery_unlocked,
    contract_unlocked,
    version_not_compared,
    approval_unbound,
    authors_approve,
    total_alone_judged,
    replica_unguarded,
    facts_unguarded,
    everybody_sees_all,
    postings_changeable,
    page_token_unbound,
    key_unbound,
    any_audience,
    leavers_stay,
    portal_finds_everything,
    portal_lists_everything,
    portal_roles_as_claimed,
)
