"""The service's MetaData. What events feed lies in the schema ``facts``, so that a replay can build
it anew in a shadow schema and swap the two."""

from __future__ import annotations

import sqlalchemy as sa

from shared.db.types import NAMING_CONVENTION

metadata = sa.MetaData(naming_convention=NAMING_CONVENTION)

FACTS = "facts"
