"""A piece of a table that a BATCH message has whole: what is in RAW and not in it is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from driva_target_snowflake.errors import LoadError

# Snowflake takes 16,384 expressions in a list.
_LONGEST_LIST = 10_000


@dataclass(frozen=True)
class Complete:
    """What a message says by `complete`.

    Attributes:
        keys: addresses of the Parquet files with the keys of all rows that the source has there.
        read_at: when it had them, in UTC.
        key: the column that the piece is cut by, of whole numbers; None for the whole table.
        lowest: the lowest of its values, if there is one.
        highest: the highest, likewise.
        ids_per_range: how many of its values are a range, if the piece is some ranges only.
        ranges: the numbers of these; number 2 of 10,000 is 20,000 to 29,999.
        asked: addresses of the Parquet files with the keys of the piece, if it is a set of rows.
    """

    keys: Sequence[str]
    read_at: datetime
    key: str | None = None
    lowest: int | None = None
    highest: int | None = None
    ids_per_range: int = 1
    ranges: Sequence[int] | None = None
    asked: Sequence[str] | None = None

    @classmethod
    def of(cls, stream: str, told: Any) -> Complete:
        """Read what a message says.

        Args:
            stream: the message's.
            told: its `complete`.

        Raises:
            LoadError: it says something else: a piece that is guessed would mark too much.
        """
        unknown = LoadError(
            f"{stream}: what the tap calls complete is said in a way that is not known here, so "
            f"nothing of it was loaded: {str(told)[:300]}"
        )
        try:
            piece = dict(told)
            keys, read_at = piece.pop("keys"), datetime.fromisoformat(piece.pop("read_at"))
        except (KeyError, TypeError, ValueError) as error:
            raise unknown from error
        if not _are(str, keys):
            raise unknown
        if read_at.tzinfo:
            read_at = read_at.astimezone(UTC).replace(tzinfo=None)
        match piece:
            case {"ranges": None} if all(value is None for value in piece.values()):
                return cls(keys, read_at)
            case {"asked": asked} if len(piece) == 1 and _are(str, asked):
                return cls(keys, read_at, asked=asked)
            case {"key": str(key), "from": int() | None as lowest, "to": int() | None as highest}:
                if len(piece) == 3:
                    return cls(keys, read_at, key, lowest, highest)
            case {"key": str(key), "ids_per_range": int(size), "ranges": ranges}:
                if len(piece) == 3 and size > 0 and _are(int, ranges):
                    lowest = min(ranges, default=0) * size
                    highest = (max(ranges, default=0) + 1) * size - 1
                    return cls(keys, read_at, key, lowest, highest, size, sorted(set(ranges)))
        raise unknown

    def within(self, column: str) -> str:
        """Return the SQL of whether a row is in the piece.

        The bounds leave out whole micro-partitions. A row's range is told by the first id of it,
        which MOD gives exactly, also below zero; a quotient would be rounded, to six digits behind
        the point in Snowflake.

        Args:
            column: the key, as it is written in a statement.
        """
        if self.ranges == []:
            return "false"
        parts = []
        if self.lowest is not None:
            parts.append(f"{column} >= {self.lowest}")
        if self.highest is not None:
            parts.append(f"{column} <= {self.highest}")
        if self.ranges and len(self.ranges) <= self.ranges[-1] - self.ranges[0]:  # has gaps
            size = self.ids_per_range
            first = f"{column} - mod(mod({column}, {size}) + {size}, {size})"
            firsts = [str(number * size) for number in self.ranges]
            lists = (firsts[i : i + _LONGEST_LIST] for i in range(0, len(firsts), _LONGEST_LIST))
            among = [f"{first} in ({', '.join(ids)})" for ids in lists]
            parts.append(f"({' or '.join(among)})")
        return " and ".join(parts) or "true"


def _are(kind: type, values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(value, kind) for value in values)
