"""The slot by which PostgreSQL keeps its log for the next run, and the publication of its tables.

What was read is told to PostgreSQL at the beginning of the next run only, when it is in Meltano's
state, and so in the target: a run that dies reads changes again, and skips none.

https://www.postgresql.org/docs/18/logicaldecoding-explanation.html
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg2
import sqlalchemy as sa

from driva_tap_postgres.pgoutput import VERSION, Decoder, Name
from driva_tap_postgres.selection import pattern_of
from driva_tap_postgres.source import TREE

PLUGIN = "pgoutput"
GIGABYTE = 2**30
CREATE = "`meltano invoke tap-postgres-changes:create-slot`"
DROP = "`meltano invoke tap-postgres-changes:drop-slot`"
# How to go on after changes were lost: what a slot has not told, a comparison finds.
ANEW = (
    f"{DROP}, {CREATE}, then `meltano run reconcile`, which reads what differs, and "
    "`meltano run --full-refresh changes`, which goes on from there"
)

# Since which positions of the log are given; the snapshot is the older one, by a moment.
_NOW = """
    pg_current_snapshot() as snapshot,
    case
        when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_flush_lsn()
    end as position
"""
_SERVER = sa.text(f"""
    select
        current_setting('server_version_num')::int / 10000 as version,
        current_setting('wal_level') as wal_level,
        current_user as role,
        pg_is_in_recovery() as is_standby,
        {_NOW}
""")
# Later versions have more columns.
_SLOT = sa.text("""
    select
        s.plugin,
        s.active_pid,
        s.wal_status,
        s.database,
        s.database = current_database() as is_here,
        to_jsonb(s) ->> 'invalidation_reason' as invalidated,
        s.confirmed_flush_lsn as position,
        case
            when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_flush_lsn()
        end - s.restart_lsn as retained
    from pg_replication_slots s
    where s.slot_name = :name
""")
_DROP = sa.text("""
    select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = :name
""")
_PUBLISHED = sa.text("""
    select p.pubname, t.schemaname, t.tablename
    from pg_publication p left join pg_publication_tables t on t.pubname = p.pubname
    where p.pubname = :name
""")
# Of a table with its partitions, which columns the log has of a row that was updated or deleted.
# https://www.postgresql.org/docs/18/logical-replication-publication.html
_IDENTITIES = sa.text(f"""
    {TREE}
    select
        cast(c.oid as regclass)::text as name,
        case
            when c.relkind not in ('r', 'p') then 'is no table'
            when c.relpersistence <> 'p' then 'is not in the log'
            when c.oid <> cast(:table as regclass) and not c.relispartition then 'inherits from it'
        end as hindrance,
        case c.relreplident
            when 'f' then (
                select array_agg(cast(a.attname as text))
                from pg_attribute a
                where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            )
            else (
                select array_agg(cast(a.attname as text))
                from pg_index i
                join pg_attribute a on a.attrelid = i.indrelid
                    and a.attnum = any((i.indkey::int2[])[0:i.indnkeyatts - 1])
                where i.indrelid = c.oid and i.indisvalid and case c.relreplident
                    when 'd' then i.indisprimary and i.indimmediate
                    when 'i' then i.indisreplident
                end
            )
        end as identity
    from tree t join pg_class c on c.oid = t.oid
