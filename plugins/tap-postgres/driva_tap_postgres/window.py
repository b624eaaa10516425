"""The window: rows below its bookmark that a run of a table reads again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from driva_tap_postgres.replication_key import ReplicationKey
from driva_tap_postgres.source import SourceTable


@dataclass(frozen=True)
class Window:
    """The rows of a table from the lookback below a bookmark up to it.

    Attributes:
        source: the table.
        key: its replication key.
        schema: JSON Schema of the columns that are read.
        lookback: how many ids it reaches back.
    """

    source: SourceTable
    key: ReplicationKey
    schema: dict[str, Any]
    lookback: int

    def fingerprint(self, bookmark: str | None) -> str:
        """Return what the rows below a bookmark, and the columns, are now."""
        found = (0, None) if bookmark is None else self.source.ask(self.query(bookmark))[0]
        return digest([self.schema, *map(str, found)])

    def query(self, bookmark: str) -> sa.Select[Any]:
        """Return the query for the rows' number and the sum of their hashes."""
        hash_ = sa.cast(
            sa.func.hashtextextended(row_text(*self.source.table.columns), 0), sa.Numeric
        )
        return sa.select(sa.func.count(), sa.cast(sa.func.sum(hash_), sa.Text)).where(
            *self.source.clauses,
            self.key.column.between(self.key.lowest(bookmark), self.key.value(bookmark)),
        )


def row_text(*columns: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """Return columns as the text of a row, which no two different ones share."""
    return sa.cast(sa.func.row(*columns), sa.Text)


def digest(value: Any) -> str:
    """Return a digest of what JSON can say."""
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()
