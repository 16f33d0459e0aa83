"""What the analytics service holds about people: replicas, which are pseudonymous by the events."""

from __future__ import annotations

from services.analytics.facts.parties import customers, staff
from services.analytics.tables import metadata
from shared.privacy import common
from shared.privacy.places import Holdings, record
from shared.privacy.router import personal_data_router
from shared.privacy.subjects import Subject

HOLDINGS = Holdings(
    "analytics",
    (
        record(Subject.CUSTOMER, customers),
        common.parked(Subject.CUSTOMER, metadata),
        record(Subject.STAFF, staff),
        *common.conduct(metadata, staff),
        common.parked(Subject.STAFF, metadata),
        *common.requests(metadata),
    ),
    common.APART,
)
router = personal_data_router(HOLDINGS)
