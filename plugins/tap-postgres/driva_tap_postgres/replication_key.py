"""Replication keys: what a bookmark is compared by.

PostgreSQL compares and adds, whatever the key is; here a bookmark is the text that it wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql


@dataclass(frozen=True)
class ReplicationKey:
    """A replication key that rows are counted up by: a number or a time.

    Attributes:
        column: the key.
        kind: its type; the one below, if that is a domain.
        lookback: how far below the bookmark rows are read again.
    """

    column: sa.Column[Any]
    kind: sa.types.TypeEngine[Any]
    lookback: sa.ColumnElement[Any]

    @classmethod
    def of(cls, column: sa.Column[Any], config: Mapping[str, Any]) -> ReplicationKey | None:
        """Return the key that a column is, or None if new rows of it may come anywhere."""
        kind = column.type
        if isinstance(kind, postgresql.DOMAIN):
            kind = kind.data_type
        if isinstance(kind, sa.Integer | sa.Numeric):
            return cls(column, kind, sa.literal(config["replication_lookback"]))
        if isinstance(kind, sa.Date | sa.DateTime):
            seconds = config["replication_lookback_seconds"]
            return cls(column, kind, sa.literal_column(f"interval '{seconds} seconds'"))
        return None

    @property
    def name(self) -> str:
        """The name of its column."""
        return self.column.name

    @property
    def is_whole(self) -> bool:
        """Whether it is a whole number, and no domain of them."""
        return isinstance(self.column.type, sa.Integer)

    @property
    def is_time(self) -> bool:
        """Whether it is a date or a timestamp."""
        return isinstance(self.kind, sa.Date | sa.DateTime)

    @property
    def is_passable(self) -> sa.ColumnElement[bool]:
        """The test for what a bookmark may be: not the future, as nothing new would be above it."""
        if self.is_time:
            return self.column <= sa.func.now()
        if isinstance(self.kind, sa.Numeric):
            return sa.cast(self.column, sa.Text).not_in(["NaN", "Infinity"])
        return sa.true()

    def value(self, bookmark: Any) -> sa.ColumnElement[Any]:
        """Return a bookmark, if there is one, as a value of the key's type."""
        text = None if bookmark is None else str(bookmark)
        return sa.cast(sa.literal(text, sa.Text()), self.kind)

    def lowest(self, bookmark: Any) -> sa.ColumnElement[Any]:
        """Return where a run begins to read: the lookback below the bookmark, whole days of it."""
        begin = self.value(bookmark) - self.lookback
        return sa.cast(begin, self.kind) if self.is_time else begin

    def in_state(self, text: str) -> int | str:
        """Return what stands for a bookmark in the state."""
        return int(text) if isinstance(self.kind, sa.Integer) else text
