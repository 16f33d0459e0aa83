"""Customers in PostgreSQL: by id, by owner, lists, search, look-alikes, and who owned them."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, ClassVar
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.customer.customers import events, search
from services.customer.customers.commonness import Commonness, Since
from services.customer.customers.errors import ExternalIdTaken, TaxIdTaken
from services.customer.customers.model import Customer, Status
from services.customer.customers.table import customer_number, customers, ownership_changes
from shared.db.driver import Connection, Prepared
from shared.db.paging import Page, PageRequest, Sort, fetch_page, last_key
from shared.db.repository import Repository
from shared.db.unit_of_work import UnitOfWork
from shared.domain.aggregate import Change
from shared.domain.errors import NotFound
from shared.domain.ids import new_id
from shared.domain.owner import Owner
from shared.privacy.subjects import PersonErased

_DUPLICATES_SHOWN = 5
SORTS = {
    "created": Sort(customers.c.id, UUID),
    "-created": Sort(customers.c.id, UUID, descending=True),
    "name": Sort(customers.c.name, str),
    "number": Sort(customers.c.number, str),
}
NEWEST_CHANGE = {"-time": Sort(ownership_changes.c.id, UUID, descending=True)}
_NEWEST = "-created"
_Find = Callable[..., Awaitable[Page]]
_Given = Mapping[str, Any]
#: Up to so many of the newest are read one by one, by id; of more the index of terms is asked.
_READ_ONE_BY_ONE = 4_000
#: So many matches of a rare term are gathered in no time; if there are more, it is not that rare.
_FOUND_AT_ONCE = 250
_DETAILS = {"tax_id", "phone", "email", "website", "address", "note"}
_DERIVED = {"name_key", "search_text", "search_terms"}
_SUMMARIES = sa.select(
    *(column for column in customers.c if column.name not in _DETAILS | _DERIVED)
)
_LOOKALIKE = ("id", "number", "name", "status", "tax_id", "owner_id")
_keep_change = Prepared(sa.insert(ownership_changes), *ownership_changes.c.keys())
_next_numbers = Prepared(
    sa.select(customer_number.next_value()).select_from(
        sa.func.generate_series(1, sa.bindparam("count", type_=sa.Integer))
    )
)
_COLLISIONS = {
    "customer_external_id_key": ExternalIdTaken("Another customer carries this external id."),
    "customer_tax_id_unique": TaxIdTaken("Another customer has this tax id."),
}


@dataclass(frozen=True, slots=True)
class CustomerFilter:
    """What a list of customers is narrowed by; None means any."""

    status: str | None = None
    owner_id: UUID | None = None
    department: str | None = None
    branch: str | None = None
    region: str | None = None
    industry: str | None = None
    source: str | None = None
    level: str | None = None
    tax_id: str | None = None
    phone: str | None = None
    external_id: str | None = None
    q: str | None = None

    @property
    def searches_alone(self) -> bool:
        """Say whether a term is all there is to narrow the list."""
        return self == CustomerFilter(q=self.q)


@dataclass(frozen=True, slots=True)
class Likeness:
    """What makes two records one customer: the normalised name, the tax id, or the phone."""

    name: str | None = None
    tax_id: str | None = None
    phone: str | None = None


class Customers(Repository[Customer]):
    """The customers of the company."""

    kind = Customer
    table = customers
    noun = "customer"
    owner = customers.c.owner_id
    payload = staticmethod(events.payload)
    derived: ClassVar = {
        "name_key": lambda customer: search.name_key(customer.name),
        "search_text": search.search_text,
        "search_terms": search.search_terms,
    }

    def __init__(self) -> None:
        self._commonness = Commonness()

    async def add_many(self, uow: UnitOfWork, new: Sequence[tuple[Customer, Change]]) -> None:
        """Insert customers.

        Raises:
            TaxIdTaken, ExternalIdTaken: another customer has it.
        """
        with _named_collisions():
            await super().add_many(uow, new)

    async def save_many(self, uow: UnitOfWork, changed: Sequence[tuple[Customer, Change]]) -> None:
        """Update customers, each once.

        Raises:
            TaxIdTaken: another customer has it.
            StaleVersion: one of the rows was changed since it was read.
        """
        with _named_collisions():
            await super().save_many(uow, changed)

    async def save(self, uow: UnitOfWork, aggregate: Customer, change: Change) -> None:
        """Update a customer.

        Raises:
            TaxIdTaken: another customer has it.
            StaleVersion: the row was changed since it was read.
        """
        with _named_collisions():
            await super().save(uow, aggregate, change)

    async def next_numbers(self, uow: UnitOfWork, count: int = 1) -> list[str]:
        """Take customer numbers off the sequence: unique, ascending, gaps allowed."""
        taken = await uow.conn.execute(_next_numbers, {"count": count})
        return [f"C{serial:08d}" for serial in taken.scalars()]

    async def lookalikes(
        self, conn: Connection, like: Likeness, besides: UUID | None = None
    ) -> Sequence[Any]:
        """Return customers with the same normalised name, tax id or phone, less rejected ones. Of
        the hidden among them nothing may be told but that they are there."""
        wanted = {
            "name_key": search.name_key(like.name) if like.name else None,
            "tax_id": like.tax_id,
            "phone": like.phone,
        }
        same = {name: value for name, value in wanted.items() if value}
        if not same:
            return []
        query = _alike(*same, besides=besides is not None)
        return (await conn.execute(query, {**same, "besides": besides})).all()

    async def all_lookalikes(self, conn: Connection, likes: Sequence[Likeness]) -> Sequence[Any]:
        """Return whatever looks like one of ``likes``, less rejected customers; the hidden too."""
        wanted = {
            customers.c.name_key: [search.name_key(like.name) for like in likes if like.name],
            customers.c.tax_id: [like.tax_id for like in likes if like.tax_id],
            customers.c.phone: [like.phone for like in likes if like.phone],
        }
        names = ("number", "name", "name_key", "tax_id", "phone", "owner_id")
        shown = [customers.c[name] for name in names]
        parts = [
            sa.select(*shown).where(
                column == sa.any_(sa.literal(values, ARRAY(sa.Text))),
                customers.c.status != Status.REJECTED,
            )
            for column, values in wanted.items()
            if values
        ]
        return (await conn.execute(sa.union_all(*parts))).all() if parts else []

    async def by_external_ids(
        self, uow: UnitOfWork, external_ids: Sequence[str]
    ) -> dict[str | None, Customer]:
        """Lock and return the customers that carry one of the ids, by it; the hidden too."""
        if not external_ids:
            return {}
        wanted = sa.any_(sa.literal(list(external_ids), ARRAY(sa.Text)))
        query = self.query().where(customers.c.external_id == wanted)
        found = await self.select(uow.conn, query, lock=True)
        return {customer.external_id: customer for customer in found}

    async def hold(self, uow: UnitOfWork, customer_id: UUID) -> None:
        """Lock a customer, so that what hangs on it changes in one session at a time.

        Raises:
            NotFound: there is none, or it is hidden.
            PersonErased: nothing is entered about who was erased.
        """
        seen = uow.conn.seeing(customers.c.owner_id)
        query = sa.select(customers.c.erased_at).where(customers.c.id == customer_id, *seen)
        row = (await uow.conn.execute(query.with_for_update(key_share=True))).one_or_none()
        if row is None:
            raise NotFound.of(self.noun, customer_id)
        if row.erased_at is not None:
            raise PersonErased.named(self.noun)

    async def of_owner(self, uow: UnitOfWork, owner_id: UUID, limit: int) -> list[Customer]:
        """Lock and return up to ``limit`` customers of one owner; none if they are hidden."""
        seen = uow.conn.seeing(customers.c.owner_id)
        query = self.query().where(customers.c.owner_id == owner_id, *seen).limit(limit)
        return await self.select(uow.conn, query, lock=True)

    async def count_of_owner(self, conn: Connection, owner_id: UUID) -> int:
        """Return how many customers somebody has; none if they are hidden."""
        seen = conn.seeing(customers.c.owner_id)
        query = sa.select(sa.func.count()).where(customers.c.owner_id == owner_id, *seen)
        return int(await conn.scalar(query))

    async def hand_over(
        self,
        uow: UnitOfWork,
        handed: Sequence[Customer],
        owner: Owner,
        handover_id: UUID | None = None,
    ) -> None:
        """Give locked customers to another owner, and keep who had them before (S04)."""
        before = [customer.owner_id for customer in handed]
        await self.save_many(uow, [(customer, customer.hand_over(owner)) for customer in handed])
        rows = [
            {
                "id": new_id(),
                "customer_id": customer.id,
                "version": customer.version,
                "previous_owner_id": previous,
                "owner_id": owner.id,
                "changed_at": uow.now,
                "changed_by": uow.actor.id,
                "handover_id": handover_id,
            }
            for customer, previous in zip(handed, before, strict=True)
        ]
        await uow.conn.execute(_keep_change, rows)

    async def page(self, conn: Connection, wanted: CustomerFilter, request: PageRequest) -> Page:
        """Return one page of customer summaries."""
        query = _SUMMARIES.where(*_equal(wanted), *conn.seeing(customers.c.owner_id))
        if wanted.q is not None:
            return await self._search(conn, query, wanted, request)
        return await fetch_page(conn, query, request, sorts=SORTS, key=customers.c.id)

    async def ownership(self, conn: Connection, customer_id: UUID, request: PageRequest) -> Page:
        """Return one page of a customer's changes of owner."""
        query = sa.select(ownership_changes).where(ownership_changes.c.customer_id == customer_id)
        key = ownership_changes.c.id
        return await fetch_page(conn, query, request, sorts=NEWEST_CHANGE, key=key)

    async def _search(
        self, conn: Connection, query: sa.Select[Any], wanted: CustomerFilter, request: PageRequest
    ) -> Page:
        """Look among the newest first, or of a further page among those that come next; then gather
        what matches, or read in the order asked for."""
        find = partial(fetch_page, conn, request=request, sorts=SORTS, key=customers.c.id)
        text = search.query_text(wanted.q or "")
        if not text:
            return await find(query.where(sa.false()))  # nobody is found by nothing
        pieces = search.query_pieces(text)
        hint = await self._commonness.hint(conn, pieces, request.size + 1)
        telling = {"whole": text, "pieces": hint.telling}
        if seen := conn.seeing(customers.c.owner_id):
            # By whichever says more: few owners have few customers, and seldom the newest.
            return await find(query.where(_gathered(*seen)), given=telling)
        newest_first = request.sort == _NEWEST and wanted.searches_alone
        before = last_key(request, SORTS) if newest_first else None
        since = partial(self._commonness.since, before=before)
        gather = hint.few
        if newest_first and since(hint.newest):
            gather = gather or before is None  # what these do not hold is far back
            if hint.rare and before is None:
                page = await _first_found(find, query, telling)
                if page is not None:
                    return page
            page = await _among_newest(find, query, telling, since, hint.newest, request.size + 1)
            if page is not None:
                return page
        if gather:
            return await find(query.where(_GATHERED), given=telling | {"pieces": sorted(pieces)})
        return await find(query.where(*_MATCHING), given=telling)


