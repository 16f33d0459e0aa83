"""Every column that can hold something about people is classified."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.audit.marks import PRIVATE, SECRET
from shared.privacy.inventory import Sort, Unclassified, inventory, sort_of
from shared.service import NAMES, load


@pytest.mark.parametrize("name", NAMES)
def test_every_text_column_of_a_service_is_classified(name: str) -> None:
    """A new column is looked at, or this fails."""
    assert len(list(inventory(load(name).metadata))) > 50


@pytest.mark.parametrize("kind", [sa.Text, ARRAY(sa.Text), JSONB, sa.LargeBinary, sa.String(20)])
def test_a_column_nobody_classified_is_named(kind: sa.types.TypeEngine[object]) -> None:
    metadata = sa.MetaData()
    sa.Table("person", metadata, sa.Column("nickname", kind))
    with pytest.raises(Unclassified, match=r"person\.nickname"):
        list(inventory(metadata))


def test_a_mark_counts_before_a_name() -> None:
    """Also on a column without text, such as a birthday."""
    metadata = sa.MetaData()
    table = sa.Table(
        "person",
        metadata,
        sa.Column("id", sa.Uuid),
        sa.Column("status", sa.Text, info=PRIVATE),
        sa.Column("key", sa.Text, info=SECRET),
        sa.Column("birthday", sa.Date, info=PRIVATE),
        sa.Column("currency", sa.Text),
    )
    found = {each.column: (each.sort, each.masked) for each in inventory(metadata)}
    assert found == {
        "status": (Sort.PERSONAL, True),
        "key": (Sort.SECRET, True),
        "birthday": (Sort.PERSONAL, True),
        "currency": (Sort.NONE, False),
    }
    assert sort_of(table.c.currency) is Sort.NONE


def test_people_are_not_overlooked() -> None:
    """What is known to be about people is on the list."""
    personal = {
        f"{each.table}.{each.column}"
        for name in NAMES
        for each in inventory(load(name).metadata)
        if each.sort is Sort.PERSONAL
    }
    assert {
        *("contact.name", "contact.phone", "contact.email", "contact.wechat", "contact.birthday"),
        *("contact.position", "contact.note", "customer.phone", "customer.tax_id", "staff.name"),
        *("activity.details", "receipt.account", "contract.customer_signer"),
        *("audit_entry.actor_name", "idempotency_key.body", "import_chunk.data"),
    } <= personal
