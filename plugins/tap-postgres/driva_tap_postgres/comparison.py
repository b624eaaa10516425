"""A table compared with what the last comparison has left: the complete way, by SELECT alone.

A run sees a snapshot. What is committed later was written by a transaction at or above the oldest
one that was open then, whatever its id or time: the horizon. So each row says by its xmin whether
it has been written since, and numbers of rows and sums of hashes of their keys say in which ranges
of ids some are gone. Of what has no xmin, such as a view, whole rows are hashed.
https://www.postgresql.org/docs/18/ddl-system-columns.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from driva_tap_postgres.origin import Origin
from driva_tap_postgres.piece import Extent, Piece
from driva_tap_postgres.replication_key import ReplicationKey
from driva_tap_postgres.source import Filter, SourceTable
from driva_tap_postgres.totals import ControlTotals, RangeTotal, Total, intervals
from driva_tap_postgres.window import digest, row_text

if TYPE_CHECKING:
    from logging import Logger

# Transaction ids are compared by their lower half.
_HALF = 2**31
# So many rows at most are looked for by their ids.
_FEW = 50_000
# So few intervals are looked for in an index; a list of ranges is looked up by a hash.
_INTERVALS = 50


@dataclass(frozen=True)
class Compared:
    """What a comparison leaves in the state of a table.

    Attributes:
        origin: the database.
        horizon: the lowest transaction that was open.
        of: a digest of what was compared: columns and filters.
        ids_per_range: how many ids a range has.
        ranges: by their number, how many rows they had and the sum of the hashes.
        highest: the highest id.
    """

    origin: str | None = None
    horizon: int | None = None
    of: str | None = None
    ids_per_range: int | None = None
    ranges: Mapping[str, Sequence[int]] = field(default_factory=dict)
    highest: int | None = None

    @classmethod
    def left(cls, state: Mapping[str, Any]) -> Compared:
        """Return what is left in a stream's state."""
        return cls(**{name: state[name] for name in cls.__dataclass_fields__.keys() & state.keys()})


class Found(NamedTuple):
    """What a range is now.

    Attributes:
        number: of the range; None if it is all of the table.
        rows: how many it has.
        hashes: their sum.
        written: how many have been written since the horizon.
        total: what they add up to.
    """

    number: int | None
    rows: int = 0
    hashes: int = 0
    written: int = 0
    total: Total = Total()


