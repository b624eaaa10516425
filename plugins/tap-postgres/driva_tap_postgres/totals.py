"""Control totals: what the rows of a table add up to, in ranges of its ids."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

import sqlalchemy as sa

from driva_tap_postgres.checks import check_values
from driva_tap_postgres.increment import Increment
from driva_tap_postgres.types import ColumnType

# Few enough ids to look for a row among them, and enough that a large table has few ranges.
IDS_PER_RANGE = 100_000
# Decimals that sums have, and digits before them of a column whose sums fit into NUMBER(38, 6).
SCALE_OF_SUMS = 6
DIGITS_TO_SUM = 26


class Total(NamedTuple):
    """Number of rows, sum of their keys, sum of their decimal columns."""

    rows: int = 0
    keys: int = 0
    values: Decimal = Decimal(0)


class RangeTotal(NamedTuple):
    """The total of a range.

    Attributes:
        number: of the range.
        first: the lowest id that it may have.
        last: the highest one, and no more than the bookmark.
        total: of its rows.
        is_stable: whether they are those that were read.
    """

    number: int
    first: int
    last: int
    total: Total
    is_stable: bool


class ControlTotals:
    """The totals of a table, taken before it is read and again when all tables have been.

    Args:
        increment: what a run reads of it, by a key that is a whole number.
    """

    def __init__(self, increment: Increment) -> None:
        self._source = increment.source
        self._increment = increment
        # The first range that this run reads, if it does not read all, and the totals before.
        self._before: tuple[int | None, dict[int, Total]] = (None, {})

    @cached_property
    def columns(self) -> list[str]:
        """The columns that are summed."""
        return [name for name, kind in self._source.types.items() if is_summed(kind)]

    def begin(self) -> None:
        """Add up what is about to be read."""
        known = int(self._increment.bookmark or 0)
        safe = int(self._increment.high_water_mark or 0)
        first = range_of(known - self._lookback) if known else None
        self._before = first, self.add_up(max(safe, known), first)

    def ranges(self, bookmark: int) -> Iterator[RangeTotal]:
        """Yield the totals of a table's ranges; of its last one even if no row is left in it.

        Args:
            bookmark: the id up to which all rows have been read.
        """
        now = self.add_up(bookmark)
        moved = self._moved(now)
        final = range_of(bookmark)
        for number in sorted({*now, *moved, final}):
            if number > final:
                break
            first = number * IDS_PER_RANGE
            last = min(first + IDS_PER_RANGE - 1, bookmark)
            total = now.get(number, Total())
            yield RangeTotal(number, first, last, total, number not in moved)

    def add_up(self, last: int, first: int | None = None) -> dict[int, Total]:
        """Return the totals of the rows up to an id, by the number of their range.

        Args:
            last: the highest id that counts.
            first: the number of the first range that counts.
        """
        rows = [*self._source.clauses, self._key <= last]
        if first is not None:
            rows.append(self._key >= first * IDS_PER_RANGE)
        found = self._source.ask(self.query.where(*rows))
        if any(value.is_nan() for *_, value in found):
            # It is refused in a row that is read, and so in one that was read before it had it.
            check_values(self._source, sa.select(*self._source.values).where(*rows))
            return self.add_up(last, first)
        return {number: Total(count, int(keys), value) for number, count, keys, value in found}

    @property
    def query(self) -> sa.Select[Any]:
        """The query for the totals of all rows."""
        # Rounded down, where PostgreSQL rounds towards zero.
        number = self._key // IDS_PER_RANGE - sa.cast(self._key % IDS_PER_RANGE < 0, sa.Integer)
        columns = self._source.table.columns
        sums = (sa.func.coalesce(sa.func.sum(columns[name]), 0) for name in self.columns)
        values = sum(sums, sa.cast(0, sa.Numeric))
        query = sa.select(number, sa.func.count(), sa.func.sum(self._key), values)
        return query.group_by(sa.literal_column("1"))

    def _moved(self, now: dict[int, Total]) -> set[int]:
        """Return the ranges whose totals, as they are now, may not be those of the rows read."""
        increment, bookmark = self._increment, self._increment.bookmark
        if increment.is_unchanged and bookmark is not None:
            if increment.before.fingerprint == increment.window.look(bookmark).fingerprint:
                return set()
            return set(range(range_of(int(bookmark) - self._lookback), range_of(int(bookmark)) + 1))
        first, before = self._before
        return differing(before, now, first)

    @property
    def _key(self) -> sa.Column[Any]:
        return self._increment.key.column

    @property
    def _lookback(self) -> int:
        return self._increment.window.lookback


def range_of(id_: int) -> int:
    """Return the number of the range that an id is in."""
    return id_ // IDS_PER_RANGE


def differing(before: dict[int, Total], now: dict[int, Total], first: int | None) -> set[int]:
    """Return the ranges, from the first one that counts, whose totals are not what they were."""
    changed = before.items() ^ now.items()
    return {number for number, _ in changed if first is None or number >= first}


def is_summed(kind: ColumnType) -> bool:
    """Tell whether a column has decimals, and few enough digits for its sums to be exact."""
    if kind.schema.get("x-sql-datatype") != "numeric":
        return False
    precision, scale = kind.schema["x-sql-datatype-properties"].values()
    return bool(0 < scale <= SCALE_OF_SUMS and precision - scale <= DIGITS_TO_SUM)