""")
_DIALECT = sa.create_mock_engine("postgresql+psycopg2://", lambda *_: None).dialect
_quoted = _DIALECT.identifier_preparer.quote_identifier


_NOT_ALLOWED = "42501"
_READ_ONLY = "25006"
# https://www.postgresql.org/docs/18/errcodes-appendix.html
_HINTS = {
    _NOT_ALLOWED: "`alter role … replication`, by an administrator of the source, allows it.",
    "55006": "Run it again when that has ended.",  # in use
    "42704": f"{ANEW}.",  # slot or publication does not exist, or did not when the log was written
    "55000": f"{ANEW}, if the source cannot be mended.",  # not in a state for it
}


class SlotError(Exception):
    """Changes cannot be read from the log, or not without a gap."""


@dataclass(frozen=True)
class Reach:
    """How far the log can be read now.

    Attributes:
        end: the position up to which it is written.
        pending: the transactions that had not ended, as far as others can see, a moment before.
        next: the number of the next transaction then.
    """

    end: int
    pending: frozenset[int]
    next: int

    @classmethod
    def of(cls, snapshot: str, position: str) -> Reach:
        """Read PostgreSQL's answer."""
        _, following, pending = snapshot.split(":")
        numbers = (int(number) & 0xFFFFFFFF for number in pending.split(",") if number)
        return cls(number(position), frozenset(numbers), int(following) & 0xFFFFFFFF)

    def is_settled(self, transaction: int) -> bool:
        """Tell whether a transaction that the log has as committed is one for who reads tables.

        It is in the log first; in between it may wait for a standby. Numbers begin again at zero.
        """
        is_later = (transaction - self.next) & 0xFFFFFFFF < 2**31
        return transaction not in self.pending and not is_later


@dataclass(frozen=True)
class State:
    """A slot as it is.

    Attributes:
        position: up to where changes have been taken.
        end: up to where the log is written.
        retained: how many bytes of the log the slot keeps from being removed.
        wal_status: whether what it needs is still there, in PostgreSQL's words.
        tables: what its publication has.
    """

    position: int
    end: int
    retained: int
    wal_status: str
    tables: frozenset[Name]


