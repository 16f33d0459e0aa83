"""What the opportunity service holds about people, and what erasure makes of it."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from services.opportunity.activities.table import activities
from services.opportunity.customers.table import customers
from services.opportunity.opportunities.table import opportunities, plan_items
from services.opportunity.plans.table import plans, work_items
from services.opportunity.quotes.table import quotes
from services.opportunity.staff.table import staff
from services.opportunity.tables import metadata
from shared.privacy import common
from shared.privacy.places import Erasing, Holdings, Place, blanked, kept, record
from shared.privacy.router import personal_data_router
from shared.privacy.subjects import Subject

_BUSINESS = "what became of a piece of business, kept with it"
_WORK = "what was planned, and what came of it, kept with the work"
_PLANNED = ("action", "reason", "goal", "scheme", "support", "result")


def _plans(customer_id: UUID) -> sa.ColumnElement[bool]:
    theirs = sa.select(opportunities.c.id).where(opportunities.c.customer_id == customer_id)
    return plan_items.c.opportunity_id.in_(theirs)


def _work(staff_id: UUID) -> sa.ColumnElement[bool]:
    return work_items.c.plan_id.in_(sa.select(plans.c.id).where(plans.c.owner_id == staff_id))


_CONTACT = (
    blanked(Subject.CONTACT, activities, "contact_id", "details"),
    common.answers(Subject.CONTACT, metadata),
)
_CUSTOMER = (
    record(Subject.CUSTOMER, customers),
    blanked(Subject.CUSTOMER, activities, "customer_id", "details"),
    kept(Subject.CUSTOMER, opportunities, "customer_id", "close_reason", why=_BUSINESS),
    kept(Subject.CUSTOMER, quotes, "customer_id", "reason", why=_BUSINESS),
    Place(Subject.CUSTOMER, plan_items, _plans, ("action", "result"), Erasing.KEEP, _BUSINESS),
    kept(Subject.CUSTOMER, work_items, "customer_id", *_PLANNED, why=_WORK),
    common.answers(Subject.CUSTOMER, metadata),
    common.parked(Subject.CUSTOMER, metadata),
)
_STAFF = (
    record(Subject.STAFF, staff),
    kept(Subject.STAFF, plans, "owner_id", "report", why=_WORK),
    Place(Subject.STAFF, work_items, _work, _PLANNED, Erasing.KEEP, _WORK),
    *common.conduct(metadata, staff),
    common.parked(Subject.STAFF, metadata),
)

HOLDINGS = Holdings(
    "opportunity",
    (*_CONTACT, *_CUSTOMER, *_STAFF, *common.requests(metadata)),
    common.APART | common.PAPERS,
)
router = personal_data_router(HOLDINGS)
