"""The target: settings are those of `meltanolabs-target-snowflake`; names are always raw."""

from __future__ import annotations

import atexit
import functools
import gc
import glob
import json
import logging
import os
import re
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, ClassVar, NoReturn, cast
from uuid import uuid4

import snowflake.connector.errors
import snowflake.sqlalchemy.custom_types as sct
import sqlalchemy as sa
from singer_sdk import typing as th
from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.helpers._batch import BaseBatchFileEncoding
from singer_sdk.sql import SQLSink
from singer_sdk.sql.connector import FullyQualifiedName, JSONSchemaToSQL
from snowflake_patience import patience
from target_snowflake.connector import SnowflakeConnector
from target_snowflake.sinks import SnowflakeSink
from target_snowflake.snowflake_types import NUMBER, VARIANT
from target_snowflake.target import TargetSnowflake

from driva_target_snowflake.types import converts, wider

# Seconds until a wrong host is an error; the connector's default is five minutes.
LOGIN_TIMEOUT = 30
# Seconds for which a failed target goes on reading.
DRAIN_SECONDS = 15
AUTHENTICATION = ("private_key", "private_key_path", "password", "oauth_access_token")
# What the way to Snowflake, Snowflake itself and the disk raise.
FAILURES = (snowflake.connector.errors.Error, sa.exc.DBAPIError, OSError)
# By the beginning of the SQLSTATE.
HINTS = {
    "08": "Check TARGET_SNOWFLAKE_ACCOUNT, _USER and the key or password; the local Snowflake is "
    "started by `meltano invoke local-stack:up`.",
    "42501": "load/snowflake/setup.sql grants what the role needs.",
    "57P03": "Check TARGET_SNOWFLAKE_WAREHOUSE, and that the role may use it.",
}

# Where the base class stages files.
STAGE = "@~/target-snowflake/"
# How long a staged file is left alone; no run needs one for longer.
STALE_AFTER = timedelta(days=1)
# What the tap sends as text, and how Snowflake reads it.
READ_TEXT = {
    "json": "parse_json($1:{name}::varchar)",
    "binary": "to_binary($1:{name}::varchar, 'HEX')",
}


def _number(schema: dict[str, Any]) -> NUMBER:
    properties = schema["x-sql-datatype-properties"]
    return NUMBER(precision=properties["precision"], scale=properties["scale"])


def _as_it_stands(
    _connection: sa.Connection, statement: Any, many: Any, parameters: Any, _options: Any
) -> tuple[Any, Any, Any]:
    """Take no colon of a statement, not even of a cast, for a parameter: names may have one."""
    if isinstance(statement, sa.TextClause) and not many and not parameters:
        statement = sa.text(statement.text.replace(":", r"\:"))
    return statement, many, parameters


class LoadError(Exception):
    """A table cannot be loaded, for a reason that the user can mend."""