@dataclass(frozen=True)
class Slot:
    """A logical replication slot, and the publication of the same name.

    Attributes:
        name: their name.
        limit_gb: how much of the log it may keep; from half of that on, it is warned of.
        connect: opens a connection to the database.
    """

    name: str
    limit_gb: int
    connect: Callable[[], AbstractContextManager[sa.Connection]]

    def state(self) -> State:
        """Return how it is.

        Raises:
            SlotError: nothing can be read by it.
        """
        with self._reading() as connection:
            server = connection.execute(_SERVER).one()
            check_server(server)
            found = connection.execute(_SLOT, {"name": self.name}).one_or_none()
            published = connection.execute(_PUBLISHED, {"name": self.name}).all()
        if found is None:
            raise SlotError(
                f"the replication slot {self.name} does not exist. Nothing was read. {CREATE} "
                "makes it, and says what comes next."
            )
        reason = found.invalidated or (found.wal_status == "lost" and "wal_removed")
        problems = {
            f"is of the database {found.database}": not found.is_here,
            f"has the plugin {found.plugin}, not {PLUGIN}": found.plugin != PLUGIN,
        }
        for problem, is_there in problems.items():
            if is_there:
                raise SlotError(
                    f"the replication slot {self.name} {problem}, so it is somebody else's: set "
                    "another replication_slot_name in extract/extract.meltano.yml."
                )
        if reason:
            raise SlotError(
                f"the replication slot {self.name} is lost ({reason}): the source has removed log "
                f"that was not read yet. Nothing was read. {ANEW}."
            )
        if found.active_pid:
            raise SlotError(
                f"the replication slot {self.name} is in use by the process {found.active_pid} of "
                "the server, another run maybe: run it again when that has ended."
            )
        if not published:
            raise SlotError(
                f"the publication {self.name} does not exist, without which its slot tells "
                f"nothing. Nothing was read. {ANEW}."
            )
        return State(
            position=number(found.position),
            end=number(server.position),
            retained=int(found.retained or 0),
            wal_status=found.wal_status,
            tables=frozenset((schema, table) for _, schema, table in published if table),
        )

    def advance(self, position: int) -> None:
        """Let the source forget what is before a position."""
        with self._reading() as connection:
            connection.execute(
                sa.text("select pg_replication_slot_advance(:name, cast(:position as pg_lsn))"),
                {"name": self.name, "position": text(position)},
            )

    def reach(self) -> Reach:
        """Return how far the log can be read now."""
        with self._reading() as connection:
            return Reach.of(*map(str, connection.execute(sa.text(f"select {_NOW}")).one()))

    def read(self, decoder: Decoder, end: int) -> None:
        """Read what the slot has up to a position, and leave it there.

        The server holds it on its disk, and sends it row by row.
        """
        statement = (
            "copy (select data from pg_logical_slot_peek_binary_changes("
            f"'{self.name}', '{text(end)}', null, "
            f"'proto_version', '{VERSION}', 'publication_names', '\"{self.name}\"'"
            ")) to stdout (format binary)"
        )
        rows = _Rows(decoder.read)
        with self._reading() as connection:
            connection.connection.cursor().copy_expert(statement, rows)
        if rows.error:
            raise rows.error

    def create(self, tables: Mapping[Name, Sequence[str]]) -> Iterator[str]:
        """Make the publication of these tables and the slot, or see that they are there.

        Args:
            tables: the tables, and the columns that tell their rows apart.

        Yields:
            What is done.

        Raises:
            SlotError: it cannot be done, or would keep the source from updating a table.
        """
        with self._reading() as connection:
            server = connection.execute(_SERVER).one()
            check_server(server)
            published = connection.execute(_PUBLISHED, {"name": self.name}).all()
            exists = connection.execute(_SLOT, {"name": self.name}).one_or_none()
        self.check_tables(tables)
        names = ", ".join(sorted(f"{_quoted(s)}.{_quoted(t)}" for s, t in tables))
        publication = _quoted(self.name)
        have = {(schema, table) for _, schema, table in published if table}
        if not published:
            statement = (
                f"create publication {publication} for table {names} "
                "with (publish_via_partition_root = true)"
            )
            if exists:
                raise SlotError(
                    f"there is a replication slot {self.name} without its publication, which must "
                    f"be the older one. {ANEW}."
                )
            yield from self._change(statement, server.role)
        elif have != set(tables):
            statement = f"alter publication {publication} set table {names}"
            yield from self._change(statement, server.role)
        else:
            yield f"the publication {self.name} is there, with {len(have)} tables"
        if exists:
            self.state()
            yield f"the replication slot {self.name} is there, at {exists.position}"
            if have >= set(tables):
                return
        else:
            yield "waiting until all transactions that are open now have ended"
            with self._reading() as connection:
                statement = "select lsn from pg_create_logical_replication_slot(:name, :plugin)"
                made = sa.text(statement), {"name": self.name, "plugin": PLUGIN}
                position = connection.execute(*made).scalar_one()
                connection.commit()
            yield f"the replication slot {self.name} is made, and has what changes from {position}"
        yield (
            "`meltano run reconcile`, once, brings what changed before that; from then on "
            "`meltano run changes` brings what changes. The source keeps its log until it has run: "
            f"{DROP} if it is not to run any more."
        )

    def drop(self) -> Iterator[str]:
        """Remove slot and publication, if they are there; yields what is done."""
        with self._reading() as connection:
            role = connection.execute(_SERVER).one().role
            published = connection.execute(_PUBLISHED, {"name": self.name}).all()
            dropped = connection.execute(_DROP, {"name": self.name}).all()
            connection.commit()
        yield f"the replication slot {self.name} {'is dropped' if dropped else 'does not exist'}"
        if published:
            yield from self._change(f"drop publication {_quoted(self.name)}", role)
        else:
            yield f"the publication {self.name} does not exist"

    def check_tables(self, tables: Mapping[Name, Sequence[str]]) -> None:
        """Raise a SlotError if the log does not tell which row of a table has changed.

        Whoever publishes a table without a replica identity keeps the source from updating it.
        """
        with self._reading() as connection:
            for (schema, table), key in tables.items():
                quoted = f"{_quoted(schema)}.{_quoted(table)}"
                for name, hindrance, identity in connection.execute(_IDENTITIES, {"table": quoted}):
                    lacks = not key or not set(key) <= set(identity or ())
                    if hindrance or lacks:
                        columns = ", ".join(key) or "a primary key"
                        left_out = pattern_of(f"{schema}-{table}")
                        raise SlotError(
                            f"{schema}.{table} cannot be followed by the log, as {name} "
                            f"{hindrance or f'has no replica identity with {columns}'}. Nothing "
                            f"was changed. Leave it out (`- '!{left_out}'` in `select` of "
                            "tap-postgres-changes), and `meltano run reconcile` follows it"
                            + (
                                "."
                                if hindrance
                                else f"; or give it a primary key, or `alter table {name} "
                                "replica identity using index …`."
                            )
                        )

    def _change(self, statement: str, role: str) -> Iterator[str]:
        """Change what belongs to the tables' owner, who may be somebody else."""
        try:
            with self._connected() as connection:
                connection.execute(sa.text(statement))
                connection.commit()
        except sa.exc.DBAPIError as error:
            code = getattr(error.orig, "pgcode", None)
            if code == _READ_ONLY:
                raise SlotError(
                    f"{_words(error)}: the source is a standby. Run `{statement}` on its primary, "
                    "and then this command again."
                ) from error
            if code != _NOT_ALLOWED:
                raise
            raise SlotError(
                f"{role} may not do it ({_words(error)}). Let the owner of the tables, who needs "
                f"CREATE on the database, run `{statement}`, and then this command again."
            ) from error
        yield statement

    @contextmanager
    def _connected(self) -> Iterator[sa.Connection]:
        with self.connect() as connection:
            # A cursor cannot be declared for what is no query.
            yield connection.execution_options(stream_results=False)

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        """Open a connection; what PostgreSQL says of the slot is said with the way out."""
        try:
            with self._connected() as connection:
                yield connection
        except (sa.exc.DBAPIError, psycopg2.Error) as error:
            code = getattr(getattr(error, "orig", error), "pgcode", None)
            if hint := _HINTS.get(code or ""):
                raise SlotError(f"{_words(error)}. Nothing was read. {hint}") from error
            raise


