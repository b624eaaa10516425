"""Control totals: what the rows of a table add up to, in ranges of its ids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

import sqlalchemy as sa

from driva_tap_postgres.checks import refused
from driva_tap_postgres.piece import Extent
from driva_tap_postgres.replication_key import ReplicationKey
from driva_tap_postgres.source import Filter, SourceTable
from driva_tap_postgres.types import ColumnType

# Few enough ids to look for a row among them; more where a table would have too many ranges.
IDS_PER_RANGE = 10_000
RANGES = 2_000
# Decimals that sums have, and digits before them of a column whose sums fit into NUMBER(38, 6).
SCALE_OF_SUMS = 6
DIGITS_TO_SUM = 26


class Total(NamedTuple):
    """Number of rows, sum of their keys, sum of their decimal columns."""

    rows: int = 0
    keys: int = 0
    values: Decimal = Decimal(0)

    def plus(self, other: Total) -> Total:
        """Return the total of the rows of both."""
        return Total(self.rows + other.rows, self.keys + other.keys, self.values + other.values)


class RangeTotal(NamedTuple):
    """The total of a range, or of a part of it.

    Attributes:
        number: of the range.
        ids_per_range: how many ids it has.
        first: the lowest id that counts.
        last: the highest one.
        total: of the rows from the one to the other.
    """

    number: int
    ids_per_range: int
    first: int
    last: int
    total: Total


class ControlTotals:
    """The totals of what a run has read of a table, each as of the snapshot that it was read in.

    Args:
        source: the table.
        key: what its rows are counted up by, a whole number.
    """

    def __init__(self, source: SourceTable, key: ReplicationKey) -> None:
        self._source = source
        self._key = key.column
        # What has been added up, by the number of its range.
        self.ranges: dict[int, RangeTotal] = {}

    @cached_property
    def columns(self) -> list[str]:
        """The columns that are summed."""
        return [name for name, kind in self._source.types.items() if is_summed(kind)]

    @cached_property
    def ids_per_range(self) -> int:
        """How many ids a range has: a power of ten, so that there are not too many of them."""
        ends = sa.select(sa.func.min(self._key), sa.func.max(self._key))
        ((lowest, highest),) = self._source.ask(ends.where(*self._source.clauses))
        return ids_per_range(lowest or 0, highest or 0)

    @property
    def number(self) -> sa.ColumnElement[int]:
        """The number of the range that a row is in."""
        # Rounded down, where PostgreSQL rounds towards zero.
        size = self.ids_per_range
        return self._key // size - sa.cast(self._key % size < 0, sa.Integer)

    @property
    def sums(self) -> Sequence[sa.ColumnElement[Any]]:
        """What rows add up to: their number, their keys and their decimals."""
        columns = self._source.table.columns
        sums = (sa.func.coalesce(sa.func.sum(columns[name]), 0) for name in self.columns)
        values = sa.cast(sum(sums, sa.literal(0)), sa.Numeric(38, SCALE_OF_SUMS))
        keys = sa.cast(sa.func.sum(self._key), sa.Text)
        return sa.func.count().label("rows"), keys.label("keys"), values.label("summed")

    def add(self, source: SourceTable, rows: Sequence[Filter], extent: Extent) -> bool:
        """Add up what is read; tell whether all of it has a place in Snowflake.

        Args:
            source: the table, in the snapshot in which it is read.
            rows: the filters of what is read.
            extent: of it; the ids from `first` to `last`.
        """
        number, highest = self.number.label("number"), sa.func.max(self._key).label("highest")
        refuse = sa.func.bool_or(refused(source)) if refused(source) is not None else sa.null()
        asked = sa.select(number, highest, *self.sums, sa.cast(refuse, sa.Boolean).label("refuse"))
        found = source.ask_by_range(asked.where(*rows).order_by(number))
        if any(refuse for *_, refuse in found):
            return False
        size = self.ids_per_range
        for number, highest, count, keys, value, _ in found:
            begin, end = number * size, (number + 1) * size - 1
            first = begin if extent.first is None else max(begin, extent.first)
            # Whatever comes above the highest id is not of this snapshot.
            last = highest if number == found[-1][0] else end
            total = Total(count, int(keys), value)
            before = self.ranges.get(number)
            if before and before.last < first:
                first, total = before.first, before.total.plus(total)
            self.ranges[number] = RangeTotal(number, size, first, last, total)
        return True


def ids_per_range(lowest: int, highest: int) -> int:
    """Return how many ids a range has in a table with ids between these two."""
    size = IDS_PER_RANGE
    while (highest - lowest) // size >= RANGES:
        size *= 10
    return size


def intervals(numbers: Sequence[int], size: int) -> Iterator[tuple[int, int]]:
    """Yield the first and the last id of ranges that lie side by side."""
    begin = None
    for number, after in zip(numbers, [*numbers[1:], None], strict=False):
        begin = number if begin is None else begin
        if after != number + 1:
            yield begin * size, (number + 1) * size - 1
            begin = None


def is_summed(kind: ColumnType) -> bool:
    """Tell whether a column has decimals, and few enough digits for its sums to be exact."""
    if kind.schema.get("x-sql-datatype") != "numeric":
        return False
    precision, scale = kind.schema["x-sql-datatype-properties"].values()
    return bool(0 < scale <= SCALE_OF_SUMS and precision - scale <= DIGITS_TO_SUM)
