"""The service's MetaData: every slice declares its tables in it."""

from __future__ import annotations

import sqlalchemy as sa

from shared.db.types import NAMING_CONVENTION

metadata = sa.MetaData(naming_convention=NAMING_CONVENTION)