def number(position: str) -> int:
    """Return a position of the log as a number.

    Raises:
        ValueError: it is none.
    """
    high, low = position.split("/")
    return (int(high, 16) << 32) + int(low, 16)


def text(position: int) -> str:
    """Return a position as PostgreSQL writes it."""
    return f"{position >> 32:X}/{position & 0xFFFFFFFF:X}"


def check_server(server: Any) -> None:
    """Raise a SlotError if a server does not decode its log."""
    if server.version < 13:
        raise SlotError(f"PostgreSQL {server.version} is too old to follow its log: 13 is needed.")
    if server.wal_level != "logical":
        raise SlotError(
            f"wal_level of the source is {server.wal_level}, so its log does not tell of rows: "
            "`alter system set wal_level = logical` and a restart, by its administrator, change "
            "that. Until then `meltano run reconcile` finds what has changed."
        )
    if server.is_standby and server.version < 16:
        raise SlotError(
            f"the source is a standby of PostgreSQL {server.version}, whose log can be followed on "
            "its primary only, or from version 16 on: read the primary, or `meltano run reconcile`."
        )


def _words(error: Any) -> str:
    return str(getattr(error, "orig", error)).strip().split("\n")[0].rstrip(".")


class _Rows:
    """A file that takes rows of one binary column, as COPY sends them."""

    # Signature, flags, length of an extension, which there is none of.
    _HEADER = 11 + 4 + 4
    _ROW = struct.Struct(">hi")  # number of columns, length of the first

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take
        self._begins = True
        # psycopg2 leaves the connection in the middle of COPY if a file fails.
        self.error: Exception | None = None

    def write(self, data: bytes) -> int:
        at = self._HEADER if self._begins else 0
        self._begins = False
        while len(data) - at >= self._ROW.size and not self.error:
            _, length = self._ROW.unpack_from(data, at)
            at += self._ROW.size
            try:
                self._take(data[at : at + length])
            except Exception as error:
                self.error = error
            at += length
        return len(data)
