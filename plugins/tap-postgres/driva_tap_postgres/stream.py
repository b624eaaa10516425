"""Streams that read whole columns into Parquet files, and bookmark only what is safe."""

from __future__ import annotations

import hashlib
import json
import re
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

import duckdb
import sqlalchemy as sa
from singer_sdk.helpers._batch import BaseBatchFileEncoding, BatchConfig
from sqlalchemy.dialects import postgresql
from tap_postgres.client import PostgresStream

from driva_tap_postgres.types import ColumnType, column_type

if TYPE_CHECKING:
    from singer_sdk.helpers.types import Context, Record

# Rows a file, if `batch_config` has no `batch_size`: few enough for a MERGE in little memory, many
# enough to forget what a MERGE costs.
ROWS_PER_FILE = 500_000
# How long a run waits for transactions that write to its table to end.
WAIT_SECONDS = 5.0
MEMORY_LIMIT = "160MB"

# The stream of control totals, each of a range of ids: few enough ids to look for a row among them,
# and many enough that a large table has few ranges.
RECONCILIATION = "driva-reconciliacao"
IDS_PER_RANGE = 100_000
# Decimals that sums have, and digits before them of a column whose sums fit into NUMBER(38, 6).
SCALE_OF_SUMS = 6
DIGITS_TO_SUM = 26
# Number of rows, sum of their keys, sum of their decimal columns.
Total = tuple[int, int, Decimal | int | None]

# This tap's files, whole or not, and the JSON files that the target writes itself.
_BATCH_FILE = re.compile(
    r"-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\.parquet|\.unfinished|-\d+\.json\.gz)$"
)

_DIALECT = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
Filter = sa.ColumnElement[bool] | sa.TextClause

# Locks that a transaction takes on a table before it writes a row, and on a sequence when it takes
# a number, and keeps until it ends. https://www.postgresql.org/docs/18/explicit-locking.html
_WRITERS = sa.text("""
    select distinct l.virtualtransaction
    from pg_locks l
    where l.relation in (
        select cast(:table as regclass)
        union all
        select d.objid from pg_depend d
        where d.refobjid = cast(:table as regclass)
            and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i')
    )
    and l.mode in (
        'RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'
    )
    and l.pid is distinct from pg_backend_pid()
""")

_SIZE = sa.text("""
    select coalesce(sum(pg_relation_size(relid)), pg_relation_size(cast(:table as regclass)))
    from pg_partition_tree(cast(:table as regclass))
""")


class UnrepresentableError(Exception):
    """A row of the source cannot get to Snowflake as it is."""


