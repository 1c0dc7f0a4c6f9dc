"""Column types that mean the same on both databases."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""SQLite numbers rows by itself only where the type is INTEGER."""


class Instant(sa.TypeDecorator[datetime]):
    """A moment in UTC; SQLite has no time zones, so that they are put back when it is read."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn a moment into UTC."""
        del dialect
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give a moment in UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class GivenId(sa.TypeDecorator[str]):
    r"""An id that others gave, of any characters, sorted alike on both databases.

    What no database can hold (NUL, half of a surrogate pair) is written as an escape such as
    `\u0000`, and so is the backslash, so that no two ids become one.
    """

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[str]:
        """Have PostgreSQL sort by bytes, as SQLite does."""
        return dialect.type_descriptor(
            sa.Text(collation="C" if dialect.name == "postgresql" else None)
        )

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Escape what cannot be held."""
        del dialect
        return value and re.sub(r"[\\\0\ud800-\udfff]", lambda m: f"\\u{ord(m[0]):04x}", value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Give the id as it was given."""
        del dialect
        return value and re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), value)
