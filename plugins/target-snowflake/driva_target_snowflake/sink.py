"""A stream on its way into its table."""

from __future__ import annotations

import functools
import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

import sqlalchemy as sa
from singer_sdk.helpers._batch import BaseBatchFileEncoding
from singer_sdk.sql import SQLSink
from singer_sdk.sql.connector import FullyQualifiedName
from target_snowflake.sinks import SnowflakeSink

from driva_target_snowflake.complete import Complete
from driva_target_snowflake.connector import DrivaSnowflakeConnector
from driva_target_snowflake.errors import FAILURES, LoadError
from driva_target_snowflake.stage import (
    Staged,
    bounds,
    check_keys,
    local_path,
    sequence,
    timestamp,
    with_values,
)

if TYPE_CHECKING:
    from singer_sdk import Target
    from singer_sdk.singerlib.types import KeyProperties
    from target_snowflake.connector import SnowflakeConnector

    from driva_target_snowflake.loads import Loads


@dataclass
class Version:
    """All rows of a table, while they come.

    Attributes:
        number: the tap's name for it.
        folder: where its files wait in the stage.
        staged: these files; None before the first.
    """

    number: int
    folder: str
    staged: Staged | None = None


class DrivaSnowflakeSink(SnowflakeSink):
    """A sink over a connector of its own, that also loads Parquet files as they are."""

    connector_class = DrivaSnowflakeConnector
    # Of a table whose rows are all read anew.
    _version: Version | None = None
    # The highest key of a table that this run has made; None if it is not known.
    _highest: float | None = None

    def __init__(
        self,
        target: Target,
        stream_name: str,
        schema: dict[str, Any],
        key_properties: KeyProperties | None,
        connector: SnowflakeConnector | None = None,
    ) -> None:
        shared = connector or self.connector_class(dict(target.config))
        own = cast("DrivaSnowflakeConnector", shared).of_stream(stream_name)
        super().__init__(target, stream_name, schema, key_properties, own)
        # Rows of this run, by what became of them.
        self.loaded: Counter[str] = Counter()

    @property
    def connector(self) -> DrivaSnowflakeConnector:
        """The connector that tags statements with this stream."""
        return cast("DrivaSnowflakeConnector", self._connector)

    @property
    def _loads(self) -> Loads:
        loads: Loads = self.target.loads  # type: ignore[attr-defined]
        return loads

    @property
    def table_name(self) -> str:
        """The table's whole name, behind the schema's; the tap lets no two streams meet."""
        schema, _, table = self.stream_name.partition("-")
        return sa.quoted_name((table or schema).upper(), quote=True)  # else a dot parts it

    def setup(self) -> None:
        """Prepare the table."""
        self._loads.wait(self.stream_name)
        with self._blamed():
            self.connector.widen(self.full_table_name, self.conform_schema(self.schema))
            super().setup()
        self._highest = -math.inf if self.connector.has_made_table else None

    def process_batch(self, context: dict[str, Any]) -> None:
        """Load the records that have come."""
        self._loads.wait(self.stream_name)
        with self._blamed():
            super().process_batch(context)

    @contextmanager
    def _blamed(self) -> Iterator[None]:
        """Note with what fails in the block that it is about this stream."""
        try:
            yield
        except FAILURES as error:
            error.add_note(self.stream_name)
            raise

    def insert_batch_files_via_internal_stage(
        self,
        full_table_name: str | FullyQualifiedName,
        files: Sequence[str],
        file_type: str = "JSON",
    ) -> int:
        """Load the files of the base class, and return the number of rows.

        It would name their folder in the stage by the stream, and a name may not fit in quotes.
        """
        return self._load(files, file_type, self.schema)

    def _load(
        self,
        files: Sequence[str],
        file_type: str,
        schema: dict[str, Any],
        *,
        is_unique: bool = False,
    ) -> int:
        """Stage files, and load them; those of a version wait in the stage for its end.

        Args:
            files: their addresses.
            file_type: JSON or PARQUET.
            schema: of the table, with the values of columns that they lack.
            is_unique: whether no key is in them twice.

        Returns:
            The number of rows loaded.
        """
        version = self._version
        with self._in_stage(files, version) as folder:
            file_format = self._get_file_format_name(file_type)
            ends = bounds(files, self._key_properties) if file_type == "PARQUET" else None
            staged = Staged(folder, file_format, schema, is_unique, ends)
            self._note(ends)
            if version:
                version.staged = staged
                return 0
            if self._upserts:
                return self._upsert(staged)
            return int(
                self.connector.copy_from_stage(
                    self.full_table_name, schema, folder, staged.file_format
                )
            )

    @property
    def _upserts(self) -> bool:
        """Whether rows are told apart by a key."""
        return bool(self.key_properties) and self.config.get("load_method", "upsert") == "upsert"

    @contextmanager
    def _in_stage(self, files: Sequence[str], version: Version | None = None) -> Iterator[str]:
        """Stage files for the time of the block; yields their folder there."""
        folder = version.folder if version else str(uuid4())
        try:
            self.connector.put_batches_to_stage(sync_id=folder, files=files)
            yield folder
        finally:
            if not version:
                self.connector.remove_staged_files(sync_id=folder)
            if self.config.get("clean_up_batch_files"):
                for file in files:
                    local_path(file).unlink(missing_ok=True)

    def _upsert(self, staged: Staged | None, deletion: str | None = None) -> int:
        """Merge staged files, and log what became of the rows of the run so far.

        Args:
            staged: the files, if there are any.
            deletion: what marks rows as deleted.

        Returns:
            The number of rows merged.
        """
        new, known, deleted = self.connector.upsert_from_stage(
            self.full_table_name, staged, self.key_properties, deletion
        )
        self.loaded.update({"new rows": new, "known ones read again": known})
        if deletion:
            self.loaded["deleted"] += deleted
        self.logger.info(
            "%s: %s",
            self.table_name,
            ", ".join(f"{count:,} {what}" for what, count in self.loaded.items()),
        )
        return new + known

    def activate_version(self, new_version: int) -> None:
        """Begin a version of the table, or put it in the place of all rows that were there.

        The tap announces a version before its rows, and again when all of them have come. Until
        then the table is as it was, whatever happens.
        """
        version = self._version
        if version is None or version.number != new_version:
            self._version = Version(new_version, str(uuid4()))
            return
        self.target.drain_one(self)
        self._loads.wait(self.stream_name)
        with self._blamed():
            came, gone = self.connector.replace_from_stage(self.full_table_name, version.staged)
        self.loaded.update({"new rows": came, "deleted": gone})
        self.logger.info(
            "%s: %s rows in the place of %s", self.table_name, f"{came:,}", f"{gone:,}"
        )
        self.connector.remove_staged_files(sync_id=version.folder)
        self._version = None

    def clean_up(self) -> None:
        """Remove what has come of a version that did not end."""
        super().clean_up()
        if self._version:
            self.connector.remove_staged_files(sync_id=self._version.folder)
            raise LoadError(
                f"{self.stream_name}: not all rows have come, so the table stays as it was"
            )

    def _get_file_format_name(self, file_type: str) -> str:
        """Return the one file format for all streams and runs; one a sink would outlive a kill."""
        name = f"{self.database_name}.{self.schema_name}.DRIVA_{file_type}"
        if name not in self.connector.file_formats:
            self.connector.create_file_format(file_format=name, file_type=file_type)
            self.connector.file_formats.add(name)
        return name

    @functools.cached_property
    def _as_text(self) -> dict[str, Callable[[Any], str]]:
        """What is written as text: a reader of JSON may take a decimal for a float."""
        writers: dict[str, Callable[[Any], str]] = {"numeric": str, "json": json.dumps}
        properties = self.schema["properties"].items()
        named = {name: schema.get("x-sql-datatype") for name, schema in properties}
        return {name: writers[kind] for name, kind in named.items() if kind in writers}

    def _singer_validate_message(self, record: dict[str, Any]) -> None:
        """Raise an error for a record without its key; the base class lets it through."""
        SQLSink._singer_validate_message(self, record)

    def preprocess_record(self, record: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
        """Write decimals and documents as text."""
        for name, write in self._as_text.items():
            value = record.get(name)
            if value is not None and not isinstance(value, str):
                record[name] = write(value)
        return record

    def process_batch_files(self, encoding: BaseBatchFileEncoding, files: Sequence[str]) -> None:
        """Load the files of a BATCH message."""
        self._loads.wait(self.stream_name)
        with self._blamed():
            if encoding.format != "parquet":
                super().process_batch_files(encoding, files)
                return
            # A file holds the rows of one snapshot, by the primary key of their table: no key is in
            # it twice.
            schema = with_values(self.schema, self._metadata(files))
            count = self._load(files, "PARQUET", schema, is_unique=True)
            with self.record_counter_metric as counter:
                counter.increment(count)

    def process_piece(
        self, encoding: BaseBatchFileEncoding, files: Sequence[str], complete: Complete
    ) -> None:
        """Stage the files of a BATCH message, and go on; meanwhile they are loaded.

        What their piece has no more is marked as deleted.

        Raises:
            LoadError: nobody could tell which rows these are.
        """
        needed = {
            "key properties": bool(self.key_properties),
            "load_method: upsert": self._upserts or not self.key_properties,
            "add_record_metadata: true": self.include_sdc_metadata_properties,
            "Parquet files": encoding.format == "parquet",
            f"a column {complete.key}": complete.key in (None, *self.schema["properties"]),
            "no ACTIVATE_VERSION before it": not self._version,
        }
        if missing := [what for what, is_there in needed.items() if not is_there]:
            raise LoadError(
                f"{self.stream_name}: which of its rows are gone from the source can be told only "
                f"with {', and '.join(missing)}"
            )
        self.target.drain_one(self)
        keys = self._key_properties  # as the tap names them, and not as Snowflake does
        check_keys(self.stream_name, [*complete.keys, *(complete.asked or ())], keys)
        with self._blamed(), ExitStack() as stage:
            folders: dict[str, str] = {}
            for kind, of_kind in (
                ("rows", files),
                ("keys", complete.keys),
                ("asked", complete.asked or ()),
            ):
                # Often all that the source has there has come, and is staged once.
                if "rows" in folders and set(of_kind) == set(files):
                    folders[kind] = folders["rows"]
                elif of_kind:
                    folders[kind] = stage.enter_context(self._in_stage(of_kind))
            self._loads.wait(self.stream_name)
            staged = stage.pop_all()
        self._loads.start(
            self.stream_name, lambda: self._load_piece(staged, folders, files, complete)
        )

    def _load_piece(
        self, stage: ExitStack, folders: dict[str, str], files: Sequence[str], complete: Complete
    ) -> None:
        """Load a piece that is staged, when those before it are loaded.

        Args:
            stage: what has been staged of it, until this ends.
            folders: where its rows and keys are there.
            files: those of its rows.
            complete: what it is.
        """
        with self._blamed(), stage:
            file_format = self._get_file_format_name("PARQUET")
            staged = {k: Staged(f, file_format, self.schema, False) for k, f in folders.items()}
            # A row that another run has read since is newer: the time is that of the statement.
            now, rows = datetime.now(UTC), None
            if files:
                schema = with_values(self.schema, self._metadata(files))
                ends = bounds(files, self._key_properties)
                rows = replace(staged["rows"], schema=schema, is_unique=True, bounds=ends)
            deletion = None
            if not self._is_above_all(complete):
                deletion = self.connector.deletion_statement(
                    self.full_table_name, complete, staged, self._key_properties, now
                )
            if rows:
                self._note(rows.bounds)
            count = self._upsert(rows, deletion)
            with self.record_counter_metric as counter:
                counter.increment(count)

    def _is_above_all(self, complete: Complete) -> bool:
        """Tell whether a piece lies above all rows of a table that was made for them."""
        if self._highest is None or complete.key not in (None, *self._key_properties):
            return False
        lowest = -math.inf if complete.lowest is None else complete.lowest
        return self._highest == -math.inf or lowest > self._highest

    def _note(self, ends: tuple[int, int] | None) -> None:
        """Note what is loaded: the lowest and the highest key of it, if they are known."""
        if self._highest is not None:
            self._highest = max(self._highest, ends[1]) if ends else None

    def _metadata(self, files: Sequence[str]) -> dict[str, str]:
        """Return the SQL of the `_sdc_` columns, which Parquet files lack."""
        written = min(local_path(file).stat().st_mtime for file in files)
        now = datetime.now(UTC)
        return {
            "_sdc_extracted_at": timestamp(datetime.fromtimestamp(written, UTC)),
            "_sdc_received_at": timestamp(now),
            "_sdc_batched_at": timestamp(now),
            "_sdc_deleted_at": "null",
            "_sdc_sequence": sequence(now),
            "_sdc_table_version": str(self._version.number) if self._version else "null",
            "_sdc_sync_started_at": str(self.sync_started_at),
        }
