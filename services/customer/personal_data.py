"""What the customer service holds about people, and what erasure makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import sqlalchemy as sa

from services.customer.contacts.table import contacts
from services.customer.credit.table import assessments, credit
from services.customer.customers.table import customers
from services.customer.deputies.table import deputies
from services.customer.handovers.table import handovers
from services.customer.levels.table import level_proposals
from services.customer.portal_users.table import portal_users
from services.customer.sessions.table import known_networks, sessions
from services.customer.staff.table import staff
from services.customer.tables import metadata
from shared.privacy import common
from shared.privacy.places import Erasing, Holdings, Place, blanked, by_any, by_id, record
from shared.privacy.router import personal_data_router
from shared.privacy.subjects import Subject

_approvals, _opinions = metadata.tables["approval"], metadata.tables["approval_opinion"]
_errors = metadata.tables["import_error"]
#: By which a line of a file that was refused may have named a customer.
_TELLING = ("name", "tax_id", "phone", "email", "address")
_BLANK, _REMOVE = Erasing.BLANK, Erasing.REMOVE


def _refused_lines(subject_id: UUID) -> sa.ColumnElement[bool]:
    said = [
        sa.func.strpos(_errors.c.message, customers.c[name]) > sa.literal_column("0")
        for name in _TELLING
    ]
    return sa.exists().where(customers.c.id == subject_id, sa.or_(*said))


def _said_of(subject_id: UUID) -> sa.ColumnElement[bool]:
    theirs = sa.select(_approvals.c.id).where(_approvals.c.customer_id == subject_id)
    return _opinions.c.approval_id.in_(theirs)


_CONTACT = (
    record(Subject.CONTACT, contacts),
    *common.papers(Subject.CONTACT, metadata),
    common.answers(Subject.CONTACT, metadata),
)
_CUSTOMER = (
    record(Subject.CUSTOMER, customers),
    blanked(Subject.CUSTOMER, credit, "id", "note"),
    blanked(Subject.CUSTOMER, assessments, "customer_id", "note"),
    blanked(Subject.CUSTOMER, level_proposals, "customer_id", "reason"),
    Place(Subject.CUSTOMER, _opinions, _said_of, ("comment",), _BLANK),
    Place(Subject.CUSTOMER, _errors, _refused_lines, ("message",), _BLANK),
    *common.papers(Subject.CUSTOMER, metadata),
    common.answers(Subject.CUSTOMER, metadata),
    common.parked(Subject.CUSTOMER, metadata),
)
_deputies = by_any(deputies, "principal_id", "deputy_id")
_handovers = by_any(handovers, "from_owner_id", "to_owner_id")


def _signing_in(subject: Subject) -> Iterator[Place]:
    yield blanked(subject, sessions, "subject_id", "device", "network")
    mine = by_id(known_networks, "subject_id")
    yield Place(subject, known_networks, mine, ("network",), _REMOVE)


_PORTAL_USER = (
    record(Subject.PORTAL_USER, portal_users),
    *_signing_in(Subject.PORTAL_USER),
    *common.acting(Subject.PORTAL_USER, metadata),
    common.answers(Subject.PORTAL_USER, metadata),
)
_STAFF = (
    record(Subject.STAFF, staff),
    *_signing_in(Subject.STAFF),
    Place(Subject.STAFF, deputies, _deputies, ("reason",), _BLANK),
    Place(Subject.STAFF, handovers, _handovers, ("reason",), _BLANK),
    *common.imports(metadata),
    *common.conduct(metadata, staff),
    common.answers(Subject.STAFF, metadata),
    common.parked(Subject.STAFF, metadata),
)

HOLDINGS = Holdings(
    "customer",
    (*_CONTACT, *_PORTAL_USER, *_CUSTOMER, *_STAFF, *common.requests(metadata)),
    common.APART
    | {
        "attempt.subject": "a hash, gone after a day",
        "client_secret.digest": "of a machine",
        "portal_user.password_hash": "a hash, gone with the right to sign in",
        "refresh_token.digest": "a hash, gone with its session",
        "signing_key.private_key": "of the house",
        "staff.password_hash": "a hash, gone when somebody leaves",
    },
)
router = personal_data_router(HOLDINGS)
