"""Streams that send whole columns by Parquet files, and bookmark only what is safe."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from singer_sdk.helpers._batch import BaseBatchFileEncoding, BatchConfig, SDKBatchMessage
from tap_postgres.client import PostgresStream

from driva_tap_postgres import parquet
from driva_tap_postgres.bookmark import Bookmark
from driva_tap_postgres.checks import (
    check_declared_key,
    check_encoding,
    check_replication_key,
    check_values,
)
from driva_tap_postgres.comparison import Compared, Comparison
from driva_tap_postgres.errors import blamed
from driva_tap_postgres.increment import Increment
from driva_tap_postgres.origin import Origin
from driva_tap_postgres.piece import Piece
from driva_tap_postgres.replication_key import ReplicationKey
from driva_tap_postgres.source import SourceTable, sql
from driva_tap_postgres.totals import ControlTotals, RangeTotal
from driva_tap_postgres.types import column_type
from driva_tap_postgres.window import Window

if TYPE_CHECKING:
    from singer_sdk.helpers.types import Context, Record

# Rows a file, if `batch_config` has no `batch_size`: few enough for a MERGE in little memory, many
# enough to forget what a MERGE costs.
ROWS_PER_FILE = 500_000


@dataclass
class PieceMessage(SDKBatchMessage):
    """A BATCH message that has one thing more to say, which other targets pass over."""

    complete: dict[str, Any] | None = None


class DrivaStream(PostgresStream):
    """A table, read by BATCH files where `batch_config` asks for Parquet."""

    # Whether what is read of the table is added up.
    is_reconciled = False
    # The database that is read, if its user may know it.
    origin: Origin | None = None
    # The snapshot of a run that reads all of the table in one.
    _run: parquet.Snapshot | None = None
    # When what is sent was read, in seconds.
    read_at = 0.0
    # What the next message says of its files.
    _complete: dict[str, Any] | None = None

    @cached_property
    def source(self) -> SourceTable:
        """The table, as it is read."""
        selected = list(self.get_selected_schema()["properties"])
        table = self.connector.get_table(self.fully_qualified_name, column_names=selected)
        options = self.config.get("stream_options", {}).get(self.name, {})
        as_string = self.config["dates_as_string"]
        return SourceTable(
            name=self.fully_qualified_name,
            table=table,
            types={c.name: column_type(c.type, dates_as_string=as_string) for c in table.columns},
            key=self.primary_keys,
            clauses=[sa.text(f"({c})") for c in options.get("custom_where_clauses") or ()],
            connect=self.connector._connect,
        )

    @cached_property
    def key(self) -> ReplicationKey | None:
        """What its rows are counted up by, if they are."""
        if not self.replication_key or self.replication_method != "INCREMENTAL":
            return None
        return ReplicationKey.of(self.source.table.columns[self.replication_key], self.config)

    @cached_property
    def increment(self) -> Increment | None:
        """What is read of a table whose rows are counted up by its replication key."""
        if self.key is None or self.comparison:
            return None
        left = Bookmark.of(self.stream_state, self.replication_key)
        lookback = self.config["replication_lookback"]
        window = Window(self.source, self.key, self.get_selected_schema(), lookback)
        return Increment(self.name, left, window, self.origin, self.logger)

    @cached_property
    def comparison(self) -> Comparison | None:
        """What is read of a table that is compared with what was read before."""
        if self._run is None or self.replication_method != "INCREMENTAL":
            return None
        return Comparison(
            self.name,
            self.source.at(self._run),
            self.key if self.key and self.key.is_whole else None,
            Compared.left(self.stream_state),
            self.origin,
            self.get_selected_schema(),
            self.config["replication_lookback"],
            self.logger,
        )

    @cached_property
    def _totals(self) -> ControlTotals | None:
        """What adds up what is read, if rows are counted up by a whole number."""
        is_wanted = self.is_reconciled and self.key and self.key.is_whole
        return ControlTotals(self.source, self.key) if is_wanted and self.key else None

    @property
    def totals_read(self) -> Iterable[RangeTotal]:
        """The control totals of what this run has read."""
        if self._totals is None:
            return []
        if self.comparison:
            return [] if self.comparison.is_unchanged else self.comparison.ranges()
        return self._totals.ranges.values()

    @property
    def columns_summed(self) -> list[str]:
        """The columns that control totals sum."""
        return self._totals.columns if self._totals else []

    @property
    def size(self) -> int:
        """Bytes of the table with its partitions; none for a view."""
        with blamed(self.fully_qualified_name):
            return self.source.size

    def _increment_stream_state(
        self, latest_record: Record, *, context: Context | None = None
    ) -> None:
        """Leave the bookmark: it moves behind a piece of the table, not behind a record."""

    def sync(self, context: Context | None = None) -> None:  # type: ignore[misc]
        """Read the table; what fails names it."""
        with blamed(self.fully_qualified_name), ExitStack() as run:
            if self.config["reconcile"]:
                self._run = run.enter_context(parquet.snapshot(self._dsn))
            try:
                super().sync(context)
            except (sa.exc.DBAPIError, parquet.ReadError) as error:
                if "UTF8" in str(error):  # PostgreSQL names it in every language
                    check_encoding(self.source)
                raise

    @property
    def emit_activate_version_messages(self) -> bool:
        """Whether the rows that are read take the place of all that were read before."""
        return self.replication_method == "FULL_TABLE" and self.max_record_count() is None

    def _end_version(self) -> None:
        """Say that all rows of a version have been sent; that it begins, the SDK says."""
        if self._stream_version is not None:
            self._write_activate_version_message(self._stream_version)

    def _write_schema_message(self) -> None:
        """Announce the table, unless nothing follows: the target then does not even look at it."""
        for warning in self._warnings():
            self.logger.warning("%s: %s", self.name, warning)
        if self._is_unchanged:
            self.logger.info("%s: nothing new", self.name)
            return
        self.announce()

    def announce(self) -> None:
        """Tell the target of the table, which then makes its own, or sees that it can hold it."""
        super()._write_schema_message()

    @property
    def _is_unchanged(self) -> bool:
        """Whether nothing is to be read."""
        run = self.increment or self.comparison
        return run is not None and run.is_unchanged

    def _warnings(self) -> Iterable[str]:
        """Yield what this run does not see."""
        if self.increment:
            yield from self.increment.warnings()
        elif self.replication_method == "INCREMENTAL" and not self.key:
            yield (
                f"its replication key {self.replication_key} is neither a number nor a time, "
                "and new rows may come anywhere: each run reads all of it"
            )

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
        # A comparison reads a snapshot, in which its key has been checked.
        is_read_apart = self.replication_method == "INCREMENTAL" and not self.comparison
        if is_read_apart and not self._has_its_own_key:
            return "its key is not the table's own, and two rows may come to share it"
        return None

    @property
    def _has_its_own_key(self) -> bool:
        entries = self._tap.found  # type: ignore[attr-defined]
        own = {entry["tap_stream_id"]: entry["key_properties"] for entry in entries}
        return bool(own[self.name] == list(self.primary_keys))

    @property
    def _dsn(self) -> str:
        parameters = self._tap.connection_parameters  # type: ignore[attr-defined]
        return str(parameters.render_as_psycopg2_dsn())

    def get_records(self, context: Context | None) -> Iterable[Record]:
        """Yield records one by one, where files cannot be used; what is gone they cannot say."""
        order = [self.source.table.columns[self.replication_key]] if self.replication_key else []
        for piece in self._pieces():
            with self.connector._connect() as unset:
                connection = unset.execution_options(isolation_level="REPEATABLE READ")
                if piece.rows is not None:
                    source = replace(self.source, connect=lambda: nullcontext(connection))  # noqa: B023 - used up before the next one
                    query = self._query(source, piece).order_by(*order)
                    self.read_at = time.time()  # as records have it
                    yield from map(dict, connection.execute(query).mappings())
            self.stream_state.update(piece.state)
        self._end_version()

    def get_batches(
        self, batch_config: BatchConfig, context: Context | None = None
    ) -> Iterator[tuple[BaseBatchFileEncoding, list[str]]]:
        """Write one Parquet file after the other; move the bookmark behind each."""
        # Nothing is encoded in these addresses, neither by the SDK nor by Snowflake's PUT.
        folder = parquet.prepared(Path(batch_config.storage.root.removeprefix("file://")))
        for piece in self._pieces():
            with nullcontext(self._run) if self._run else parquet.snapshot(self._dsn) as snapshot:
                source, files, keys, asked = self.source.at(snapshot), [], [], []
                if piece.rows is not None:
                    file, count = snapshot.write(sql(self._query(source, piece)), folder)
                    self.logger.info("%s: %s rows", self.name, f"{count:,}")
                    files = [f"file://{file}"]
                if piece.listed is not None:
                    key = [value for value in source.values if value.name in source.key]
                    query = sa.select(*key).where(*piece.listed)
                    file, count = snapshot.write(sql(query), folder)
                    keys = [f"file://{file}"]
                if piece.asked is not None:
                    file, _ = snapshot.write(sql(piece.asked), folder)
                    asked = [f"file://{file}"]
                extent, self.read_at = piece.extent, snapshot.taken_at
                self._complete = extent and extent.message(keys or files, self.read_at, asked)
            self.stream_state.update(piece.state)
            yield batch_config.encoding, files
        self._end_version()

    def _generate_batch_messages(
        self, encoding: BaseBatchFileEncoding, manifest: list[str]
    ) -> Generator[SDKBatchMessage]:
        """Yield a message that says, beside its files, what of the table they have all keys of."""
        for message in super()._generate_batch_messages(encoding, manifest):
            yield PieceMessage(message.stream, encoding, manifest, complete=self._complete)

    def _query(self, source: SourceTable, piece: Piece) -> sa.Select[Any]:
        """Return the query of a piece, when all of it has been found to have a place in Snowflake.

        Where control totals are wanted, what adds it up tells that, too.
        """
        query = sa.select(*source.values).where(*piece.rows or ())
        if self.increment is None and self.comparison is None:
            query = query.limit(self.max_record_count())
        is_sound = False
        if self._totals and self.increment and piece.rows is not None and piece.extent:
            is_sound = self._totals.add(source, piece.rows, piece.extent)
        if not is_sound:
            check_values(source, query)
        return query

    def max_record_count(self) -> int | None:
        """Return how many new rows a run reads at most, one more than a trial needs."""
        limit: int | None = super().max_record_count()
        return limit if self.ABORT_AT_RECORD_COUNT is None else self.ABORT_AT_RECORD_COUNT + 1

    def _pieces(self) -> Iterable[Piece]:
        """Return what is read, one piece after the other, when the keys have been checked."""
        source, increment, comparison = self.source, self.increment, self.comparison
        if self.key:
            check_replication_key(source, self.key.column)
        if self._is_unchanged:
            self.stream_state.update(comparison.state if comparison else {})
            return []
        if self.replication_method == "INCREMENTAL" and not self._has_its_own_key:
            # Rows that share their replication key with others are read with them.
            is_read_together = self.replication_key in self.primary_keys
            begin = increment.begin if increment and is_read_together else []
            check_declared_key(comparison.source if comparison else source, begin)
        rows_per_file = self.config.get("batch_config", {}).get("batch_size") or ROWS_PER_FILE
        if comparison:
            return comparison.pieces(rows_per_file)
        if increment:
            return increment.pieces(self.max_record_count(), rows_per_file)
        return [Piece(source.clauses, {})]