@cache
def _alike(*columns: str, besides: bool) -> Prepared:
    """Find customers by the values of any of these columns, less rejected ones and one of them."""
    same = (customers.c[name] == sa.bindparam(name) for name in columns)
    query = sa.select(*(customers.c[name] for name in _LOOKALIKE)).where(
        sa.or_(*same), customers.c.status != Status.REJECTED
    )
    if besides:
        query = query.where(customers.c.id != sa.bindparam("besides"))
    return Prepared(query.limit(_DUPLICATES_SHOWN))


def _written(name: str, kind: Any) -> sa.BindParameter[Any]:
    """Return a parameter that is written into the statement, because the plan depends on how common
    it is: a plan for any term takes the index of terms even where all rows match. It is an id,
    periods, or what somebody looks for, signs too, and is quoted as any literal."""
    return sa.bindparam(name, type_=kind, literal_execute=True)


_TERMS = sa.type_coerce(customers.c.search_terms, ARRAY(sa.Text))
#: What a customer found by a term fulfils, looked up by some of its pieces.
_MATCHING = (
    # First, because it is the cheaper one where rows are read one by one. Neither LIKE nor
    # > 0: the planner would take it for another condition, and a rare one.
    sa.func.strpos(customers.c.search_text, _written("whole", sa.Text)) != sa.literal_column("0"),
    _TERMS.contains(_written("pieces", ARRAY(sa.Text))),
)
#: From an id on, or in periods; never both. Where rows are read one by one, all terms of each would
#: be compared, which is dear.
_SINCE = customers.c.id >= _written("since", sa.Uuid)
_ENTERED = _TERMS.overlap(_written("periods", ARRAY(sa.Text)))


