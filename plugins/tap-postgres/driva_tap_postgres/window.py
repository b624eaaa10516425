"""The window: rows below its bookmark that a run of a table reads again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from driva_tap_postgres.replication_key import ReplicationKey
from driva_tap_postgres.source import SourceTable

# Rows of the window that the next run looks for again.
SAMPLE = 16


class Seen(NamedTuple):
    """What the rows of a window are at a moment.

    Attributes:
        fingerprint: of all of them and of the columns.
        sample: the smallest of their hashes, so that it is the same for as long as the rows are.
    """

    fingerprint: str
    sample: list[int]


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

    @property
    def sampled(self) -> str:
        """What a sample is of: the columns and how far it reaches back."""
        return _digest([self.schema, self.lookback])

    def look(self, bookmark: str) -> Seen:
        """Return what the rows below a bookmark are now."""
        ((count, total, found),) = self.source.ask(self.query(bookmark))
        hashes = [self.schema, str(count), str(total)]
        return Seen(_digest(hashes), [number % 10**6 for number in found])

    def query(self, bookmark: str) -> sa.Select[Any]:
        """Return the query for the rows' number, the sum of their hashes, and the sample."""
        row = sa.cast(sa.func.row(*self.source.table.columns), sa.Text)
        rows = (
            sa.select(sa.func.hashtextextended(row, 0).label("hash"))
            .where(
                *self.source.clauses,
                self.key.column.between(self.key.lowest(bookmark), self.key.value(bookmark)),
            )
            .cte()
        )
        total = sa.select(sa.func.sum(sa.cast(rows.c.hash, sa.Numeric))).scalar_subquery()
        count = sa.select(sa.func.count()).select_from(rows).scalar_subquery()
        sample = sa.select(rows.c.hash).order_by(rows.c.hash).limit(SAMPLE).scalar_subquery()
        return sa.select(count, total, sa.func.array(sample))


def have_mostly_changed(before: Sequence[int], now: Sequence[int]) -> bool:
    """Tell whether most of a sample's rows are not found any more."""
    return len({*before} & {*now}) < SAMPLE / 2


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()