class DrivaSnowflakeConnector(SnowflakeConnector):
    """Connects to any address that speaks Snowflake's protocol."""

    def __init__(self, config: dict[str, Any] | None = None, **kwargs: Any) -> None:
        # An empty variable in `.env` is no key, but counts as one of several for the base class.
        given = {k: v for k, v in (config or {}).items() if v or k not in AUTHENTICATION}
        super().__init__(given, **kwargs)
        self._loaded: dict[str, Counter[str]] = {}
        # SQL of the `_sdc_` columns while a file without them is loaded.
        self.batch_metadata: dict[str, str] = {}
        # The file formats that are there.
        self.file_formats: set[str] = set()
        # The stream that statements are for, in their query tag.
        self.stream = ""
        self._run = os.environ.get("MELTANO_RUN_ID") or str(uuid4())

    @functools.cached_property
    def jsonschema_to_sql(self) -> JSONSchemaToSQL:
        """The mapping of types: the base class's, and those that the tap names."""
        to_sql = super().jsonschema_to_sql
        to_sql.register_sql_datatype_handler("numeric", _number)
        to_sql.register_sql_datatype_handler("double", sct.DOUBLE)
        to_sql.register_sql_datatype_handler("json", VARIANT)
        to_sql.register_sql_datatype_handler("binary", sa.types.BINARY)
        return to_sql

    def get_connect_args(self) -> dict[str, Any]:
        """Return the connector's arguments: the base class's, the address and a short patience."""
        address = {key: self.config.get(key) for key in ("host", "port", "protocol")}
        given = super().get_connect_args()
        return {
            **given,
            **{key: value for key, value in address.items() if value},
            "session_parameters": {**given["session_parameters"], "QUERY_TAG": self.query_tag},
            "login_timeout": LOGIN_TIMEOUT,
            "backoff_policy": patience,
        }

    @property
    def query_tag(self) -> str:
        """The tag of the statements of this stream."""
        tag: str = self.config.get("query_tag") or ""
        values = {
            "{stream}": self.stream,
            "{run}": self._run,
            "{environment}": os.environ.get("MELTANO_ENVIRONMENT", ""),
        }
        for name, value in values.items():
            tag = tag.replace(name, value)
        return tag

    def create_engine(self) -> sa.Engine:
        """Return an engine whose sessions are tagged, and remove what dead runs have staged."""
        try:
            engine: sa.Engine = super().create_engine()
        except Exception as error:
            if type(error) is not Exception:
                raise
            raise LoadError(f"{error} load/snowflake/setup.sql makes it.") from error
        # Statements with names in them have no parameters: `%` and `:` are sent as they stand.
        engine.dialect.identifier_preparer._double_percents = False
        sa.event.listen(engine, "before_execute", _as_it_stands, retval=True)
        sa.event.listen(engine, "checkout", self._tag)
        with engine.connect() as connection:
            for name, _, _, written in connection.execute(sa.text(f"list '{STAGE}'")).all():
                if parsedate_to_datetime(written) < datetime.now(UTC) - STALE_AFTER:
                    connection.execute(sa.text(f"remove '@~/{name}'"))
        return engine

    def create_empty_table(
        self,
        full_table_name: str | FullyQualifiedName,
        schema: dict[str, Any],
        primary_keys: Sequence[str] | None = None,
        partition_keys: list[str] | None = None,
        as_temp_table: bool = False,
    ) -> None:
        """Create a table; the base class would let Snowflake count its key up."""
        _, schema_name, table_name = self.parse_full_table_name(full_table_name)
        properties = schema["properties"]
        columns = [
            sa.Column(name, self.to_sql_type(definition), autoincrement=False)
            for name, definition in properties.items()
        ]
        key = sa.PrimaryKeyConstraint(*(name for name in primary_keys or () if name in properties))
        table = sa.Table(table_name, sa.MetaData(schema=schema_name), *columns, key)
        table.create(self._engine)

    @staticmethod
    def _convert_type(sql_type: Any) -> Any:
        """Keep a column's type as it is; the base class drops digits and length."""
        return sql_type

    def _adapt_column_type(self, *_: Any, **__: Any) -> None:
        """Leave a column as it is: `widen` has seen to all of a table's."""

    def widen(self, full_table_name: FullyQualifiedName, schema: dict[str, Any]) -> None:
        """Make the columns of a table hold what comes.

        Args:
            full_table_name: the table, which need not be there.
            schema: JSON Schema of what comes, by the names that the table's columns have.

        Raises:
            LoadError: names what Snowflake cannot change, and how to do it.
        """
        if not self.table_exists(full_table_name):
            return
        known = self.get_table_columns(full_table_name)
        coming = {name: self.to_sql_type(kind) for name, kind in schema["properties"].items()}
        types = {n: (known[n].type, wider(known[n].type, coming[n])) for n in coming if n in known}
        changes, reasons, statements = [], [], []
        for name, (current, needed) in types.items():
            column, new = (self.format_identifier(n, safe=True) for n in (name, f"{name}_new"))
            alter = f"alter table {full_table_name}"
            if needed is None:
                reasons.append(f"column {column} is {current}, and {coming[name]} is to come")
                kept = converts(current, coming[name])
                statements += [
                    *[f"{alter} add column {new} {coming[name]}"] * kept,
                    *[f"update {full_table_name} set {new} = {column}"] * kept,
                    f"{alter} drop column {column}",
                    *[f"{alter} rename column {new} to {column}"] * kept,
                ]
            elif str(needed) != str(current):
                changes.append(f"{alter} alter column {column} set data type {needed}")
        if reasons:
            raise LoadError(
                f"{full_table_name}: {'; '.join(reasons)}, which Snowflake cannot make of it. "
                "Nothing of the table was loaded. Run this, and then the run again with "
                "--full-refresh: " + "; ".join(statements)
            )
        with self._connect() as connection:
            for change in changes:
                self.logger.info("%s", change)
                connection.exec_driver_sql(change)

    def _tag(self, connection: Any, record: Any, _: Any) -> None:
        """Give a session that is taken from the pool the tag of the stream."""
        tag = self.query_tag
        if record.info.get("query_tag") != tag:
            with connection.cursor() as cursor:
                cursor.execute("alter session set query_tag = %s", (tag,))
        record.info["query_tag"] = tag

    def put_batches_to_stage(self, sync_id: str, files: Sequence[str]) -> None:
        """Upload files, whose names the client would take for patterns."""
        escaped = [f"file://{glob.escape(str(_path(file)))}" for file in files]
        super().put_batches_to_stage(sync_id, escaped)

    def merge_from_stage(
        self,
        full_table_name: str | FullyQualifiedName,
        schema: dict[str, Any],
        sync_id: str,
        file_format: str,
        key_properties: Sequence[str],
    ) -> int:
        """Merge staged files and log how many rows of the run so far were new.

        Returns:
            The number of rows inserted and updated.
        """
        statement, _ = self._get_merge_from_stage_statement(
            full_table_name=full_table_name,
            schema=schema,
            sync_id=sync_id,
            file_format=file_format,
            key_properties=key_properties,
        )
        if self.batch_metadata:
            # A file holds the rows of one snapshot, by the primary key of their table: no key is in
            # it twice.
            once = re.sub(r"\) QUALIFY ROW_NUMBER\(\) .*? = 1\) s ", ")) s ", statement.text)
            statement = sa.text(once)
        with self._connect() as connection, connection.begin():
            # As it stands: a name may have a colon.
            inserted, updated = connection.exec_driver_sql(statement.text).one()
        _, _, table = self.parse_full_table_name(full_table_name)
        loaded = self._loaded.setdefault(str(full_table_name), Counter())
        loaded.update(new=inserted, known=updated)
        self.logger.info(
            "%s: %s new rows, %s known ones read again",
            table,
            f"{loaded['new']:,}",
            f"{loaded['known']:,}",
        )
        return int(inserted + updated)

    def replace_from_stage(
        self,
        full_table_name: FullyQualifiedName,
        schema: dict[str, Any],
        sync_id: str,
        file_format: str | None,
    ) -> None:
        """Put the rows of staged files in the place of all rows of a table, at once.

        Args:
            full_table_name: the table.
            schema: its JSON Schema.
            sync_id: the folder of the files.
            file_format: their format; None if there is no file.
        """
        selected = self._get_column_selections(schema)
        columns = self._format_column_selections(selected, "col_alias")
        values = self._format_column_selections(selected, "json_casting")
        rows = f"select {values} from '{STAGE}{sync_id}' (file_format => {file_format})"
        came = 0
        with self._connect() as connection, connection.begin():
            gone = connection.exec_driver_sql(f"delete from {full_table_name}").rowcount
            if file_format:
                insert = f"insert into {full_table_name} {columns} {rows}"
                came = connection.exec_driver_sql(insert).rowcount
        self.logger.info(
            "%s: %s rows in the place of %s", full_table_name.table, f"{came:,}", f"{gone:,}"
        )

    def _get_column_selections(self, schema: dict[str, Any]) -> list[dict[str, Any]]:
        """Return how each column is read from a staged file."""
        selections: list[dict[str, Any]] = super()._get_column_selections(schema)
        for selection, (name, definition) in zip(
            selections, schema["properties"].items(), strict=True
        ):
            reader = READ_TEXT.get(definition.get("x-sql-datatype", ""))
            if reader:
                selection["reader"] = reader.format(name=selection["clean_property_name"])
            elif name in self.batch_metadata:
                selection["reader"] = self.batch_metadata[name]
        return selections

    @staticmethod
    def _format_column_selections(
        column_selections: list[dict[str, Any]],
        format: str,  # noqa: A002
    ) -> str:
        if format != "json_casting":
            listed: str = SnowflakeConnector._format_column_selections(column_selections, format)
            return listed
        return ", ".join(
            f"{reader}::{column['sql_type']} as {column['clean_alias']}"
            for column in column_selections
            for reader in [column.get("reader", f"$1:{column['clean_property_name']}")]
        )

    def _get_file_format_statement(
        self, file_format: str, file_type: str = "JSON"
    ) -> tuple[sa.TextClause, dict[str, Any]]:
        """Keep what is there, and read Parquet's timestamps as timestamps, not as numbers."""
        statement, parameters = super()._get_file_format_statement(file_format, file_type)
        once = str(statement).replace(
            "create or replace file format", "create file format if not exists"
        )
        if file_type == "PARQUET":
            once += " use_logical_type = true"
        return sa.text(once), parameters