def _matches(*seen: sa.ColumnElement[bool], most: int | None = None) -> sa.CTE:
    """Have what matches gathered by the index of terms, or of owners, before anything is sorted."""
    matches = sa.select(customers.c.id).where(*_MATCHING, *seen).limit(most).cte("matches")
    return matches.prefix_with("MATERIALIZED", dialect="postgresql")


def _gathered(*seen: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return customers.c.id.in_(sa.select(_matches(*seen).c.id))


_GATHERED = _gathered()
_SOME = _matches(most=_FOUND_AT_ONCE)
_AMONG_SOME = customers.c.id.in_(sa.select(_SOME.c.id))
_FOUND = sa.select(sa.func.count()).select_from(_SOME).scalar_subquery().label("_found")


async def _first_found(find: _Find, query: sa.Select[Any], telling: _Given) -> Page | None:
    """Return the first page if so few match that they are gathered at once, before it is known."""
    page = await find(query.add_columns(_FOUND).where(_AMONG_SOME), given=telling)
    all_found = not page.rows or page.rows[0]["_found"] < _FOUND_AT_ONCE
    return page if all_found else None


async def _among_newest(
    find: _Find,
    query: sa.Select[Any],
    telling: _Given,
    since: Callable[[float], Since | None],
    newest: float,
    wanted: int,
) -> Page | None:
    """Return the page if the newest customers, or those before the page before, fill it. If they
    hold too few matches, look once more, twice as far back as these few say. By periods, what is
    newer than the page is looked up as well: a page far down costs more."""
    for _ in range(2):
        first = since(newest)
        if first is None:
            break
        if newest <= _READ_ONE_BY_ONE:
            within, given = _SINCE, {**telling, "since": first.id}
        else:
            within, given = _ENTERED, {**telling, "periods": first.periods()}
        page = await find(query.where(*_MATCHING, within), given=given)
        if page.next_token is not None:
            return page
        newest *= 2 * wanted / len(page.rows) if page.rows else math.inf
    return None


def _equal(wanted: CustomerFilter) -> list[sa.ColumnElement[bool]]:
    equal = {name: getattr(wanted, name) for name in CustomerFilter.__slots__ if name != "q"}
    return [customers.c[name] == value for name, value in equal.items() if value is not None]


def owner_of_customer(customer_id: sa.ColumnElement[UUID]) -> sa.ColumnElement[Any]:
    """Return whose the customer is: whose what hangs on it is too."""
    return sa.select(customers.c.owner_id).where(customers.c.id == customer_id).scalar_subquery()


@contextmanager
def _named_collisions() -> Iterator[None]:
    try:
        yield
    except asyncpg.UniqueViolationError as error:
        refusal = _COLLISIONS.get(error.constraint_name or "")
        if refusal is None:
            raise
        raise type(refusal)(refusal.detail) from error
