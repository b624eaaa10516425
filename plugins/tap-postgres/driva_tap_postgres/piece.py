"""A piece: a range or set of a table's rows that is read again whole (a chunk, elsewhere)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from driva_tap_postgres.source import Filter


class Extent(NamedTuple):
    """What of a table a piece has all keys of: whoever is not among them has been deleted.

    Attributes:
        key: the column of whole numbers that it is an extent of; None for all of the table.
        first: the lowest id, if there is one.
        last: the highest id, if there is one.
        ids_per_range: of ranges in place of these two, how many ids each has.
        ranges: the numbers of these ranges.
    """

    key: str | None = None
    first: int | None = None
    last: int | None = None
    ids_per_range: int | None = None
    ranges: Sequence[int] | None = None

    def message(
        self, keys: Sequence[str], taken_at: float, asked: Sequence[str] = ()
    ) -> dict[str, Any]:
        """Return what a BATCH message says of it.

        Args:
            keys: files with the keys of all rows that are there.
            taken_at: when they were, in seconds.
            asked: files with the only keys that count, if not all of the extent's.
        """
        bounds: dict[str, Any] = {"ids_per_range": self.ids_per_range, "ranges": self.ranges}
        if self.key is not None and self.ranges is None:
            bounds = {"from": self.first, "to": self.last}
        within = {"asked": list(asked)} if asked else {"key": self.key, **bounds}
        read_at = datetime.fromtimestamp(taken_at, UTC).replace(tzinfo=None)
        return {**within, "keys": list(keys), "read_at": read_at.isoformat()}


class Piece(NamedTuple):
    """A part of a table that is read at once.

    Attributes:
        rows: the filters of its rows; None if none of them is read.
        state: what is new in the stream's state when it has been read.
        extent: what it has all keys of, if anything.
        listed: the filters of the rows whose keys these are; None if all of them are read.
        asked: the query for the only keys that count, if not all of the extent's.
    """

    rows: Sequence[Filter] | None
    state: dict[str, Any]
    extent: Extent | None = None
    listed: Sequence[Filter] | None = None
    asked: sa.Select[Any] | None = None