@dataclass
class Version:
    """All rows of a table, while they come.

    Attributes:
        number: the tap's name for it.
        folder: where its files wait in the stage.
        file_format: of these files; None before the first.
        metadata: SQL of the `_sdc_` columns that they lack.
    """

    number: int
    folder: str
    file_format: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)


class DrivaSnowflakeSink(SnowflakeSink):
    """A sink over the connector above, that also loads Parquet files as they are."""

    connector_class = DrivaSnowflakeConnector
    # Of a table whose rows are all read anew.
    _version: Version | None = None

    @property
    def table_name(self) -> str:
        """The table's whole name, behind the schema's; the tap lets no two streams meet."""
        schema, _, table = self.stream_name.partition("-")
        return sa.quoted_name((table or schema).upper(), quote=True)  # else a dot parts it

    def setup(self) -> None:
        """Prepare the table."""
        with self._of_this_stream():
            connector = cast("DrivaSnowflakeConnector", self.connector)
            connector.widen(self.full_table_name, self.conform_schema(self.schema))
            super().setup()

    def process_batch(self, context: dict[str, Any]) -> None:
        """Load the records that have come."""
        with self._of_this_stream():
            super().process_batch(context)

    @contextmanager
    def _of_this_stream(self) -> Iterator[None]:
        """Name the stream in the tag of the block's statements, and with what fails in it."""
        cast("DrivaSnowflakeConnector", self.connector).stream = self.stream_name
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
        """Stage files, and load them; files of a version wait in the stage for its end.

        The base class names the folder in the stage by the stream, whose name may not fit between
        quotes.

        Returns:
            The number of rows loaded.
        """
        connector = cast("DrivaSnowflakeConnector", self.connector)
        version = self._version
        folder = version.folder if version else str(uuid4())
        file_format = self._get_file_format_name(file_type)
        try:
            connector.put_batches_to_stage(sync_id=folder, files=files)
            if version:
                version.file_format, version.metadata = file_format, connector.batch_metadata
                return 0
            into = (full_table_name, self.schema, folder, file_format)
            if self.key_properties and self.config.get("load_method", "upsert") == "upsert":
                return connector.merge_from_stage(*into, key_properties=self.key_properties)
            return int(connector.copy_from_stage(*into))
        finally:
            if not version:
                connector.remove_staged_files(sync_id=folder)
            if self.config.get("clean_up_batch_files"):
                for file in files:
                    _path(file).unlink(missing_ok=True)

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
        connector = cast("DrivaSnowflakeConnector", self.connector)
        connector.batch_metadata = version.metadata
        try:
            with self._of_this_stream():
                connector.replace_from_stage(
                    self.full_table_name, self.schema, version.folder, version.file_format
                )
        finally:
            connector.batch_metadata = {}
        connector.remove_staged_files(sync_id=version.folder)
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
        connector = cast("DrivaSnowflakeConnector", self.connector)
        name = f"{self.database_name}.{self.schema_name}.DRIVA_{file_type}"
        if name not in connector.file_formats:
            connector.create_file_format(file_format=name, file_type=file_type)
            connector.file_formats.add(name)
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
        with self._of_this_stream():
            if encoding.format == "parquet":
                self._process_parquet_files(files)
            else:
                super().process_batch_files(encoding, files)

    def _process_parquet_files(self, files: Sequence[str]) -> None:
        written = min(_path(file).stat().st_mtime for file in files)
        now = datetime.now(UTC)
        connector = cast("DrivaSnowflakeConnector", self.connector)
        connector.batch_metadata = {
            "_sdc_extracted_at": _timestamp(datetime.fromtimestamp(written, UTC)),
            "_sdc_received_at": _timestamp(now),
            "_sdc_batched_at": _timestamp(now),
            "_sdc_deleted_at": "null",
            "_sdc_sequence": str(round(now.timestamp() * 1000)),
            "_sdc_table_version": str(self._version.number) if self._version else "null",
            "_sdc_sync_started_at": str(self.sync_started_at),
        }
        try:
            count = self.insert_batch_files_via_internal_stage(
                full_table_name=self.full_table_name, files=files, file_type="PARQUET"
            )
        finally:
            connector.batch_metadata = {}
        with self.record_counter_metric as counter:
            counter.increment(count)