class DrivaStream(PostgresStream):
    """A table, read by BATCH files where `batch_config` asks for Parquet."""

    # The window below the bookmark comes first, so records do not ascend from the bookmark.
    is_sorted = False
    # The first range that this run reads, if it does not read all, and the totals before it did.
    _before: tuple[int | None, dict[int, Total]] = (None, {})

    @cached_property
    def _table(self) -> sa.Table:
        selected = list(self.get_selected_schema()["properties"])
        table: sa.Table = self.connector.get_table(self.fully_qualified_name, column_names=selected)
        return table

    @cached_property
    def _quoted_name(self) -> str:
        name: str = _DIALECT.identifier_preparer.format_table(self._table)
        return name

    @property
    def size(self) -> int:
        """Bytes of the table with its partitions; none for a view."""
        with self.connector._connect() as connection:
            return int(connection.execute(_SIZE, {"table": self._quoted_name}).scalar() or 0)

    @cached_property
    def _types(self) -> dict[str, ColumnType]:
        as_string = self.config["dates_as_string"]
        return {c.name: column_type(c.type, dates_as_string=as_string) for c in self._table.columns}

    @cached_property
    def _values(self) -> list[sa.ColumnElement[Any]]:
        """What is selected of each column, in files and in records."""
        columns = self._table.columns
        return [kind.read(columns[name]).label(name) for name, kind in self._types.items()]

    @cached_property
    def _key(self) -> sa.Column[Any] | None:
        """The replication key, if it is a whole number that rows are counted up by."""
        if not self.replication_key or self.replication_method != "INCREMENTAL":
            return None
        column = self._table.columns[self.replication_key]
        return column if isinstance(column.type, sa.Integer) else None

    @property
    def _known(self) -> Mapping[str, Any]:
        """The state, if it is of this replication key."""
        state = self.stream_state
        return state if state.get("replication_key") == self.replication_key else {}

    @cached_property
    def _clauses(self) -> list[Filter]:
        given = self.config.get("stream_options", {}).get(self.name, {})
        return [sa.text(f"({clause})") for clause in given.get("custom_where_clauses") or ()]

    # -- what may be bookmarked ------------------------------------------------------------------

    def get_starting_replication_key_value(self, context: Context | None) -> Any | None:
        """Return where to begin: `replication_lookback` ids below the bookmark."""
        bookmark = super().get_starting_replication_key_value(context)
        if bookmark is None or self._key is None:
            return bookmark
        return bookmark - self.config["replication_lookback"]

    def get_replication_key_signpost(self, context: Context | None = None) -> Any | None:
        """Return the highest id that no open transaction can undercut.

        Ids are handed out before they are committed. A transaction that has one holds a lock on the
        table, or on its sequence, until it ends. So: take the highest id, wait for whoever writes
        just then, and read afterwards. If somebody writes on, the bookmark stays where it is.
        """
        if self._key is None:
            return super().get_replication_key_signpost(context)
        return None if self._is_unchanged else self._safe_bookmark

    @cached_property
    def _safe_bookmark(self) -> int:
        if self._key is None:
            raise ValueError(f"{self.name} has no integer replication key")
        with self.connector._connect() as connection:
            highest: int = connection.execute(sa.select(sa.func.max(self._key))).scalar() or 0
            asked = {"table": self._quoted_name}
            writers = set(connection.execute(_WRITERS, asked).scalars())
            deadline = time.monotonic() + WAIT_SECONDS
            while writers and time.monotonic() < deadline:
                time.sleep(0.05)
                writers &= set(connection.execute(_WRITERS, asked).scalars())
        if not writers:
            return highest
        bookmark = self._known.get("replication_key_value")
        self.logger.warning(
            "%s: %d open transaction(s) may still add ids below %d, so the bookmark stays at %s "
            "and the next run reads from there again",
            self.name,
            len(writers),
            highest,
            bookmark,
        )
        return -1 if bookmark is None else int(bookmark)

    def _progress(self, last: int | None) -> dict[str, Any]:
        """Return what the state becomes behind a file that ends with the id `last`.

        To be called before the file is read: a row that is added meanwhile changes the fingerprint,
        and the next run reads it again.
        """
        known = self._known.get("replication_key_value", -1)
        bookmark = -1 if last is None else max(min(last, self._safe_bookmark), known)
        if last is None or bookmark < 0:
            return {}
        return {
            "replication_key": self.replication_key,
            "replication_key_value": bookmark,
            "fingerprint": self._fingerprint(bookmark) if last >= bookmark else None,
        }

    # -- what need not be read again ---------------------------------------------------------------

    @cached_property
    def _is_unchanged(self) -> bool:
        """Whether nothing has come or changed since the fingerprint beside the bookmark."""
        bookmark = self._known.get("replication_key_value")
        fingerprint = self._known.get("fingerprint")
        if self._key is None or bookmark is None or fingerprint is None or not self._by_files:
            return False
        above = sa.select(self._key).where(*self._clauses, self._key > bookmark).limit(1)
        with self.connector._connect() as connection:
            if connection.execute(above).first():
                return False
        return bool(fingerprint == self._fingerprint(bookmark))

    def _fingerprint(self, bookmark: int) -> str:
        """Return a digest of the columns, and of the rows that a run would read again."""
        if self._key is None:
            raise ValueError(f"{self.name} has no integer replication key")
        lowest = bookmark - self.config["replication_lookback"]
        row = sa.cast(sa.func.row(*self._table.columns), sa.Text)
        rows = sa.select(row).where(*self._clauses, self._key.between(lowest, bookmark))
        with self.connector._connect() as connection:
            found = connection.execute(rows.order_by(self._key)).scalars().all()
        return hashlib.sha256(json.dumps([self.get_selected_schema(), *found]).encode()).hexdigest()

    # -- what it adds up to ------------------------------------------------------------------------

    @property
    def bookmark(self) -> int | None:
        """The id up to which all rows have been read, if they are counted up by a whole number."""
        return None if self._key is None else self._known.get("replication_key_value")

    def totals(self, last: int, first: int | None = None) -> dict[int, Total]:
        """Return the control totals of the rows up to the id `last`, by the number of their range.

        Args:
            last: the highest id that counts.
            first: the number of the first range that counts.
        """
        key, columns = self._key, self._table.columns
        if key is None:
            raise ValueError(f"{self.name} has no integer replication key")
        # Rounded down, where PostgreSQL rounds towards zero.
        number = key // IDS_PER_RANGE - sa.cast(key % IDS_PER_RANGE < 0, sa.Integer)
        decimals = [columns[name] for name, kind in self._types.items() if _is_summed(kind)]
        sums = (sa.func.coalesce(sa.func.sum(column), 0) for column in decimals)
        # NaN, which is refused when it is read, is no number in an older row either.
        values = sa.func.nullif(sum(sums, sa.cast(0, sa.Numeric)), sa.literal_column("'NaN'"))
        lowest = [] if first is None else [key >= first * IDS_PER_RANGE]
        query = (
            sa.select(number, sa.func.count(), sa.func.sum(key), values)
            .where(*self._clauses, *lowest, key <= last)
            .group_by(sa.literal_column("1"))
        )
        with self.connector._connect() as connection:
            return {n: (count, int(keys), v) for n, count, keys, v in connection.execute(query)}

    def moved(self, totals: dict[int, Total]) -> set[int]:
        """Return the ranges whose totals, as they are now, may not be those of the rows read."""
        if self._is_unchanged:
            bookmark = self._known["replication_key_value"]
            if self._known["fingerprint"] == self._fingerprint(bookmark):
                return set()
            lowest = bookmark - self.config["replication_lookback"]
            return set(range(lowest // IDS_PER_RANGE, bookmark // IDS_PER_RANGE + 1))
        first, before = self._before
        differing = before.items() ^ totals.items()
        return {number for number, _ in differing if first is None or number >= first}

    def _count_before(self) -> None:
        known = self._known.get("replication_key_value")
        first = (known - self.config["replication_lookback"]) // IDS_PER_RANGE if known else None
        self._before = first, self.totals(max(self._safe_bookmark, known or 0), first)

    # -- reading ---------------------------------------------------------------------------------

    def build_query(self, *, context: Context | None = None) -> sa.Select[Any]:
        """Return the query for records, with the values that a file has."""
        query = sa.select(*self._values)
        query = self.apply_query_filters(query, self._table, context=context)
        return self.apply_query_limit(query)

    def get_records(self, context: Context | None) -> Iterable[Record]:
        """Yield records one by one, where files cannot be used."""
        self._check_key()
        self._check_values(self.build_query(context=context))
        yield from super().get_records(context)

    def _write_schema_message(self) -> None:
        """Announce the table, unless nothing follows: the target then does not even look at it.

        What follows is added up before it is read, if totals are wanted.
        """
        if self._is_unchanged:
            self.logger.info("%s: nothing new", self.name)
            return
        if self._key is not None and self._tap.streams[RECONCILIATION].selected:
            self._count_before()
        super()._write_schema_message()

    def get_batch_config(self, config: Mapping[str, Any]) -> BatchConfig | None:
        """Return the configuration of files, or None where records go one by one."""
        batch_config: BatchConfig | None = super().get_batch_config(config)
        if batch_config is None or batch_config.encoding.format != "parquet" or self._by_files:
            return batch_config
        self.logger.info("%s: read record by record, as %s", self.name, self._unbatchable)
        return None

    @cached_property
    def _by_files(self) -> bool:
        batch_config: BatchConfig | None = super().get_batch_config(self.config)
        in_parquet = batch_config is not None and batch_config.encoding.format == "parquet"
        return in_parquet and self._unbatchable is None

    @property
    def _unbatchable(self) -> str | None:
        if self._tap.config.get("stream_maps"):
            return "stream maps work on records"
        if self.replication_method == "INCREMENTAL" and self._key is None:
            return f"its replication key {self.replication_key} is not a whole number"
        if list(self.primary_keys) != list(self.catalog_entry.get("key_properties") or []):
            return "its key is not the table's own, and may not be unique"
        return None

    def get_batches(
        self, batch_config: BatchConfig, context: Context | None = None
    ) -> Iterator[tuple[BaseBatchFileEncoding, list[str]]]:
        """Write one Parquet file after the other; move the bookmark behind each."""
        self._write_starting_replication_value(context)
        self._check_key()
        if self._is_unchanged:
            return
        folder = _prepared(Path(urlparse(batch_config.storage.root).path))
        rows = sa.select(*self._values)
        for filters, last in self._ranges(context):
            query = rows.where(*filters)
            self._check_values(query)
            progress = self._progress(last)
            file = folder / f"{self.name}-{uuid.uuid4()}.parquet"
            count = self._write(query, file)
            self.logger.info("%s: %s rows", self.name, f"{count:,}")
            self.get_context_state(context).update(progress)
            yield batch_config.encoding, [file.as_uri()]

    def _ranges(self, context: Context | None) -> Iterator[tuple[list[Filter], int | None]]:
        """Yield the filters of each file, and the highest id that it has."""
        clauses = self._clauses
        key, left = self._key, self.max_record_count()
        if key is None:
            if left is not None:
                raise ValueError(f"{self.name}: max_record_count needs an integer replication key")
            yield clauses, None
            return
        start = self.get_starting_replication_key_value(context)
        begin: list[Filter] = [] if start is None else [key >= start]
        if left is not None and start is not None:
            left += self.config["replication_lookback"] + 1  # the limit is for new rows
        rows_per_file = self.config["batch_config"].get("batch_size") or ROWS_PER_FILE
        while left is None or left > 0:
            size = rows_per_file if left is None else min(left, rows_per_file)
            ids = sa.select(key).where(*clauses, *begin).order_by(key).limit(size).subquery()
            with self.connector._connect() as connection:
                last, count = connection.execute(
                    sa.select(sa.func.max(ids.c[key.name]), sa.func.count())
                ).one()
            if not count:
                return
            yield [*clauses, *begin, key <= last], last
            begin = [key > last]
            left = None if left is None else left - count
            if count < size:
                return

    def _write(self, query: sa.Select[Any], file: Path) -> int:
        """Write a query's rows to a file that has its name only when it is whole."""
        unfinished = file.with_suffix(".unfinished")
        dsn = self._tap.connection_parameters.render_as_psycopg2_dsn()  # type: ignore[attr-defined]
        (count,) = (
            _reader(dsn)
            .execute(
                f"COPY (SELECT * FROM postgres_query('source', {_quote(_sql(query))})) "
                f"TO {_quote(str(unfinished))} (FORMAT parquet, COMPRESSION snappy)"
            )
            .fetchall()[0]
        )
        unfinished.rename(file)
        return int(count)

    def _check_key(self) -> None:
        """Raise an UnrepresentableError if a row has no replication key."""
        key = self._table.columns[self.replication_key] if self.replication_key else None
        if key is None or not key.nullable or self.replication_method != "INCREMENTAL":
            return
        without = sa.select(sa.literal(1)).where(*self._clauses, key.is_(None)).limit(1)
        with self.connector._connect() as connection:
            if connection.execute(without).first():
                raise UnrepresentableError(
                    f"{self.fully_qualified_name}.{key.name} is NULL in a row, which incremental "
                    "runs never read: mend the row, leave it out with `custom_where_clauses` in "
                    "`stream_options`, or choose another replication key."
                )

    def _check_values(self, query: sa.Select[Any]) -> None:
        """Raise an UnrepresentableError if a row has a value that Snowflake's type does not."""
        columns = self._table.columns
        suspects = {
            name: kind.refused(columns[name]) for name, kind in self._types.items() if kind.refused
        }
        if not suspects:
            return
        found_in = [(test, sa.literal(name)) for name, test in suspects.items()]
        found = [(test, sa.cast(columns[name], sa.Text)) for name, test in suspects.items()]
        keys = [columns[key] for key in self.primary_keys]
        statement = (
            query.with_only_columns(sa.case(*found_in), sa.case(*found), *keys)
            .where(sa.or_(*suspects.values()))
            .order_by(None)
            .limit(1)
        )
        with self.connector._connect() as connection:
            row = connection.execute(statement).first()
        if row:
            key = ", ".join(f"{k} = {v}" for k, v in zip(self.primary_keys, row[2:], strict=True))
            raise UnrepresentableError(
                f"{self.fully_qualified_name}.{row[0]} is {row[1]} in the row with {key}, which "
                "has no place in Snowflake: mend the row, or leave it out with "
                "`custom_where_clauses` in `stream_options`."
            )


def _is_summed(kind: ColumnType) -> bool:
    if kind.schema.get("x-sql-datatype") != "numeric":
        return False
    precision, scale = kind.schema["x-sql-datatype-properties"].values()
    return bool(scale <= SCALE_OF_SUMS and precision - scale <= DIGITS_TO_SUM)


@cache
def _prepared(folder: Path) -> Path:
    """Create the folder of a run's files, without what a run that died has left in it.

    Only files with a name as tap and target give it are removed: the folder may be anyone's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.iterdir():
        if _BATCH_FILE.search(file.name):
            file.unlink(missing_ok=True)
    return folder


@cache
def _reader(dsn: str) -> duckdb.DuckDBPyConnection:
    """Return a DuckDB that reads from PostgreSQL as `source`."""
    connection = duckdb.connect(
        config={"memory_limit": MEMORY_LIMIT, "preserve_insertion_order": "false"}
    )
    package = files("duckdb_extension_postgres_scanner")
    (scanner,) = Path(str(package)).glob("extensions/*/*.duckdb_extension")
    connection.load_extension(str(scanner))
    connection.execute(f"ATTACH {_quote(dsn)} AS source (TYPE postgres, READ_ONLY)")
    return connection


def _sql(query: sa.Select[Any]) -> str:
    return str(query.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True}))


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
