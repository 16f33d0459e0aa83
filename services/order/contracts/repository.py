"""Contracts in PostgreSQL: the register, by quote, and as lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.order.contracts import events
from services.order.contracts.model import Contract
from services.order.contracts.status import Validity
from services.order.contracts.table import contracts, lines
from services.order.products.line import ProductLine
from shared.db.driver import Connection, Prepared
from shared.db.paging import Page, PageRequest, Sort, fetch_page
from shared.db.repository import Children, Repository
from shared.db.unit_of_work import UnitOfWork
from shared.numbering.numbers import next_number
from shared.numbering.ranges import Range, Series

SORTS = {
    "created": Sort(contracts.c.id, UUID),
    "-created": Sort(contracts.c.id, UUID, descending=True),
    "number": Sort(contracts.c.number, str),
}
#: The register has no gap: contracts are never deleted, and a number is taken in the transaction
#: that drafts (S132).
REGISTER = Series("contract", "HT", 6, Range(1, 999_999))
_DETAILS = {"terms", "authors", "round", "content_hash", "approved_hash"}
_DETAILS |= {"approved_by", "approved_for"}
_DETAILS |= {"approved_at", "approved_role", "signer", "customer_signer", "reason"}
_DETAILS |= {"price_list_id", "policy_version", "own_authority"}
_SUMMARY = [column for column in contracts.c if column.name not in _DETAILS]
_of_quote = Prepared(
    sa.select(contracts.c.id).where(contracts.c.quote_id == sa.bindparam("quote_id"))
)

_validity = Prepared(
    sa.select(
        contracts.c.number,
        contracts.c.customer_id,
        contracts.c.status,
        contracts.c.starts_on,
        contracts.c.ends_on,
    ).where(contracts.c.id == sa.bindparam("id"))
)


@dataclass(frozen=True, slots=True)
class ContractFilter:
    """What a list of contracts is narrowed by; None means any."""

    status: str | None = None
    customer_id: UUID | None = None
    owner_id: UUID | None = None
    number: str | None = None
    signed_from: date | None = None
    signed_to: date | None = None
    required_role: str | None = None


class Contracts(Repository[Contract]):
    """The contracts of the company."""

    kind = Contract
    table = contracts
    noun = "contract"
    owner = contracts.c.owner_id
    children = (Children("lines", ProductLine, lines, "contract_id"),)
    payload = staticmethod(events.payload)

    async def next_number(self, uow: UnitOfWork, branch: str | None) -> str:
        """Take the next number of a branch in the register."""
        return await next_number(uow.conn, REGISTER, branch, uow.now)

    async def id_of_quote(self, uow: UnitOfWork, quote_id: UUID) -> UUID | None:
        """Return the contract that was drafted from a quote, if there is one."""
        found: UUID | None = await uow.conn.scalar(_of_quote, {"quote_id": quote_id})
        return found

    async def validity(self, conn: Connection, contract_id: UUID) -> Validity:
        """Return whose contract it is, and when orders may be placed under it."""
        return Validity(*(await conn.execute(_validity, {"id": contract_id})).one())

    async def page(self, conn: Connection, wanted: ContractFilter, request: PageRequest) -> Page:
        """Return one page of contract summaries."""
        seen = conn.seeing(contracts.c.owner_id)
        query = sa.select(*_SUMMARY).where(*_conditions(wanted), *seen)
        return await fetch_page(conn, query, request, sorts=SORTS, key=contracts.c.id)


def _conditions(wanted: ContractFilter) -> list[sa.ColumnElement[bool]]:
    equal: dict[str, Any] = {
        "status": wanted.status,
        "customer_id": wanted.customer_id,
        "owner_id": wanted.owner_id,
        "number": wanted.number,
        "required_role": wanted.required_role,
    }
    found = [contracts.c[name] == value for name, value in equal.items() if value is not None]
    if wanted.signed_from is not None:
        found.append(contracts.c.signed_on >= wanted.signed_from)
    if wanted.signed_to is not None:
        found.append(contracts.c.signed_on <= wanted.signed_to)
    return found
