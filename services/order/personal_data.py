"""What the order service holds about people, and what erasure makes of it. Contracts and books are
kept as they are, for as long as the law demands them."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from services.order.amendments.table import amendments
from services.order.contracts.table import contracts
from services.order.customers.table import customers
from services.order.drafts.table import drafts
from services.order.expenses.table import expenses
from services.order.orders.table import orders
from services.order.prepayments.table import movements, prepayments
from services.order.receipts.table import receipts
from services.order.staff.table import staff
from services.order.tables import metadata
from shared.privacy import common
from shared.privacy.places import Erasing, Holdings, Place, blanked, kept, record
from shared.privacy.router import personal_data_router
from shared.privacy.subjects import Subject

_CONTRACT = "a contract, kept as it was agreed"
_BOOKS = "a voucher of the books, kept as long as the law demands"


def _prepaid(customer_id: UUID) -> sa.ColumnElement[bool]:
    theirs = sa.select(prepayments.c.id).where(prepayments.c.customer_id == customer_id)
    return movements.c.prepayment_id.in_(theirs)


def _signed(staff_id: UUID) -> sa.ColumnElement[bool]:
    name = sa.select(staff.c.name).where(staff.c.id == staff_id).scalar_subquery()
    return contracts.c.signer == name


_CUSTOMER = (
    record(Subject.CUSTOMER, customers),
    kept(Subject.CUSTOMER, contracts, "customer_id", "customer_signer", "reason", why=_CONTRACT),
    kept(Subject.CUSTOMER, amendments, "customer_id", "reason", why=_CONTRACT),
    kept(Subject.CUSTOMER, expenses, "customer_id", "payee", "purpose", "reason", why=_BOOKS),
    kept(Subject.CUSTOMER, orders, "customer_id", "note", "reason", why=_CONTRACT),
    kept(Subject.CUSTOMER, receipts, "customer_id", "account", "note", why=_BOOKS),
    Place(Subject.CUSTOMER, movements, _prepaid, ("note",), Erasing.KEEP, _BOOKS),
    common.answers(Subject.CUSTOMER, metadata),
    common.parked(Subject.CUSTOMER, metadata),
)
_PORTAL_USER = (
    blanked(Subject.PORTAL_USER, drafts, "portal_user_id", "note"),
    kept(Subject.PORTAL_USER, orders, "portal_user_id", "note", why=_CONTRACT),
    *common.acting(Subject.PORTAL_USER, metadata),
    common.answers_of_their_own(Subject.PORTAL_USER, metadata),
)
_STAFF = (
    record(Subject.STAFF, staff),
    Place(Subject.STAFF, contracts, _signed, ("signer",), Erasing.KEEP, _CONTRACT),
    kept(Subject.STAFF, expenses, "owner_id", "payee", "purpose", "reason", why=_BOOKS),
    *common.imports(metadata),
    *common.conduct(metadata, staff),
    common.parked(Subject.STAFF, metadata),
)

HOLDINGS = Holdings(
    "order",
    (*_PORTAL_USER, *_CUSTOMER, *_STAFF, *common.requests(metadata)),
    common.APART
    | common.PAPERS
    | {"import_error.message": "what is wrong with a line of old sales"},
)
router = personal_data_router(HOLDINGS)