def _timestamp(moment: datetime) -> str:
    return f"'{moment:%Y-%m-%d %H:%M:%S.%f}'"


def _path(address: str) -> Path:
    """Return the path of a file's address, in which nothing is encoded, as in those of the SDK."""
    return Path(address.removeprefix("file://"))


class DrivaTargetSnowflake(TargetSnowflake):
    """Target for Snowflake, in an account or on this machine."""

    default_sink_class = DrivaSnowflakeSink
    config_jsonschema: ClassVar[dict[str, Any]] = {
        **TargetSnowflake.config_jsonschema,
        "properties": {
            **TargetSnowflake.config_jsonschema["properties"],
            **th.PropertiesList(
                th.Property("host", th.StringType, description="Host, if not the account's own."),
                th.Property("port", th.IntegerType, description="Port, if not 443."),
                th.Property(
                    "protocol",
                    th.StringType,
                    allowed_values=["http", "https"],
                    description="Protocol, if not https.",
                ),
                th.Property(
                    "query_tag",
                    th.StringType,
                    description=(
                        "QUERY_TAG of every statement; {stream}, {run} and {environment} are "
                        "replaced. The run is MELTANO_RUN_ID, or else one of the target's own."
                    ),
                ),
            ).to_dict()["properties"],
        },
    }

    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        """Name the variables if there is nothing to connect to."""
        missing = [n for n in ("account", "user") if not self.config.get(n)]
        if not any(map(self.config.get, (*AUTHENTICATION, "use_browser_authentication"))):
            missing.append("private_key_path")
        if missing:
            fail(
                f"not set: {', '.join(f'TARGET_SNOWFLAKE_{n.upper()}' for n in missing)}. Write "
                "them to .env, or choose --environment=local, which loads the local Snowflake."
            )
        return super()._validate_config(raise_errors=raise_errors)

    def _process_state_message(self, message_dict: dict[str, Any]) -> None:
        """Pass a bookmark on as soon as all before it is committed, not at the end of the run."""
        super()._process_state_message(message_dict)
        if not any(sink.current_size for sink in self._sinks_active.values()):
            self.drain_all()


