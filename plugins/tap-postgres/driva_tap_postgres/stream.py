"""Streams that read whole columns into Parquet files, and bookmark only what is safe."""

from __future__ import annotations

import hashlib
import json
import re
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from functools import cache, cached_property, partial
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import sqlalchemy as sa
from singer_sdk.helpers._batch import BaseBatchFileEncoding, BatchConfig
from sqlalchemy.dialects import postgresql
from tap_postgres.client import PostgresStream

from driva_tap_postgres.bookmark import (
    BLIND_SPOT,
    SEEN,
    WRITERS,
    BookmarkError,
    ReplicationKey,
)
from driva_tap_postgres.errors import blamed
from driva_tap_postgres.types import ColumnType, column_type

if TYPE_CHECKING:
    from singer_sdk.helpers.types import Context, Record

# Rows a file, if `batch_config` has no `batch_size`: few enough for a MERGE in little memory, many
# enough to forget what a MERGE costs.
ROWS_PER_FILE = 500_000
# How long a run waits for transactions that write to its table to end.
WAIT_SECONDS = 5.0
MEMORY_LIMIT = "160MB"
# Seconds after which a file is nobody's; no run needs one for longer.
STALE_AFTER = 24 * 60 * 60
# Rows of those below the bookmark that the next run looks for again.
SAMPLE = 16
# What goes as text reads the same whatever the server's settings are. libpq has no variables for
# these, and a pooler takes them neither at the start nor for longer than a transaction.
SETTINGS = (
    "select set_config('intervalstyle', 'iso_8601', true) as intervals, "
    "set_config('extra_float_digits', '1', true) as floats"
)

# The stream of control totals, each of a range of ids: few enough ids to look for a row among them,
# and many enough that a large table has few ranges.
RECONCILIATION = "driva-reconciliacao"
IDS_PER_RANGE = 100_000
# Decimals that sums have, and digits before them of a column whose sums fit into NUMBER(38, 6).
SCALE_OF_SUMS = 6
DIGITS_TO_SUM = 26
# Number of rows, sum of their keys, sum of their decimal columns.
Total = tuple[int, int, Decimal]

# This tap's files, whole or not, and the JSON files that the target writes itself.
_BATCH_FILE = re.compile(
    r"(^|-)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\.parquet|\.unfinished|-\d+\.json\.gz)$"
)

_DIALECT = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
Filter = sa.ColumnElement[bool] | sa.TextClause

_SIZE = sa.text("""
    select coalesce(sum(pg_relation_size(relid)), pg_relation_size(cast(:table as regclass)))
    from pg_partition_tree(cast(:table as regclass))
""")


class UnrepresentableError(Exception):
    """A row of the source cannot get to Snowflake as it is."""


