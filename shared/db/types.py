"""Column types: raw JSON text, dataclasses as JSONB, money and quantity."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.dialects import postgresql

#: Names of constraints and indexes, so that migrations can name them too.
NAMING_CONVENTION = {
    "ix": "%(table_name)s_%(column_0_N_name)s",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}
#: Amounts of money, two places; up to 9,999,999,999,999,999.99.
MONEY = sa.Numeric(18, 2)
#: Quantities, four places.
QUANTITY = sa.Numeric(18, 4)
#: Shares of one: 0.05 is 5 %.
SHARE = sa.Numeric(9, 6)
#: Moments in UTC.
MOMENT = sa.DateTime(timezone=True)


class JsonText(sa.types.UserDefinedType[str]):
    """A ``json`` column read and written as the very text that was stored."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the type's name in DDL."""
        return "JSON"

    def column_expression(self, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """Select it as text; SQLAlchemy has the driver parse every ``json`` it sees."""
        return sa.cast(column, sa.Text)


class JsonOf(sa.types.TypeDecorator[Any]):
    """A JSONB column that holds a dataclass, or a tuple or mapping of them, checked on the way."""

    impl = postgresql.JSONB
    cache_ok = True

    def __init__(self, kind: Any) -> None:
        super().__init__()
        self.kind = kind
        self._adapter: TypeAdapter[Any] = TypeAdapter(kind)

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        """Turn the value into JSON primitives."""
        return None if value is None else self._adapter.dump_python(value, mode="json")

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:
        """Build the value from JSON primitives."""
        return None if value is None else self._adapter.validate_python(value)

    def read(self, text: str) -> Any:
        """Build the value from JSON text."""
        return self._adapter.validate_json(text)


class TextLines(sa.types.TypeDecorator[str]):
    """An array of texts, written as one text with an element to a line: the server parts it in a
    fraction of the time the driver takes for an array of a hundred elements."""

    impl = postgresql.ARRAY(sa.Text)
    cache_ok = True

    def bind_expression(self, bindvalue: Any) -> Any:
        """Have the server part the text."""
        return sa.func.string_to_array(sa.type_coerce(bindvalue, sa.Text), "\n")
