"""What a run reads of a table whose rows are counted up by a key: what is new, and its window."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from driva_tap_postgres.bookmark import Bookmark, BookmarkError
from driva_tap_postgres.high_water_mark import blind_spot, highest
from driva_tap_postgres.replication_key import ReplicationKey
from driva_tap_postgres.source import Filter, SourceTable
from driva_tap_postgres.window import SAMPLE, Seen, Window, have_mostly_changed

if TYPE_CHECKING:
    from logging import Logger


class Piece(NamedTuple):
    """A part of a table that is read at once.

    Attributes:
        rows: the filters of its rows.
        state: what is new in the stream's state when it has been read.
    """

    rows: Sequence[Filter]
    state: dict[str, Any]


@dataclass(frozen=True)
class Increment:
    """A run of a table from the bookmark that the last one has left.

    Attributes:
        stream: the name that it has in the log and the state.
        before: what the last run has left.
        window: what is read again.
        log: where is said what it does not see.
    """

    stream: str
    before: Bookmark
    window: Window
    log: Logger

    @property
    def source(self) -> SourceTable:
        """The table."""
        return self.window.source

    @property
    def key(self) -> ReplicationKey:
        """What its rows are counted up by."""
        return self.window.key

    @cached_property
    def bookmark(self) -> str | None:
        """The bookmark that the last run has left, if any.

        Raises:
            BookmarkError: it is no value of the replication key.
        """
        given = self.before.replication_key_value
        if given is None:
            return None
        try:
            ((text,),) = self.source.ask(sa.select(sa.cast(self.key.value(given), sa.Text)))
        except sa.exc.DataError as error:
            raise BookmarkError(
                f"the bookmark of {self.stream} in the state is {json.dumps(given, default=float)},"
                f" which is no value of {self.key.name} ({self.key.kind}): mend it with "
                "`meltano state set`, or read all of the table again with `--full-refresh`."
            ) from error
        return str(text)

    @cached_property
    def high_water_mark(self) -> str | None:
        """The highest key that no open transaction can undercut; else where the bookmark is."""
        found, is_safe = highest(self.source, self.key)
        if is_safe:
            return found
        self.log.warning(
            "%s: open transactions may still add rows below %s %s, so the bookmark stays at %s and "
            "the next run reads from there again",
            self.stream,
            self.key.name,
            found,
            self.bookmark,
        )
        return self.bookmark

    @cached_property
    def is_unchanged(self) -> bool:
        """Whether nothing has come or changed since the fingerprint beside the bookmark."""
        if self.bookmark is None or self.before.fingerprint is None:
            return False
        above = self.key.column > self.key.value(self.bookmark)
        return not self._has_rows(above) and self.before.fingerprint == self._found.fingerprint

    @cached_property
    def is_stale(self) -> bool:
        """Whether rows that are not read again have probably changed, as others have.

        So it is from a run that finds most of those changed which it does read again, as after a
        backup was restored or all rows were updated, until a full refresh.
        """
        before, sample = self.before, self.before.sample or ()
        if self.bookmark is None or before.stale:
            return bool(before.stale)
        is_same_kind = len(sample) == SAMPLE and before.sampled == self.window.sampled
        if self.key.is_time or not is_same_kind or self.is_unchanged:
            return False
        below = self.key.column < self.key.lowest(self.bookmark)
        return have_mostly_changed(sample, self._found.sample) and self._has_rows(below)

    @cached_property
    def _found(self) -> Seen:
        """The window as this run finds it."""
        return self.window.look(self.bookmark or "")

    def _has_rows(self, where: sa.ColumnElement[bool]) -> bool:
        found = sa.select(sa.true()).where(*self.source.clauses, where)
        return bool(self.source.ask(found.limit(1)))

    def warnings(self) -> Iterator[str]:
        """Yield what this run does not see."""
        if kind := blind_spot(self.source):
            yield f"it is {kind}: a row that comes late is read within the lookback only"
        if self.bookmark is None:
            return
        again = (
            f"`make backfill TABLE={self.source.name.table}`, or any run with "
            "`--full-refresh`, reads all of it again"
        )
        of_all = sa.func.max(self.key.column)
        is_below = sa.func.coalesce(of_all < self.key.value(self.bookmark), sa.true())
        asked = sa.select(sa.cast(of_all, sa.Text)).where(self.key.is_passable).having(is_below)
        if below := self.source.ask(asked):
            yield (
                f"its highest {self.key.name} is {below[0][0] or 'none'}, below the bookmark "
                f"{self.bookmark}: rows were deleted, or ids are used again, and rows that come "
                f"below the bookmark are read within the lookback only; {again}, and "
                "docs/runbook.md says what becomes of those that are gone"
            )
        elif self.is_stale:
            yield (
                "most of its last rows had changed between two runs, and older ones, which are not "
                f"read again, have probably changed too; {again}"
            )

    @property
    def begin(self) -> list[Filter]:
        """The filter for where this run begins to read, if not at the beginning."""
        if self.bookmark is None:
            return []
        return [self.key.column >= self.key.lowest(self.bookmark)]

    def pieces(self, limit: int | None, rows_per_piece: int) -> Iterator[Piece]:
        """Yield one piece after the other.

        Args:
            limit: how many new rows are read at most.
            rows_per_piece: how many rows are read at once.
        """
        source, key, known, safe = self.source, self.key, self.bookmark, self.high_water_mark
        left, begin = limit, self.begin
        if left is not None and known is not None:
            again = key.column.between(key.lowest(known), key.value(known))
            ((count,),) = source.ask(sa.select(sa.func.count()).where(*source.clauses, again))
            left += count  # the limit is for new rows
        while left is None or left > 0:
            size = rows_per_piece if left is None else min(left, rows_per_piece)
            keys = sa.select(key.column.label("key")).where(*source.clauses, *begin)
            of_piece = keys.order_by(key.column).limit(size).subquery().c.key
            last = sa.func.max(of_piece)
            passed = last.filter(of_piece <= key.value(safe))
            # Of what is NULL, nothing is passed, or nothing known, there is no greatest.
            bookmark = sa.func.greatest(passed, key.value(known))
            end, reached = sa.cast(last, sa.Text), sa.cast(bookmark, sa.Text)
            ((end, count, reached, is_reached),) = source.ask(
                sa.select(end, sa.func.count(), reached, last >= bookmark)
            )
            if not count:
                return
            rows = [*source.clauses, *begin, key.column <= key.value(end)]
            yield Piece(rows, self._state(reached, is_reached=bool(is_reached)))
            begin = [key.column > key.value(end)]
            left = None if left is None else left - count
            if count < size:
                return

    def _state(self, bookmark: str | None, *, is_reached: bool) -> dict[str, Any]:
        """Return what the state becomes behind a piece of the table.

        The window is looked at before the piece is read: a row that is added meanwhile changes the
        fingerprint, and the next run reads it again.

        Args:
            bookmark: how far all rows have been read then, if there is such a place.
            is_reached: whether this run has read up to it, and not only an earlier one.
        """
        if bookmark is None:
            return {}
        seen = self.window.look(bookmark) if is_reached else None
        return Bookmark(
            self.key.name,
            self.key.in_state(bookmark),
            fingerprint=seen and seen.fingerprint,
            sample=seen and seen.sample,
            sampled=self.window.sampled,
            stale=self.is_stale,
        ).in_state