class DrivaStream(PostgresStream):
    """A table, read by BATCH files where `batch_config` asks for Parquet."""

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
        with blamed(self.fully_qualified_name), self.connector._connect() as connection:
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
    def _key(self) -> ReplicationKey | None:
        """The replication key, if rows are counted up by it."""
        if not self.replication_key or self.replication_method != "INCREMENTAL":
            return None
        return ReplicationKey.of(self._table.columns[self.replication_key], self.config)

    @property
    def _known(self) -> Mapping[str, Any]:
        """The state, if it is of this replication key."""
        state = self.stream_state
        return state if state.get("replication_key") == self.replication_key else {}

    @cached_property
    def _clauses(self) -> list[Filter]:
        given = self.config.get("stream_options", {}).get(self.name, {})
        return [sa.text(f"({clause})") for clause in given.get("custom_where_clauses") or ()]

    def _ask(self, query: sa.Executable, **parameters: Any) -> Sequence[sa.Row[Any]]:
        """Return what a query finds, in a transaction and with a snapshot of its own."""
        with self.connector._connect() as connection:
            return connection.execute(query, parameters).all()

    # -- what may be bookmarked ------------------------------------------------------------------

    @cached_property
    def _bookmark(self) -> str | None:
        """The bookmark that the last run has left.

        Raises:
            BookmarkError: it is no value of the replication key.
        """
        given = self._known.get("replication_key_value")
        if self._key is None or given is None:
            return None
        try:
            ((bookmark,),) = self._ask(sa.select(sa.cast(self._key.value(given), sa.Text)))
        except sa.exc.DataError as error:
            raise BookmarkError(
                f"the bookmark of {self.name} in the state is {json.dumps(given, default=float)}, "
                f"which is no value of {self.replication_key} ({self._key.kind}): mend it with "
                "`meltano state set`, or read all of the table again with `--full-refresh`."
            ) from error
        return str(bookmark)

    @cached_property
    def _safe_bookmark(self) -> str | None:
        """The highest key that no open transaction can undercut; else where the bookmark is.

        Keys are taken before they are committed. So: take the highest one, wait for whoever may be
        writing just then, and read afterwards. If somebody writes on, the bookmark stays.
        """
        if self._key is None:
            return None
        highest = sa.cast(sa.func.max(self._key.column), sa.Text)
        ((found, seen),) = self._ask(sa.select(highest, SEEN).where(self._key.is_passable))
        asked = {"table": self._quoted_name, "seen": seen}
        writers = set(self._ask(WRITERS, **asked))
        deadline = time.monotonic() + WAIT_SECONDS
        while writers and time.monotonic() < deadline:
            time.sleep(0.05)
            writers &= set(self._ask(WRITERS, **asked))
        if not writers:
            return None if found is None else str(found)
        self.logger.warning(
            "%s: open transactions may still add rows below %s %s, so the bookmark stays at %s and "
            "the next run reads from there again",
            self.name,
            self.replication_key,
            found,
            self._bookmark,
        )
        return self._bookmark

    def _increment_stream_state(
        self, latest_record: Record, *, context: Context | None = None
    ) -> None:
        """Leave the bookmark: it moves behind a piece of the table, not behind a record."""

    def _progress(self, bookmark: str | None, *, is_reached: bool) -> dict[str, Any]:
        """Return what the state becomes behind a piece of the table.

        To be called before the piece is read: a row that is added meanwhile changes the
        fingerprint, and the next run reads it again.

        Args:
            bookmark: how far all rows have been read then, if there is such a place.
            is_reached: whether this run has read up to it, and not only an earlier one.
        """
        if self._key is None or bookmark is None:
            return {}
        fingerprint, sample = self._window(bookmark) if is_reached else (None, None)
        return {
            "replication_key": self.replication_key,
            "replication_key_value": self._key.in_state(bookmark),
            "fingerprint": fingerprint,
            "sample": sample,
            "sampled": self._sampled,
            "stale": self._is_stale,
        }

    # -- what need not be read again ---------------------------------------------------------------

    @cached_property
    def _is_unchanged(self) -> bool:
        """Whether nothing has come or changed since the fingerprint beside the bookmark."""
        key, bookmark = self._key, self._bookmark
        if key is None or bookmark is None or self._known.get("fingerprint") is None:
            return False
        above = sa.select(sa.true()).where(*self._clauses, key.column > key.value(bookmark))
        return not self._ask(above.limit(1)) and self._known["fingerprint"] == self._found[0]

    def _window(self, bookmark: str) -> tuple[str, list[int]]:
        """Return a fingerprint of the rows that a run would read again, and a sample of them.

        The fingerprint is also one of the columns. The sample is the smallest of the rows' hashes,
        so that it is the same for as long as the rows are.
        """
        if self._key is None:
            raise ValueError(f"{self.name} has no bookmark")
        row = sa.cast(sa.func.row(*self._table.columns), sa.Text)
        rows = (
            sa.select(sa.func.hashtextextended(row, 0).label("hash"))
            .where(
                *self._clauses,
                self._key.column.between(self._key.lowest(bookmark), self._key.value(bookmark)),
            )
            .cte()
        )
        total = sa.select(sa.func.sum(sa.cast(rows.c.hash, sa.Numeric))).scalar_subquery()
        count = sa.select(sa.func.count()).select_from(rows).scalar_subquery()
        sample = sa.select(rows.c.hash).order_by(rows.c.hash).limit(SAMPLE).scalar_subquery()
        ((*sums, found),) = self._ask(sa.select(count, total, sa.func.array(sample)))
        of_all = json.dumps([self.get_selected_schema(), *map(str, sums)])
        return hashlib.sha256(of_all.encode()).hexdigest(), [number % 10**6 for number in found]

    @property
    def _sampled(self) -> str:
        """What a sample is of: the columns and how far it looks back."""
        lookback = self.config["replication_lookback"]
        of_all = json.dumps([self.get_selected_schema(), lookback])
        return hashlib.sha256(of_all.encode()).hexdigest()

    @cached_property
    def _found(self) -> tuple[str, list[int]]:
        """The same of the rows as this run finds them."""
        return self._window(self._bookmark or "")

    # -- what is not seen --------------------------------------------------------------------------

    @cached_property
    def _is_stale(self) -> bool:
        """Whether rows that are not read again have probably changed, as others have.

        So it is from a run that finds most of those changed which it does read again, as after a
        backup was restored or all rows were updated, until a full refresh.
        """
        key, bookmark, sample = self._key, self._bookmark, self._known.get("sample") or []
        if key is None or bookmark is None or self._known.get("stale"):
            return bool(self._known.get("stale"))
        if key.is_time or len(sample) < SAMPLE or self._known.get("sampled") != self._sampled:
            return False
        if self._is_unchanged:
            return False
        below = sa.select(sa.true()).where(*self._clauses, key.column < key.lowest(bookmark))
        return len({*sample} & {*self._found[1]}) < SAMPLE / 2 and bool(self._ask(below.limit(1)))

    def _warn(self) -> None:
        """Say what this run does not see."""
        key, bookmark = self._key, self._bookmark
        warn = partial(self.logger.warning, "%s: %s", self.name)
        if key is None:
            if self.replication_method == "INCREMENTAL":
                warn(
                    f"its replication key {self.replication_key} is neither a number nor a time, "
                    "and new rows may come anywhere: each run reads all of it"
                )
            return
        for (kind,) in self._ask(BLIND_SPOT, table=self._quoted_name):
            warn(f"it is {kind}: a row that comes late is read within the lookback only")
        if bookmark is None:
            return
        again = (
            f"`make backfill TABLE={self.fully_qualified_name.table}`, or any run with "
            "`--full-refresh`, reads all of it again"
        )
        highest = sa.func.max(key.column)
        is_below = sa.func.coalesce(highest < key.value(bookmark), sa.true())
        asked = sa.select(sa.cast(highest, sa.Text)).where(key.is_passable).having(is_below)
        if below := self._ask(asked):
            found = below[0][0] or "none"
            warn(
                f"its highest {self.replication_key} is {found}, below the bookmark {bookmark}: "
                "rows were deleted, or ids are used again, and rows that come below the bookmark "
                f"are read within the lookback only; {again}, and docs/runbook.md says what "
                "becomes of those that are gone"
            )
        elif self._is_stale:
            warn(
                "most of its last rows had changed between two runs, and older ones, which are not "
                f"read again, have probably changed too; {again}"
            )

    # -- what it adds up to ------------------------------------------------------------------------

    @property
    def bookmark(self) -> int | None:
        """The id up to which all rows have been read, if they are counted up by a whole number."""
        known = self._known.get("replication_key_value")
        return int(known) if known is not None and self._is_counted else None

    @property
    def _is_counted(self) -> bool:
        return self._key is not None and self._key.is_whole

    def totals(self, last: int, first: int | None = None) -> dict[int, Total]:
        """Return the control totals of the rows up to the id `last`, by the number of their range.

        Args:
            last: the highest id that counts.
            first: the number of the first range that counts.
        """
        if self._key is None:
            raise ValueError(f"{self.name} has no bookmark")
        key, columns = self._key.column, self._table.columns
        # Rounded down, where PostgreSQL rounds towards zero.
        number = key // IDS_PER_RANGE - sa.cast(key % IDS_PER_RANGE < 0, sa.Integer)
        decimals = [columns[name] for name, kind in self._types.items() if _is_summed(kind)]
        sums = (sa.func.coalesce(sa.func.sum(column), 0) for column in decimals)
        values = sum(sums, sa.cast(0, sa.Numeric))
        rows = [*self._clauses, key <= last]
        if first is not None:
            rows.append(key >= first * IDS_PER_RANGE)
        query = sa.select(number, sa.func.count(), sa.func.sum(key), values).where(*rows)
        found = self._ask(query.group_by(sa.literal_column("1")))
        if any(value.is_nan() for *_, value in found):
            # It is refused in a row that is read, and so in one that was read before it had it.
            self._check_values(sa.select(*self._values).where(*rows))
            return self.totals(last, first)
        return {number: (count, int(keys), value) for number, count, keys, value in found}

    def moved(self, totals: dict[int, Total]) -> set[int]:
        """Return the ranges whose totals, as they are now, may not be those of the rows read."""
        if self._is_unchanged and self._bookmark is not None:
            if self._known["fingerprint"] == self._window(self._bookmark)[0]:
                return set()
            bookmark = int(self._bookmark)
            lowest = bookmark - self.config["replication_lookback"]
            return set(range(lowest // IDS_PER_RANGE, bookmark // IDS_PER_RANGE + 1))
        first, before = self._before
        differing = before.items() ^ totals.items()
        return {number for number, _ in differing if first is None or number >= first}

    def _count_before(self) -> None:
        known, safe = int(self._bookmark or 0), int(self._safe_bookmark or 0)
        first = (known - self.config["replication_lookback"]) // IDS_PER_RANGE if known else None
        self._before = first, self.totals(max(safe, known), first)

    # -- reading ---------------------------------------------------------------------------------

    def sync(self, context: Context | None = None) -> None:  # type: ignore[misc]
        """Read the table; what fails names it."""
        with blamed(self.fully_qualified_name):
            try:
                super().sync(context)
            except (sa.exc.DBAPIError, duckdb.Error) as error:
                if "UTF8" in str(error):  # PostgreSQL names it in every language
                    self._check_encoding()
                raise

    @property
    def emit_activate_version_messages(self) -> bool:
        """Whether the rows that are read take the place of all that were read before."""
        return self.replication_method == "FULL_TABLE" and self.max_record_count() is None

    def _end_version(self) -> None:
        """Say that all rows of a version have been sent; that it begins, the SDK says."""
        if self._stream_version is not None:
            self._write_activate_version_message(self._stream_version)

    def get_records(self, context: Context | None) -> Iterable[Record]:
        """Yield records one by one, where files cannot be used."""
        order = [self._table.columns[self.replication_key]] if self.replication_key else []
        for query, progress in self._pieces():
            with self.connector._connect() as connection:
                yield from map(dict, connection.execute(query.order_by(*order)).mappings())
            self.stream_state.update(progress)
        self._end_version()

    def _write_schema_message(self) -> None:
        """Announce the table, unless nothing follows: the target then does not even look at it.

        What follows is added up before it is read, if totals are wanted.
        """
        self._warn()
        if self._is_unchanged:
            self.logger.info("%s: nothing new", self.name)
            return
        if self._is_counted and self._tap.streams[RECONCILIATION].selected:
            self._count_before()
        super()._write_schema_message()

    def get_batch_config(self, config: Mapping[str, Any]) -> BatchConfig | None:
        """Return the configuration of files, or None where records go one by one."""
        batch_config: BatchConfig | None = super().get_batch_config(config)
        in_parquet = batch_config is not None and batch_config.encoding.format == "parquet"
        if not in_parquet or self._unbatchable is None:
            return batch_config
        self.logger.info("%s: read record by record, as %s", self.name, self._unbatchable)
        return None

    @property
    def _unbatchable(self) -> str | None:
        if self._tap.config.get("stream_maps"):
            return "stream maps work on records"
        if self.replication_method == "INCREMENTAL" and not self._has_its_own_key:
            return "its key is not the table's own, and two rows may come to share it"
        return None

    @property
    def _has_its_own_key(self) -> bool:
        entries = self._tap.found  # type: ignore[attr-defined]
        own = {entry["tap_stream_id"]: entry["key_properties"] for entry in entries}
        return bool(own[self.name] == list(self.primary_keys))

    def get_batches(
        self, batch_config: BatchConfig, context: Context | None = None
    ) -> Iterator[tuple[BaseBatchFileEncoding, list[str]]]:
        """Write one Parquet file after the other; move the bookmark behind each."""
        # Nothing is encoded in these addresses, neither by the SDK nor by Snowflake's PUT.
        folder = _prepared(Path(batch_config.storage.root.removeprefix("file://")))
        for query, progress in self._pieces():
            file = folder / f"{uuid.uuid4()}.parquet"
            count = self._write(query, file)
            self.logger.info("%s: %s rows", self.name, f"{count:,}")
            self.stream_state.update(progress)
            yield batch_config.encoding, [f"file://{file}"]
        self._end_version()

    def max_record_count(self) -> int | None:
        """Return how many new rows a run reads at most, one more than a trial needs."""
        limit: int | None = super().max_record_count()
        return limit if self.ABORT_AT_RECORD_COUNT is None else self.ABORT_AT_RECORD_COUNT + 1

    def _pieces(self) -> Iterator[tuple[sa.Select[Any], dict[str, Any]]]:
        """Yield a query for each piece of what is read, and what the state becomes behind it."""
        self._check_key()
        if self._is_unchanged:
            return
        self._check_declared_key()
        for rows, bookmark, is_reached in self._ranges():
            query = sa.select(*self._values).where(*rows)
            if self._key is None:
                query = query.limit(self.max_record_count())
            self._check_values(query)
            yield query, self._progress(bookmark, is_reached=is_reached)

    @property
    def _begin(self) -> list[Filter]:
        """The filter for where this run begins to read, if not at the beginning."""
        if self._key is None or self._bookmark is None:
            return []
        return [self._key.column >= self._key.lowest(self._bookmark)]

    def _ranges(self) -> Iterator[tuple[list[Filter], str | None, bool]]:
        """Yield the filters of each piece, the bookmark behind it, and whether it is reached."""
        if self._key is None:
            yield self._clauses, None, False
            return
        key, known, safe, left = (
            self._key,
            self._bookmark,
            self._safe_bookmark,
            self.max_record_count(),
        )
        begin = self._begin
        if left is not None and known is not None:
            again = key.column.between(key.lowest(known), key.value(known))
            ((count,),) = self._ask(sa.select(sa.func.count()).where(*self._clauses, again))
            left += count  # the limit is for new rows
        rows_per_file = self.config.get("batch_config", {}).get("batch_size") or ROWS_PER_FILE
        while left is None or left > 0:
            size = rows_per_file if left is None else min(left, rows_per_file)
            keys = sa.select(key.column.label("key")).where(*self._clauses, *begin)
            of_piece = keys.order_by(key.column).limit(size).subquery().c.key
            last = sa.func.max(of_piece)
            passed = last.filter(of_piece <= key.value(safe))
            # Of what is NULL, nothing is passed, or nothing known, there is no greatest.
            bookmark = sa.func.greatest(passed, key.value(known))
            end, reached = sa.cast(last, sa.Text), sa.cast(bookmark, sa.Text)
            ((end, count, reached, is_reached),) = self._ask(
                sa.select(end, sa.func.count(), reached, last >= bookmark)
            )
            if not count:
                return
            yield [*self._clauses, *begin, key.column <= key.value(end)], reached, bool(is_reached)
            begin = [key.column > key.value(end)]
            left = None if left is None else left - count
            if count < size:
                return

    def _write(self, query: sa.Select[Any], file: Path) -> int:
        """Write a query's rows to a file that has its name only when it is whole."""
        unfinished = file.with_suffix(".unfinished")
        dsn = self._tap.connection_parameters.render_as_psycopg2_dsn()  # type: ignore[attr-defined]
        reader = _reader(dsn).begin()
        reader.execute(f"SELECT * FROM {_in_source(SETTINGS)}").fetchall()
        (count,) = reader.execute(
            f"COPY (SELECT * FROM {_in_source(_sql(query))}) "
            f"TO {_quote(str(unfinished))} (FORMAT parquet, COMPRESSION snappy)"
        ).fetchall()[0]
        reader.commit()
        unfinished.rename(file)
        return int(count)

    def _check_key(self) -> None:
        """Raise an UnrepresentableError if a row has no replication key."""
        key = None if self._key is None else self._key.column
        if key is None or not key.nullable:
            return
        without = sa.select(sa.literal(1)).where(*self._clauses, key.is_(None)).limit(1)
        with self.connector._connect() as connection:
            if connection.execute(without).first():
                raise UnrepresentableError(
                    f"{self.fully_qualified_name}.{key.name} is NULL in a row, which incremental "
                    "runs never read: mend the row, leave it out with `custom_where_clauses` in "
                    "`stream_options`, or choose another replication key."
                )

    def _check_declared_key(self) -> None:
        """Raise an UnrepresentableError if rows share a key that is not the table's own."""
        if self.replication_method != "INCREMENTAL" or self._has_its_own_key:
            return
        key = [self._table.columns[name] for name in self.primary_keys]
        # Rows that share their replication key with others are read with them.
        is_read_together = self.replication_key in self.primary_keys
        rows = [*self._clauses, *(self._begin if is_read_together else ())]
        shared = sa.or_(sa.func.count() > 1, *(column.is_(None) for column in key))
        found = self._ask(sa.select(*key).where(*rows).group_by(*key).having(shared).limit(1))
        for row in found:
            values = ", ".join(f"{k} = {v}" for k, v in zip(self.primary_keys, row, strict=True))
            raise UnrepresentableError(
                f"{self.fully_qualified_name} has more than one row, or a NULL, with {values}, so "
                "`table-key-properties` in `metadata` does not tell its rows apart: declare other "
                "columns, or `replication-method: FULL_TABLE`."
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
            raise self._unrepresentable(f"{row[0]} is {row[1]}", row[2:])

    def _check_encoding(self) -> None:
        """Raise an UnrepresentableError if a text is not UTF-8, as none need be in SQL_ASCII."""
        texts = {column.name: sa.cast(column, sa.Text) for column in self._table.columns}
        keys = [self._table.columns[key] for key in self.primary_keys]
        suspects = (
            sa.select(*keys, *(sa.func.convert_to(text, "SQL_ASCII") for text in texts.values()))
            .where(sa.func.current_setting("server_encoding") == "SQL_ASCII", *self._clauses)
            .where(sa.or_(*(text.regexp_match(r"[^\x01-\x7f]") for text in texts.values())))
        )
        with self.connector._connect() as connection:
            for row in connection.execute(suspects):
                for name, value in zip(texts, row[len(keys) :], strict=True):
                    try:
                        bytes(value or b"").decode()
                    except UnicodeDecodeError as error:
                        what = f"{name} is not UTF-8 but {bytes(value)!r}"
                        raise self._unrepresentable(what, row[: len(keys)]) from error

    def _unrepresentable(self, what: str, keys: Iterable[Any]) -> UnrepresentableError:
        key = ", ".join(f"{k} = {v}" for k, v in zip(self.primary_keys, keys, strict=True))
        which = f"the row with {key}" if key else "a row"
        return UnrepresentableError(
            f"{self.fully_qualified_name}.{what} in {which}, which has no place in Snowflake: mend "
            "the row, or leave it out with `custom_where_clauses` in `stream_options`."
        )


def _is_summed(kind: ColumnType) -> bool:
    if kind.schema.get("x-sql-datatype") != "numeric":
        return False
    precision, scale = kind.schema["x-sql-datatype-properties"].values()
    return bool(0 < scale <= SCALE_OF_SUMS and precision - scale <= DIGITS_TO_SUM)


@cache
def _prepared(folder: Path) -> Path:
    """Create the folder of a run's files, without what runs that died have left in it.

    That is a day old, so that nothing is removed beside another run, and has a name as tap and
    target give it: the folder may be anyone's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.rglob("*"):
        with suppress(FileNotFoundError):  # others tidy up, too
            if _BATCH_FILE.search(file.name) and file.stat().st_mtime < time.time() - STALE_AFTER:
                file.unlink()
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


def _in_source(query: str) -> str:
    return f"postgres_query('source', {_quote(query)})"


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
