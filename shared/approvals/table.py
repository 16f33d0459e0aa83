"""Tables of approvals, in each service that has them."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from shared.approvals.definition import Process, Step
from shared.audit.marks import PRIVATE
from shared.db.migrations import APPEND_ONLY
from shared.db.types import MOMENT, MONEY, JsonOf


class ApprovalTables(NamedTuple):
    """The tables a service with approvals has."""

    approvals: sa.Table
    opinions: sa.Table
    processes: sa.Table
    versions: sa.Table


def approval_tables(metadata: sa.MetaData) -> ApprovalTables:
    """Declare the tables in a service's metadata."""
    processes, versions = _processes(metadata), _versions(metadata)
    return ApprovalTables(_approvals(metadata), _opinions(metadata), processes, versions)


def _approvals(metadata: sa.MetaData) -> sa.Table:
    running = sa.text("status = 'running'")
    return sa.Table(
        "approval",
        metadata,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("document_type", sa.Text, nullable=False, comment="quote, contract, …"),
        sa.Column("document_id", sa.Uuid, nullable=False),
        sa.Column("label", sa.Text, nullable=False, comment="number of the document"),
        sa.Column("content_hash", sa.Text, nullable=False, comment="of what was submitted"),
        sa.Column("authors", ARRAY(sa.Uuid), nullable=False),
        sa.Column("owner_id", sa.Uuid, nullable=False),
        sa.Column("customer_id", sa.Uuid),
        sa.Column("amount", MONEY),
        sa.Column("currency", sa.Text),
        sa.Column("process_version", sa.Integer, nullable=False),
        sa.Column("steps", JsonOf(tuple[Step, ...]), nullable=False, comment="of that version"),
        sa.Column("at_limit", sa.Text, nullable=False),
        sa.Column("ladder", ARRAY(sa.Text), nullable=False),
        sa.Column("demanded", sa.Text, comment="the least role the document demands"),
        sa.Column(
            "superiors", ARRAY(sa.Uuid), nullable=False, comment="managers, the nearest first"
        ),
        sa.Column("started_by", sa.Uuid, nullable=False),
        sa.Column("started_for", sa.Uuid, comment="in whose name, when a deputy did"),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column(
            "asked", ARRAY(sa.Text), nullable=False, comment="role:…, permission:…, person:…"
        ),
        sa.Column("spoken", ARRAY(sa.Uuid), nullable=False),
        sa.Column("due_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.ForeignKeyConstraint(
            ["document_type", "process_version"],
            ["approval_process_version.document_type", "approval_process_version.version"],
        ),
        sa.Index(
            "approval_running",
            "document_type",
            "document_id",
            unique=True,
            postgresql_where=running,
        ),
        sa.Index("approval_document", "document_id", "id"),
        sa.Index("approval_customer", "customer_id", "id"),
        sa.Index("approval_asked", "asked", postgresql_using="gin", postgresql_where=running),
    )


def _opinions(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "approval_opinion",
        metadata,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("approval_id", sa.ForeignKey("approval.id"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("step_name", sa.Text, nullable=False),
        sa.Column("voice", sa.Text),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("comment", sa.Text, info=PRIVATE),
        sa.Column("given_by", sa.Uuid, nullable=False),
        sa.Column("given_for", sa.Uuid, comment="in whose name, when a deputy did"),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Index("approval_opinion_approval", "approval_id", "position", unique=True),
        sa.Index(
            "approval_opinion_one_voice",
            "approval_id",
            "given_by",
            unique=True,
            postgresql_where=sa.text("verdict <> 'comment'"),
        ),
    )


def _processes(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "approval_process",
        metadata,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False, comment="the newest"),
        sa.Column("document_type", sa.Text, nullable=False, unique=True),
        info={"aggregate": "process"},
    )


def _versions(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "approval_process_version",
        metadata,
        sa.Column("document_type", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("content", JsonOf(Process), nullable=False),
        sa.Column("adopted_by", sa.Uuid, nullable=False),
        sa.Column("adopted_at", MOMENT, nullable=False),
        info=APPEND_ONLY,
    )