def main() -> None:
    """Run the target; what the user can mend is one line and exit code 1."""
    # At its end Python looks for garbage among all that was imported, for a third of a second.
    atexit.register(gc.freeze)
    # Beginning, end and rows of each table are logged; metrics say it again.
    logging.getLogger("singer_sdk.metrics").addFilter(lambda record: False)
    # A connection that breaks raises an error; the pool tells of it with a traceback besides.
    logging.getLogger("sqlalchemy.pool.impl.QueuePool").addFilter(lambda record: False)
    try:
        DrivaTargetSnowflake.cli()
    except LoadError as error:
        fail(str(error))
    except ConfigValidationError as error:
        fail(f"{error} {'; '.join(error.errors)}")
    except FAILURES as error:
        fail(explained(error))


def explained(error: Exception) -> str:
    """Return what failed in which stream, and the hint for its kind, if there is one."""
    cause = getattr(error, "orig", error)
    state = getattr(cause, "sqlstate", None) or ""
    # Those of the client, which it numbers so, are about the way to Snowflake.
    if 250_000 <= (getattr(cause, "errno", None) or 0) < 252_000:
        state = "08"
    hint = next((hint for begin, hint in HINTS.items() if state.startswith(begin)), "")
    reason = " ".join(str(cause).split())[:800].rstrip(".")
    return ": ".join([*getattr(error, "__notes__", []), f"{reason}. {hint}".rstrip()])


def fail(message: str) -> NoReturn:
    """Print why the run ends, and end it.

    Meltano answers a loader that closes its input with a traceback of its own. So what the tap is
    still sending is read and dropped for a while; nothing of it is bookmarked.
    """
    print(f"target-snowflake: {message}", file=sys.stderr, flush=True)
    threading.Timer(DRAIN_SECONDS, os._exit, [1]).start()
    for _ in sys.stdin.buffer:
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
