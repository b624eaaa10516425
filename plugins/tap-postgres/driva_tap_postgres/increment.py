"""What a run reads of a table whose rows are counted up by a key: what is new, and its window."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import sqlalchemy as sa

from driva_tap_postgres.bookmark import Bookmark, BookmarkError
from driva_tap_postgres.high_water_mark import blind_spot, highest
from driva_tap_postgres.origin import Origin
from driva_tap_postgres.piece import Extent, Piece
from driva_tap_postgres.replication_key import ReplicationKey
from driva_tap_postgres.source import Filter, SourceTable
from driva_tap_postgres.window import Window

if TYPE_CHECKING:
    from logging import Logger


@dataclass(frozen=True)
class Increment:
    """A run of a table from the bookmark that the last one has left.

    Attributes:
        stream: the name that it has in the log and the state.
        before: what the last run has left.
        window: what is read again.
        origin: the database that is read, if its user may know it.
        log: where is said what it does not see.
    """

    stream: str
    before: Bookmark
    window: Window
    origin: Origin | None
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
        """The bookmark that the last run has left; None where nothing of it holds any more.

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
        void = self._voided(str(text))
        if void:
            self.log.warning("%s: %s, so all of it is read again", self.stream, void)
        return None if void else str(text)

    def _voided(self, bookmark: str) -> str | None:
        """Return why nothing of a bookmark holds any more, if so."""
        if self.origin and self.origin.is_restored(Origin.parse(self.before.origin)):
            return "the database has been restored, or a standby of it has become the primary"
        if self._has_rows(self.key.column >= self.key.lowest(bookmark)):
            return None
        return (
            f"no {self.key.name} is left near the bookmark {bookmark}: the last rows were deleted, "
            "or ids are used again"
        )

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
        """Whether nothing has come, changed or gone since the fingerprint beside the bookmark."""
        known, left = self.bookmark, self.before.replication_key_value
        if self.before.fingerprint is None or (known is None) != (left is None):
            return False
        above = sa.true() if known is None else self.key.column > self.key.value(known)
        is_same = self.before.fingerprint == self.window.fingerprint(known)
        return is_same and not self._has_rows(above)

    def _has_rows(self, where: sa.ColumnElement[bool]) -> bool:
        found = sa.select(sa.true()).where(*self.source.clauses, where)
        return bool(self.source.ask(found.limit(1)))

    def warnings(self) -> Iterator[str]:
        """Yield what this run does not see."""
        if kind := blind_spot(self.source):
            yield f"it is {kind}: a row that comes late is read within the lookback only"

    @property
    def begin(self) -> list[Filter]:
        """The filter for where this run begins to read, if not at the beginning."""
        if self.bookmark is None:
            return []
        return [self.key.column >= self.key.lowest(self.bookmark)]

    def pieces(self, limit: int | None, rows_per_piece: int) -> Iterator[Piece]:
        """Yield one piece after the other; the last one has all keys from its first one on.

        Args:
            limit: how many new rows are read at most.
            rows_per_piece: how many rows are read at once.
        """
        source, key, known, safe = self.source, self.key, self.bookmark, self.high_water_mark
        left, begin = limit, self.begin
        first = int(known) - self.window.lookback if known and key.is_whole else None
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
            is_last = count < size
            if not count:
                nobody = Extent(key.name, first) if key.is_whole else None
                yield Piece(None, {} if begin else self._state(None, is_reached=True), nobody)
                return
            rows = [*source.clauses, *begin, key.column <= key.value(end)]
            state = self._state(reached, is_reached=bool(is_reached)) if reached else {}
            extent = None
            if key.is_whole:
                extent = Extent(key.name, first, None if is_last else int(end))
                first = int(end) + 1
            yield Piece(rows, state, extent)
            begin = [key.column > key.value(end)]
            left = None if left is None else left - count
            if is_last:
                return

    def _state(self, bookmark: str | None, *, is_reached: bool) -> dict[str, object]:
        """Return what the state becomes behind a piece of the table.

        The window is looked at before the piece is read: a row that is added meanwhile changes the
        fingerprint, and the next run reads it again.

        Args:
            bookmark: how far all rows have been read then; None if there are none.
            is_reached: whether this run has read up to it, and not only an earlier one.
        """
        return Bookmark(
            self.key.name,
            None if bookmark is None else self.key.in_state(bookmark),
            fingerprint=self.window.fingerprint(bookmark) if is_reached else None,
            origin=None if self.origin is None else str(self.origin),
        ).in_state
