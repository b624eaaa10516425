"""Streams that are LOG_BASED: what has changed of a table, row by row, by PostgreSQL's log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from singer_sdk.helpers._batch import BaseBatchFileEncoding, BatchConfig

from driva_tap_postgres.changes import ChangeLog, Keys, among, as_read, asked
from driva_tap_postgres.checks import check_declared_key
from driva_tap_postgres.errors import SettingsError
from driva_tap_postgres.pgoutput import Name
from driva_tap_postgres.piece import Extent, Piece
from driva_tap_postgres.stream import DrivaStream

if TYPE_CHECKING:
    from singer_sdk.helpers.types import Context


class LogBasedStream(DrivaStream):
    """A table, of which the rows are read that were inserted, updated or deleted."""

    @property
    def table_name(self) -> Name:
        """Its name as the log has it."""
        return str(self.fully_qualified_name.schema), str(self.fully_qualified_name.table)

    @cached_property
    def _changed(self) -> Keys:
        return self._log.keys(self.table_name)

    @property
    def _log(self) -> ChangeLog:
        log: ChangeLog = self._tap.change_log  # type: ignore[attr-defined]
        return log

    @property
    def _is_unchanged(self) -> bool:
        return not self._changed

    def max_record_count(self) -> int | None:
        """Return None: a key whose row was left out would be that of a row that is gone."""
        return None

    def get_batch_config(self, config: Mapping[str, Any]) -> BatchConfig:
        """Return the configuration of files.

        Raises:
            SettingsError: there is none; a record cannot say that it is gone.
        """
        batch_config = super().get_batch_config(config)
        if batch_config is None or batch_config.encoding.format != "parquet":
            raise SettingsError(
                f"{self.name} is LOG_BASED, which goes by Parquet files only: `batch_config` with "
                "`encoding: { format: parquet }`, and no `stream_maps`."
            )
        return batch_config

    def get_batches(
        self, batch_config: BatchConfig, context: Context | None = None
    ) -> Iterator[tuple[BaseBatchFileEncoding, list[str]]]:
        """Write the rows that have changed, then move the position, also if there are none."""
        yield from super().get_batches(batch_config, context)
        self.stream_state.update(self._log.bookmark(self.table_name))
        self.state_manager.is_flushed = False
        self._write_state_message()

    def _pieces(self) -> Iterable[Piece]:
        """Yield the rows with keys that have changed, a set of keys at a time."""
        if self._changed.is_all:
            if not self._has_its_own_key:
                check_declared_key(self.source, [])
            yield Piece(self.source.clauses, {}, Extent())
            return
        for keys in self._changed.sets():
            wanted = asked(self.source, keys)
            rows = among(self.source, wanted)
            if not self._has_its_own_key:
                check_declared_key(self.source, [rows])
            filters = [*self.source.clauses, rows]
            yield Piece(filters, {}, Extent(), asked=as_read(self.source, wanted))
