"""What a run leaves in the state of a table, and the next one begins with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from driva_tap_postgres.origin import Origin

# What is no text, number or truth in the state.
KINDS = {"ranges": dict, "tables": dict}


class BookmarkError(Exception):
    """The state has a bookmark that nothing can be gone on from."""


@dataclass(frozen=True)
class Bookmark:
    """How far a table has been read, and what was there.

    Attributes:
        replication_key: the column that it was read by.
        replication_key_value: the value of it up to which all rows have been read, if any.
        fingerprint: of the rows below it that the next run reads again; None if not all rows up to
            it have been read by the run that left it.
        origin: the database that was read.
    """

    replication_key: str | None
    replication_key_value: Any = None
    fingerprint: str | None = None
    origin: str | None = None

    @classmethod
    def of(cls, state: Mapping[str, Any], replication_key: str | None) -> Bookmark:
        """Return the bookmark in a stream's state, if it is one of this replication key."""
        if state.get("replication_key") != replication_key:
            return cls(replication_key)
        names = cls.__dataclass_fields__.keys() & state.keys()
        return cls(**{"replication_key": replication_key, **{name: state[name] for name in names}})

    @property
    def in_state(self) -> dict[str, Any]:
        """What stands for it in the state."""
        return asdict(self)


def check_state(state: Mapping[str, Any]) -> None:
    """Raise a BookmarkError if a state has not one object for each stream."""
    bookmarks = state.get("bookmarks", {})
    of_streams = bookmarks if isinstance(bookmarks, dict) else {"all streams": bookmarks}
    for stream, bookmark in of_streams.items():
        odd = not isinstance(bookmark, dict) or any(
            not isinstance(bookmark.get(name) or kind(), kind) for name, kind in KINDS.items()
        )
        if odd:
            raise BookmarkError(
                f"the bookmark of {stream} in the state is {json.dumps(bookmark)[:200]}, which is "
                "not made as this tap makes one: mend it with `meltano state set`, or read all of "
                "the table again with `--full-refresh`."
            )


def check_origin(state: Mapping[str, Any], origin: Origin | None) -> None:
    """Raise a BookmarkError if a state is of another database than the one that is read."""
    for stream, bookmark in state.get("bookmarks", {}).items():
        before = Origin.parse(bookmark.get("origin"))
        if origin and origin.is_other(before):
            raise BookmarkError(
                f"the state of {stream} is of another database (cluster/database {before}) than "
                f"the one that is read ({origin}), and their rows must not be mixed. Nothing was "
                "read. If this one has taken the other's place, by a dump or an upgrade, "
                "`--full-refresh` reads all of it again and marks as deleted what it has not. If "
                "it is another network's, give it a warehouse and a state of its own: another "
                "TARGET_SNOWFLAKE_DATABASE and --state-id-suffix."
            )