@dataclass(frozen=True)
class Comparison:
    """A comparison of a table.

    Attributes:
        source: the table, in the snapshot that all of it is read in.
        key: what its rows are counted up by, if that is a whole number: else it is one range.
        before: what the last comparison has left.
        origin: the database that is read, if its user may know it.
        schema: JSON Schema of the columns that are read.
        lookback: how far below the highest id others may have read since.
        log: where is said why all of it is read.
    """

    stream: str
    source: SourceTable
    key: ReplicationKey | None
    before: Compared
    origin: Origin | None
    schema: dict[str, Any]
    lookback: int
    log: Logger

    @cached_property
    def totals(self) -> ControlTotals | None:
        """What adds it up."""
        return ControlTotals(self.source, self.key) if self.key else None

    @cached_property
    def is_unchanged(self) -> bool:
        """Whether no row has been written, and none is gone, since the last comparison."""
        if not self._fits or self._written_ids is None or self._written_ids:
            return False
        known = [sum(of_all) for of_all in zip(*self.before.ranges.values(), strict=True)]
        ((rows, hashes),) = self.source.ask(sa.select(*self._counted).where(*self.source.clauses))
        return [rows, int(hashes or 0)] == (known or [0, 0])

    @cached_property
    def _written_ids(self) -> list[int] | None:
        """The ids of the rows written since the horizon; None if they are many, or are no ids."""
        if not (self._fits and self.source.has_xmin):
            return []
        id_ = sa.cast(self.key.column if self.key else sa.null(), sa.BigInteger).label("id")
        written = sa.select(id_).select_from(self.source.table).where(self._is_written)
        asked = written.where(*self.source.clauses).limit(_FEW + 1 if self.key else 1)
        ids = [id_ for (id_,) in self.source.ask(asked)]
        return None if len(ids) > (_FEW if self.key else 0) else ids

    @property
    def state(self) -> dict[str, Any]:
        """What the state becomes when all pieces have been read."""
        unchanged = self.before.ranges if self.is_unchanged else None
        ranges = unchanged or {str(f.number): [f.rows, f.hashes] for f in self._found}
        left = Compared(
            origin=None if self.origin is None else str(self.origin),
            horizon=self._horizon,
            of=self._of,
            ids_per_range=self._ids_per_range,
            ranges=ranges,
            highest=self._highest,
        )
        return asdict(left)

    def pieces(self, rows_per_piece: int) -> Iterator[Piece]:
        """Yield what differs, one piece after the other; the state moves behind the last.

        Args:
            rows_per_piece: how many rows are read at once, more or less.
        """
        if self._fits and self.source.has_xmin:
            pieces = [*self._written(rows_per_piece), *self._listed()]
        else:
            pieces = [*self._whole(rows_per_piece)]
        yield from pieces[:-1]
        yield pieces[-1]._replace(state=self.state) if pieces else Piece(None, self.state)

    def ranges(self) -> Iterator[RangeTotal]:
        """Yield the control totals of all ranges that differ."""
        for found in self._found:
            if found.number is not None and (self._differs(found) or found.written):
                size = self._ids_per_range
                first, end = found.number * size, (found.number + 1) * size - 1
                last = min(end, max(first, self._highest or first))
                yield RangeTotal(found.number, size, first, last, found.total)

    def _written(self, rows_per_piece: int) -> Iterator[Piece]:
        """Yield the rows that have been written since the horizon."""
        if self._written_ids is not None:
            ids = ",".join(map(str, self._written_ids))
            few = sa.literal_column(f"any(cast('{{{ids}}}' as bigint[]))", sa.BigInteger)
            if self.key and ids:
                yield Piece([*self.source.clauses, self.key.column == few], {})
            return
        written = [(f.number, f.written) for f in self._found if f.written]
        for numbers in _grouped(written, rows_per_piece):
            yield Piece([*self._rows_of(numbers, or_between=True), self._is_written], {})

    def _listed(self) -> Iterator[Piece]:
        """Yield the keys of all ranges in which some row may be gone."""
        differing = [f.number for f in self._found if self._differs(f)]
        if numbers := [*self._gone, *differing]:
            yield Piece(None, {}, self._extent(numbers), self._rows_of(differing))

    def _whole(self, rows_per_piece: int) -> Iterator[Piece]:
        """Yield all rows of the ranges that differ: of all, if nothing is known of any."""
        differing = [(f.number, f.rows) for f in self._found if self._differs(f)]
        pieces = [*_grouped(differing, rows_per_piece)]
        # Of a first comparison nobody knows what was read where there is nothing now.
        begins = [None, *(numbers[0] for numbers in pieces[1:]), None]
        for numbers, begin, after in zip(pieces, begins, begins[1:], strict=False):
            extent = self._extent(numbers)
            if self.key and not self._fits:
                first, last = (n if n is None else n * self._ids_per_range for n in (begin, after))
                extent = Extent(self.key.name, first, last if last is None else last - 1)
            yield Piece(self._rows_of(numbers), {}, extent)
        if self._gone or not (self._fits or pieces):
            yield Piece(None, {}, self._extent(self._gone) if self._fits else Extent())

    @cached_property
    def _gone(self) -> list[int | None]:
        """The ranges of which no row is left."""
        found = {f.number for f in self._found}
        return [number for number in self._known if number not in found]

    def _extent(self, numbers: Sequence[int | None]) -> Extent:
        ranges = [number for number in numbers if number is not None]
        if self.key is None:
            return Extent()
        return Extent(self.key.name, ids_per_range=self._ids_per_range, ranges=ranges)

    def _rows_of(
        self, numbers: Sequence[int | None], *, or_between: bool = False
    ) -> Sequence[Filter]:
        """Return the filters of the rows of ranges.

        Args:
            numbers: of the ranges, in order.
            or_between: whether those between them may be among them.
        """
        ranges = [number for number in numbers if number is not None]
        if self.key is None or self.totals is None or len(ranges) == len(self._found):
            return self.source.clauses
        within = [*intervals(ranges, self._ids_per_range)]
        if or_between and len(within) > _INTERVALS:
            within = [(within[0][0], within[-1][1])]
        if len(within) > _INTERVALS:
            return [*self.source.clauses, self.totals.number.in_(ranges)]
        of_key = (self.key.column.between(*ends) for ends in within)
        return [*self.source.clauses, sa.or_(sa.false(), *of_key)]

    def _differs(self, found: Found) -> bool:
        """Tell whether a row may be gone from a range, or nothing is known of it."""
        if not self._fits:
            return True
        # Others may have read rows above it that are gone by now.
        is_open = found.number is not None and found.number >= self._open
        return self._known.get(found.number) != [found.rows, found.hashes] or is_open

    @cached_property
    def _open(self) -> int:
        """The first range in which others may have read since."""
        return ((self.before.highest or 0) - self.lookback) // self._ids_per_range

    @cached_property
    def _known(self) -> dict[int | None, list[int]]:
        ranges = self.before.ranges.items() if self._fits else ()
        return {None if n == "None" else int(n): [*known] for n, known in ranges}

    @cached_property
    def _fits(self) -> bool:
        """Whether what the last comparison has left can be compared with."""
        before, reason = self.before, None
        if before.horizon is None:
            return False
        if self.origin and self.origin.is_restored(Origin.parse(before.origin)):
            reason = "the database has been restored, or a standby of it has become the primary"
        elif not 0 <= self._horizon - before.horizon < _HALF:
            reason = "its transactions are not those of the last comparison"
        elif before.of != self._of or before.ids_per_range != self._ids_per_range:
            reason = "it was compared otherwise"
        if reason:
            self.log.warning("%s: %s, so all of it is read again", self.stream, reason)
        return reason is None

    @cached_property
    def _horizon(self) -> int:
        ((horizon,),) = self.source.ask(
            sa.select(sa.literal_column("txid_snapshot_xmin(txid_current_snapshot())").label("x"))
        )
        return int(horizon)

    @cached_property
    def _of(self) -> str:
        keys = [*self.source.key, self.key and self.key.name]
        return digest([self.schema, keys, *map(str, self.source.clauses)])

    @property
    def _ids_per_range(self) -> int:
        return self.totals.ids_per_range if self.totals else 1

    @cached_property
    def _highest(self) -> int | None:
        if self.key is None:
            return None
        of_all = sa.select(sa.func.max(self.key.column)).where(*self.source.clauses)
        ((highest,),) = self.source.ask(of_all)
        return None if highest is None else int(highest)

    @cached_property
    def _is_written(self) -> sa.ColumnElement[bool]:
        """The test for rows that have been written since the horizon."""
        if not self._fits or not self.source.has_xmin:
            return sa.false()
        # It does not change within a transaction; asked for each row, it would cost as much again.
        age = f"age(cast('{(self.before.horizon or 0) % 2**32}' as xid))"
        ((since,),) = self.source.ask(sa.select(sa.literal_column(age).label("age")))
        return sa.literal_column("age(xmin)", sa.Integer) <= int(since)

    @cached_property
    def _counted(self) -> Sequence[sa.ColumnElement[Any]]:
        """What is asked of a range: its rows, and the sum of their hashes."""
        columns = self.source.table.columns
        hashed = [columns[n] for n in self.source.key] if self.source.has_xmin else [*columns]
        hash_: sa.ColumnElement[Any]
        if self.key and [column.name for column in hashed] == [self.key.name]:
            hash_ = sa.func.hashint8(self.key.column)
        else:
            hash_ = sa.cast(sa.func.hashtextextended(row_text(*hashed), 0), sa.Numeric)
        hashes = sa.cast(sa.func.sum(hash_), sa.Text)
        return sa.func.count().label("n"), hashes.label("hashes")

    @cached_property
    def _found(self) -> list[Found]:
        """The ranges as they are, in order."""
        number = sa.cast(self.totals.number if self.totals else sa.null(), sa.BigInteger)
        # Where the ids are known, nobody need ask again: it costs as much as half of the scan.
        written = self._is_written if self._written_ids is None else sa.false()
        query = sa.select(
            number.label("number"),
            *self._counted,
            sa.func.count().filter(written).label("written"),
            *(self.totals.sums if self.totals else ()),
        ).where(*self.source.clauses)
        known = Counter(id_ // self._ids_per_range for id_ in self._written_ids or ())
        found = [
            Found(
                of_range,
                rows,
                int(hashes),
                written or known[of_range],
                Total(summed[0], int(summed[1]), summed[2]) if summed else Total(rows),
            )
            for of_range, rows, hashes, written, *summed in self.source.ask_by_range(query)
        ]
        return sorted(found, key=lambda f: f.number or 0)


def _grouped(counted: Sequence[tuple[int | None, int]], size: int) -> Iterator[list[int | None]]:
    """Yield ranges so that each list of them has as many rows as a piece, more or less."""
    passed = 0
    numbered = []
    for number, count in counted:
        numbered.append((passed // size, number))
        passed += count
    for _, of_piece in groupby(numbered, key=lambda numbered: numbered[0]):
        yield [number for _, number in of_piece]
