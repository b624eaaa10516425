"""Streams that send whole columns by Parquet files, and bookmark only what is safe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import sqlalchemy as sa
from singer_sdk.helpers._batch import BaseBatchFileEncoding, BatchConfig
from tap_postgres.client import PostgresStream

from driva_tap_postgres import parquet
from driva_tap_postgres.bookmark import Bookmark
from driva_tap_postgres.checks import (
    check_declared_key,
    check_encoding,
    check_replication_key,
    check_values,
)
from driva_tap_postgres.errors import blamed
from driva_tap_postgres.increment import Increment, Piece
from driva_tap_postgres.replication_key import ReplicationKey
from driva_tap_postgres.source import SourceTable, sql
from driva_tap_postgres.totals import ControlTotals
from driva_tap_postgres.types import column_type
from driva_tap_postgres.window import Window

if TYPE_CHECKING:
    from singer_sdk.helpers.types import Context, Record

# Rows a file, if `batch_config` has no `batch_size`: few enough for a MERGE in little memory, many
# enough to forget what a MERGE costs.
ROWS_PER_FILE = 500_000


class DrivaStream(PostgresStream):
    """A table, read by BATCH files where `batch_config` asks for Parquet."""

    # Whether the table is added up before it is read.
    is_reconciled = False

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
    def increment(self) -> Increment | None:
        """What is read of a table whose rows are counted up by its replication key."""
        if not self.replication_key or self.replication_method != "INCREMENTAL":
            return None
        key = ReplicationKey.of(self.source.table.columns[self.replication_key], self.config)
        if key is None:
            return None
        lookback = self.config["replication_lookback"]
        window = Window(self.source, key, self.get_selected_schema(), lookback)
        return Increment(self.name, self._left, window, self.logger)

    @cached_property
    def totals(self) -> ControlTotals | None:
        """The table's control totals, if its rows are counted up by a whole number."""
        increment = self.increment
        return ControlTotals(increment) if increment and increment.key.is_whole else None

    @property
    def _left(self) -> Bookmark:
        """What is in the state by now."""
        return Bookmark.of(self.stream_state, self.replication_key)

    @property
    def size(self) -> int:
        """Bytes of the table with its partitions; none for a view."""
        with blamed(self.fully_qualified_name):
            return self.source.size

    @property
    def bookmark(self) -> int | None:
        """The id up to which all rows have been read, if they are counted up by a whole number."""
        known = self._left.replication_key_value
        return int(known) if known is not None and self.totals else None

    def _increment_stream_state(
        self, latest_record: Record, *, context: Context | None = None
    ) -> None:
        """Leave the bookmark: it moves behind a piece of the table, not behind a record."""

    def sync(self, context: Context | None = None) -> None:  # type: ignore[misc]
        """Read the table; what fails names it."""
        with blamed(self.fully_qualified_name):
            try:
                super().sync(context)
            except (sa.exc.DBAPIError, duckdb.Error) as error:
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
        """Announce the table, unless nothing follows: the target then does not even look at it.

        What follows is added up before it is read, if totals are wanted.
        """
        for warning in self._warnings():
            self.logger.warning("%s: %s", self.name, warning)
        if self.increment and self.increment.is_unchanged:
            self.logger.info("%s: nothing new", self.name)
            return
        if self.is_reconciled and self.totals:
            self.totals.begin()
        super()._write_schema_message()

    def _warnings(self) -> Iterable[str]:
        """Yield what this run does not see."""
        if self.increment:
            yield from self.increment.warnings()
        elif self.replication_method == "INCREMENTAL":
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
        if self.replication_method == "INCREMENTAL" and not self._has_its_own_key:
            return "its key is not the table's own, and two rows may come to share it"
        return None

    @property
    def _has_its_own_key(self) -> bool:
        entries = self._tap.found  # type: ignore[attr-defined]
        own = {entry["tap_stream_id"]: entry["key_properties"] for entry in entries}
        return bool(own[self.name] == list(self.primary_keys))

    def get_records(self, context: Context | None) -> Iterable[Record]:
        """Yield records one by one, where files cannot be used."""
        order = [self.source.table.columns[self.replication_key]] if self.replication_key else []
        for query, state in self._queries():
            with self.connector._connect() as connection:
                yield from map(dict, connection.execute(query.order_by(*order)).mappings())
            self.stream_state.update(state)
        self._end_version()

    def get_batches(
        self, batch_config: BatchConfig, context: Context | None = None
    ) -> Iterator[tuple[BaseBatchFileEncoding, list[str]]]:
        """Write one Parquet file after the other; move the bookmark behind each."""
        # Nothing is encoded in these addresses, neither by the SDK nor by Snowflake's PUT.
        folder = parquet.prepared(Path(batch_config.storage.root.removeprefix("file://")))
        dsn = self._tap.connection_parameters.render_as_psycopg2_dsn()  # type: ignore[attr-defined]
        for query, state in self._queries():
            file, count = parquet.write(dsn, sql(query), folder)
            self.logger.info("%s: %s rows", self.name, f"{count:,}")
            self.stream_state.update(state)
            yield batch_config.encoding, [f"file://{file}"]
        self._end_version()

    def max_record_count(self) -> int | None:
        """Return how many new rows a run reads at most, one more than a trial needs."""
        limit: int | None = super().max_record_count()
        return limit if self.ABORT_AT_RECORD_COUNT is None else self.ABORT_AT_RECORD_COUNT + 1

    def _queries(self) -> Iterator[tuple[sa.Select[Any], dict[str, Any]]]:
        """Yield a query for each piece of what is read, and what is new in the state behind it."""
        for rows, state in self._pieces():
            query = sa.select(*self.source.values).where(*rows)
            if self.increment is None:
                query = query.limit(self.max_record_count())
            check_values(self.source, query)
            yield query, state

    def _pieces(self) -> Iterable[Piece]:
        source, increment = self.source, self.increment
        if increment:
            check_replication_key(source, increment.key.column)
            if increment.is_unchanged:
                return []
        if self.replication_method == "INCREMENTAL" and not self._has_its_own_key:
            # Rows that share their replication key with others are read with them.
            is_read_together = self.replication_key in self.primary_keys
            begin = increment.begin if increment and is_read_together else []
            check_declared_key(source, begin)
        if increment is None:
            return [Piece(source.clauses, {})]
        rows_per_file = self.config.get("batch_config", {}).get("batch_size") or ROWS_PER_FILE
        return increment.pieces(self.max_record_count(), rows_per_file)
