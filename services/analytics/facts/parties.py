"""Facts about those who deal with each other: customers, contacts, credit, staff."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from services.analytics.facts.columns import (
    Row,
    amount_of,
    currency_of,
    day,
    fact_table,
    moment,
    money,
    owned,
    owned_row,
    text,
    uuid,
)
from services.analytics.facts.projection import Projection, RowByRow
from shared.audit.marks import PRIVATE
from shared.auth.revocations import sessions_from
from shared.domain.clock import business_date
from shared.events.customer import ContactChanged, CreditAssessed, CustomerState
from shared.events.staff import StaffState
from shared.inbox.arrival import Received

customers = fact_table(
    "customer",
    text("number"),
    text("name"),
    text("status"),
    text("level", optional=True),
    text("industry", optional=True),
    text("source", optional=True),
    text("external_id", optional=True),
    *owned(),
    day("created_on"),
    sa.Index("customer_number", "number"),
)
contacts = fact_table("contact", uuid("customer_id"), text("status"))
credits = fact_table(
    "credit",
    text("settlement"),
    money("limit", optional=True),
    text("currency", optional=True),
    day("valid_until", optional=True),
    uuid("assessed_by"),
)
staff = fact_table(
    "staff",
    text("name"),
    sa.Column("roles", ARRAY(sa.Text), nullable=False),
    uuid("unit_id", optional=True),
    text("unit_path", optional=True),
    text("department", optional=True),
    text("branch", optional=True),
    text("status"),
    sa.Column("login_digest", sa.Text, info=PRIVATE),
    moment("sessions_from", optional=True),
)


def _customer(received: Received[CustomerState]) -> Row:
    data = received.data
    return {
        "number": data.number,
        "name": data.name,
        "status": data.status,
        "level": data.level,
        "industry": data.industry,
        "source": data.source,
        "external_id": data.external_id,
        **owned_row(data),
        "created_on": business_date(data.created_at),
    }


def _contact(received: Received[ContactChanged]) -> Row:
    return {"customer_id": received.data.customer_id, "status": received.data.status}


def _credit(received: Received[CreditAssessed]) -> Row:
    data = received.data
    return {
        "settlement": data.settlement,
        "limit": amount_of(data.limit),
        "currency": currency_of(data.limit),
        "valid_until": data.valid_until,
        "assessed_by": data.assessed_by,
    }


def _staff(received: Received[StaffState]) -> Row:
    data = received.data
    return {
        "name": data.name,
        "roles": list(data.roles),
        "unit_id": data.unit_id,
        "unit_path": data.unit_path,
        "department": data.department,
        "branch": data.branch,
        "status": data.status,
        "login_digest": data.login_digest,
        "sessions_from": sessions_from(data, received.envelope.time),
    }


PROJECTIONS = (
    Projection(CustomerState, customers, _customer),
    Projection(ContactChanged, contacts, _contact),
    Projection(CreditAssessed, credits, _credit),
    RowByRow(StaffState, staff, _staff),
)
