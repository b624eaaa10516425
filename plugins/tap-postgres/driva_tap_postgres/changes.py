"""What has changed since the last run by PostgreSQL's log, read once for all tables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from driva_tap_postgres.bookmark import BookmarkError
from driva_tap_postgres.origin import Origin
from driva_tap_postgres.pgoutput import Decoder, Key, Name
from driva_tap_postgres.slot import (
    CREATE,
    DROP,
    GIGABYTE,
    Reach,
    Slot,
    SlotError,
    State,
    number,
    text,
)
from driva_tap_postgres.source import Filter, SourceTable

if TYPE_CHECKING:
    from logging import Logger

# Keys that are asked for at once: half a megabyte of a statement.
KEYS_PER_SET = 50_000
GO_ON = (
    "`meltano run reconcile` reads what differs, and `meltano run --full-refresh changes` goes on "
    "from where the slot is"
)

_TYPES = sa.text("""
    select a.attname, format_type(a.atttypid, a.atttypmod)
    from pg_attribute a
    where a.attrelid = cast(:table as regclass) and a.attnum > 0 and not a.attisdropped
""")


@dataclass
class Keys:
    """Keys of a table that have changed, few of them in memory.

    Attributes:
        is_all: whether all rows may have, as after a TRUNCATE.
        count: how many there are; some may count more than once.
    """

    is_all: bool = False
    count: int = 0
    _newest: set[Key] = field(default_factory=set)
    _file: Any = None

    def add(self, key: Key) -> None:
        """Note a key, unless all rows are read anyway."""
        if self.is_all:
            return
        self._newest.add(key)
        if len(self._newest) == KEYS_PER_SET:
            self._file = self._file or TemporaryFile("w+")  # noqa: SIM115 - is there for the whole run
            self._file.write(json.dumps(list(self._newest)) + "\n")
            self.count += len(self._newest)
            self._newest.clear()

    def add_all(self) -> None:
        """Note that all rows may have changed."""
        self.is_all = True
        self._newest.clear()

    def __bool__(self) -> bool:
        return self.is_all or bool(self.count or self._newest)

    def sets(self) -> Iterator[Sequence[Key]]:
        """Yield the keys, few enough at a time to ask for."""
        if self._file:
            self._file.seek(0)
            yield from map(json.loads, self._file)
        if self._newest:
            yield list(self._newest)


@dataclass
class _Collected:
    """What the log tells of tables, each from where it was read up to."""

    since: Mapping[Name, int]
    reach: Reach
    position: int
    keys: dict[Name, Keys]
    is_over: bool = False
    _told: frozenset[Name] = frozenset()

    def begin(self, transaction: int, position: int) -> None:
        self.is_over = self.is_over or not self.reach.is_settled(transaction)
        told = (name for name, since in self.since.items() if position >= since)
        self._told = frozenset() if self.is_over else frozenset(told)

    def changed(self, table: Name, key: Key) -> None:
        if table in self._told:
            self.keys[table].add(key)

    def truncated(self, table: Name) -> None:
        if table in self._told:
            self.keys[table].add_all()

    def commit(self, position: int) -> None:
        if not self.is_over:
            self.position = position


class ChangeLog:
    """The log of the tables that a run reads.

    Args:
        slot: what keeps the log.
        tables: the columns that tell each table's rows apart.
        state: the bookmarks in the state, by table, of those not read in this run, too.
        origin: the database, if its user may know it.
        log: where is said how much of the log is kept.

    Raises:
        SlotError: what has changed cannot be told without a gap.
        BookmarkError: the state does not fit.
    """

    def __init__(
        self,
        slot: Slot,
        tables: Mapping[Name, Sequence[str]],
        state: Mapping[Name, Mapping[str, Any]],
        origin: Origin | None,
        log: Logger,
    ) -> None:
        self._slot = slot
        self._log = log
        slot.check_tables(tables)
        found = slot.state()
        if missing := sorted(set(tables) - found.tables):
            raise SlotError(
                f"{'.'.join(missing[0])} is not in the publication {slot.name}: {CREATE} takes it "
                "in, and says what comes next. Nothing was read."
            )
        self._positions = {
            name: _position(name, state.get(name, {}), found, slot.name, origin)
            for name in found.tables
        }
        first = min(self._positions.values(), default=found.position)
        if first > found.position:
            slot.advance(first)
            found = slot.state()
        self._origin = origin
        self._warn(found, tables)
        self._collected = self._read(tables, found)

    def keys(self, table: Name) -> Keys:
        """Return what has changed of a table."""
        return self._collected.keys[table]

    def bookmark(self, table: Name) -> dict[str, Any]:
        """Return what is in the state of a table when this has been read."""
        position = max(self._collected.position, self._positions[table])
        return {"position": text(position), "origin": self._origin and str(self._origin)}

    def _read(self, tables: Mapping[Name, Sequence[str]], found: State) -> _Collected:
        reach = self._slot.reach()
        since = {name: self._positions[name] for name in tables}
        collected = _Collected(since, reach, found.position, {name: Keys() for name in tables})
        self._slot.read(Decoder(tables, collected), reach.end)
        if not collected.is_over:
            collected.position = reach.end
        return collected

    def _warn(self, found: State, tables: Mapping[Name, Any]) -> None:
        """Say if much of the log is kept: it fills the disk of the source."""
        limit_gb = self._slot.limit_gb
        is_scarce = found.wal_status == "unreserved"
        if not is_scarce and found.retained <= limit_gb * GIGABYTE / 2:
            return
        others = {name for name in found.tables if self._positions[name] <= found.position}
        waits_for = ", ".join(sorted(".".join(name) for name in others - set(tables)))
        self._log.warning(
            "the replication slot %s keeps %.1f GB of the source's log from being removed, %s. %s",
            self._slot.name,
            found.retained / GIGABYTE,
            f"and {limit_gb} GB is the limit"
            if not is_scarce
            else "which the source is about to remove all the same, as it has a limit of its own",
            f"It waits for {waits_for}, which this run does not read: {CREATE} takes out of the "
            "publication what is not selected any more"
            if waits_for
            else "The run after this one lets go of what this one reads. Run `changes` more often, "
            f"or {DROP} if it is not to run any more",
        )


def _position(
    name: Name, bookmark: Mapping[str, Any], found: State, slot: str, origin: Origin | None
) -> int:
    """Return up to where a table has been read.

    Raises:
        BookmarkError: what has changed since is not in the log, or not all of it.
    """
    if "position" not in bookmark:
        return found.position
    given, table = bookmark["position"], ".".join(name)
    try:
        position = number(given)
    except (ValueError, AttributeError) as error:
        raise BookmarkError(
            f"the position of {table} in the state is {json.dumps(given)}, which is none of the "
            f"log. Nothing was read. {GO_ON}."
        ) from error
    if position < found.position:
        problem = f"the slot begins at {text(found.position)}: it was made anew, or moved by others"
    elif position > found.end:
        problem = f"the log ends at {text(found.end)}: a backup was restored"
    elif origin and origin.is_restored(Origin.parse(bookmark.get("origin"))):
        problem = "its timeline is another one: a backup was restored, or a standby took over"
    else:
        return position
    raise BookmarkError(
        f"{table} has been read up to {text(position)} of the source's log, and {problem}. So the "
        f"slot {slot} does not have all that has changed since. Nothing was read. {GO_ON}."
    )


class _Named(sa.types.UserDefinedType[Any]):
    """A type by the name that PostgreSQL has for it."""

    cache_ok = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **_: Any) -> str:
        return self.name


def asked(source: SourceTable, keys: Iterable[Key]) -> sa.Subquery:
    """Return keys as rows, each value of the type that its column has.

    Args:
        source: the table.
        keys: the values of its key, as PostgreSQL writes them.
    """
    types = dict(map(tuple, source.ask(_TYPES, table=source.quoted_name)))
    arrays: list[sa.ColumnElement[Any]] = [
        sa.literal_column(_array(values)) for values in zip(*keys, strict=True)
    ]
    texts = sa.func.unnest(*arrays).table_valued(*source.key).render_derived(name="texts")
    columns = (source.table.columns[name] for name in source.key)
    values = (
        sa.type_coerce(
            sa.cast(texts.c[column.name], _Named(types[column.name])), column.type
        ).label(column.name)
        for column in columns
    )
    return sa.select(*values).subquery("asked")


def as_read(source: SourceTable, wanted: sa.Subquery) -> sa.Select[Any]:
    """Return the query for keys, as those of the table's rows are read."""
    key = (source.types[name].read(wanted.c[name]).label(name) for name in source.key)
    return sa.select(*key)


def among(source: SourceTable, wanted: sa.Subquery) -> Filter:
    """Return the filter of the rows that have one of these keys."""
    key = sa.tuple_(*(source.table.columns[name] for name in source.key))
    return key.in_(sa.select(*wanted.c))


def _array(values: Iterable[str]) -> str:
    """Return an array of texts as PostgreSQL's SQL takes it, whatever its settings are."""
    escaped = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    array = "{" + ",".join(f'"{value}"' for value in escaped) + "}"
    return "cast(E'" + array.replace("\\", "\\\\").replace("'", "''") + "' as text[])"
