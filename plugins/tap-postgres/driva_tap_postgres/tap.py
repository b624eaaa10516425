"""The tap: settings are those of `meltanolabs-tap-postgres`; FULL_TABLE always sends versions."""

from __future__ import annotations

import atexit
import functools
import gc
import json
import logging
import math
import os
import sys
from collections.abc import Container, Sequence
from typing import Any, ClassVar

import sqlalchemy as sa
from singer_sdk import Stream
from singer_sdk import typing as th
from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.singerlib import Catalog
from tap_postgres.client import PostgresConnector, PostgresSQLToJSONSchema
from tap_postgres.tap import TapPostgres

from driva_tap_postgres import types
from driva_tap_postgres.bookmark import BookmarkError, check_origin, check_state
from driva_tap_postgres.changes import ChangeLog
from driva_tap_postgres.checks import UnrepresentableError
from driva_tap_postgres.columns import COLUMNS, Columns
from driva_tap_postgres.errors import SettingsError, explained
from driva_tap_postgres.log_based import LogBasedStream
from driva_tap_postgres.origin import Origin
from driva_tap_postgres.parquet import ReadError
from driva_tap_postgres.pgoutput import LogError, Name
from driva_tap_postgres.reconciliation import RECONCILIATION, Reconciliation
from driva_tap_postgres.selection import (
    Entry,
    SelectionError,
    check_keys,
    check_names,
    check_selection,
    news,
    up_to_date,
)
from driva_tap_postgres.slot import Slot, SlotError
from driva_tap_postgres.stream import DrivaStream

# Where Meltano passes the extractor's `select`, `select_filter` and `metadata` to its process.
SELECT_VARIABLE = "TAP_POSTGRES__SELECT"
FILTER_VARIABLE = "TAP_POSTGRES__SELECT_FILTER"
METADATA_VARIABLE = "TAP_POSTGRES__METADATA"
ADDRESS = ("host", "port", "user", "password", "database")
# What is told of the source beside its tables; it goes along with whatever is read.
CONTROLS: dict[str, type[Columns | Reconciliation]] = {
    COLUMNS: Columns,
    RECONCILIATION: Reconciliation,
}


class SchemaOfTypes(PostgresSQLToJSONSchema):
    """Describes columns as they are read."""

    def to_jsonschema(self, column_type: Any) -> dict[str, Any]:
        """Return the JSON Schema of a column's type."""
        kind = types.column_type(column_type, dates_as_string=self.dates_as_string)
        return dict(kind.schema)


class DrivaTapPostgres(TapPostgres):
    """Tap for the dealership network's PostgreSQL."""

    config_jsonschema: ClassVar[dict[str, Any]] = {
        **TapPostgres.config_jsonschema,
        "properties": {
            **TapPostgres.config_jsonschema["properties"],
            **th.PropertiesList(
                # Meltano would show a traceback for what is no number.
                th.Property(
                    "port",
                    th.CustomType({"type": ["integer", "string"]}),
                    default=5432,
                    description="Port of the PostgreSQL.",
                ),
                th.Property(
                    "replication_slot_name",
                    th.StringType(pattern="^(?!pg_)[a-z0-9_]{1,63}$"),
                    default="driva_changes",
                    description=(
                        "The replication slot of tables that are LOG_BASED, and its publication; "
                        "its name has small letters, digits and underscores."
                    ),
                ),
                th.Property(
                    "replication_slot_limit_gb",
                    th.IntegerType(minimum=1),
                    default=8,
                    description=(
                        "From half as many GB of the source's log on, each run warns that the slot "
                        "keeps them from being removed."
                    ),
                ),
                th.Property(
                    "replication_lookback",
                    th.IntegerType(minimum=0),
                    default=1000,
                    description=(
                        "How many ids below its bookmark a stream is read again, for ids that were "
                        "handed out in blocks and are used later. The default holds twenty blocks "
                        "of 50, which is what Hibernate takes at a time, and costs milliseconds."
                    ),
                ),
                th.Property(
                    "replication_lookback_seconds",
                    th.IntegerType(minimum=0),
                    default=3600,
                    description=(
                        "The same for streams whose replication key is a time, for rows that "
                        "carry the time when their transaction began, or that of another clock; "
                        "of dates, whole days. The default covers transactions of an hour."
                    ),
                ),
                th.Property(
                    "reconcile",
                    th.BooleanType(),
                    default=False,
                    description=(
                        "Compare all of each table with what the last such run has left, whatever "
                        "its bookmark, and send what was written and what is gone since."
                    ),
                ),
            ).to_dict()["properties"],
        },
    }

    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        """Raise a SettingsError that names the variables if there is nothing to connect to."""
        settings = {name: self.config.get(name) for name in ADDRESS}
        missing = [
            f"TAP_POSTGRES_{name.upper()}"
            for name, value in settings.items()
            if value is None or (value == "" and name != "password")  # which ~/.pgpass may have
        ]
        if missing and not self.config.get("sqlalchemy_url"):
            raise SettingsError(
                f"not set: {', '.join(missing)}. Write them to .env, or choose "
                "--environment=local, which reads the embedded PostgreSQL."
            )
        port = str(self.config.get("port", ""))
        if port and not port.isdecimal():
            raise SettingsError(
                f"{port!r} is not a port number: mend TAP_POSTGRES_PORT or LOCAL_POSTGRES_PORT."
            )
        errors: list[str] = super()._validate_config(raise_errors=raise_errors)
        return errors

    @functools.cached_property
    def connector(self) -> PostgresConnector:
        """The connector shared by all streams."""
        connector = super().connector
        connector.sql_to_jsonschema_converter = SchemaOfTypes
        sa.event.listen(connector._engine, "begin", _set_for_transaction)
        return connector

    def load_state(self, state: dict[str, Any]) -> None:
        """Take the state that the last run has left.

        Raises:
            BookmarkError: it is not made as a state is.
        """
        check_state(state)
        check_origin(state, self.origin)
        super().load_state(state)

    @functools.cached_property
    def origin(self) -> Origin | None:
        """The database that is read, if its user may know it."""
        with self.connector._connect() as connection:
            return Origin.asked(connection)

    @functools.cached_property
    def patterns(self) -> list[str]:
        """Meltano's `select`."""
        patterns: list[str] = json.loads(os.environ.get(SELECT_VARIABLE) or "[]")
        return patterns

    @functools.cached_property
    def input_catalog(self) -> Catalog | None:
        """The catalog that was given, with the tables and columns that the source has now.

        A filter of tables need not name what is told beside them.
        """
        if self._input_catalog is None:
            return None
        patterns = self.patterns
        metadata = json.loads(os.environ.get(METADATA_VARIABLE) or "{}")
        filters = json.loads(os.environ.get(FILTER_VARIABLE) or "[]")
        check_selection([*patterns, *filters], self.found)
        given = self._input_catalog.to_dict()["streams"]
        kept = [e for e in given if not patterns or e["tap_stream_id"] not in CONTROLS]
        entries = up_to_date(patterns, metadata, kept, self.found)
        return Catalog.from_dict({"streams": list(entries)})

    @functools.cached_property
    def catalog_dict(self) -> dict[str, Any]:
        """The catalog that was given, or else of all that can be read."""
        given = self.input_catalog
        return {"streams": self.found} if given is None else dict(given.to_dict())

    @functools.cached_property
    def found(self) -> list[Entry]:
        """The catalog's entries of the source's tables, and of what is told beside them."""
        controls = (control(self)._singer_catalog_entry.to_dict() for control in CONTROLS.values())
        return [*self.connector.discover_catalog_entries(), *controls]

    @functools.cached_property
    def streams(self) -> dict[str, Stream]:
        """The streams by name, small tables first, so that none waits for a large one.

        Columns come first of all, and control totals last, when all tables have been read.
        """
        streams: dict[str, Stream] = super().streams
        sizes = {COLUMNS: -math.inf, RECONCILIATION: math.inf}
        for stream in streams.values():
            if isinstance(stream, DrivaStream):
                stream.is_reconciled = streams[RECONCILIATION].selected
        if self.input_catalog is not None:
            selected = [stream for stream in streams.values() if stream.selected]
            read = [stream for stream in selected if isinstance(stream, DrivaStream)]
            for stream in read:
                stream.origin = self.origin
            columns = {stream.name: stream.get_selected_schema()["properties"] for stream in read}
            check_names(
                {
                    stream_map.stream_alias: columns.get(stream.name, ())
                    for stream in selected
                    for stream_map in stream.stream_maps
                }
            )
            for stream in read:
                check_keys(
                    stream.name,
                    stream.replication_method,
                    stream.primary_keys,
                    stream.replication_key,
                    columns[stream.name],
                )
            sizes.update({stream.name: stream.size for stream in read})
            self._tell_of_news({stream.name for stream in read})
        return {name: streams[name] for name in sorted(streams, key=lambda n: sizes.get(n, 0))}

    @property
    def slot(self) -> Slot:
        """What keeps the log of tables that are LOG_BASED."""
        limit_gb = self.config["replication_slot_limit_gb"]
        return Slot(self.config["replication_slot_name"], limit_gb, self.connector._connect)

    @property
    def followed(self) -> dict[Name, Sequence[str]]:
        """The tables that are LOG_BASED, and the columns that tell their rows apart."""
        streams = (s for s in self.streams.values() if isinstance(s, LogBasedStream) and s.selected)
        return {stream.table_name: stream.primary_keys for stream in streams}

    @functools.cached_property
    def change_log(self) -> ChangeLog:
        """What has changed of these tables since the last run."""
        bookmarks: dict[str, dict[str, Any]] = self.state.get("bookmarks", {})
        parted = {name.partition("-"): bookmark for name, bookmark in bookmarks.items()}
        state = {(schema, table): bookmark for (schema, _, table), bookmark in parted.items()}
        return ChangeLog(self.slot, self.followed, state, self.origin, self.logger)

    @property
    def catalog(self) -> Catalog:
        """The catalog, with the columns that the tables have."""
        return super(TapPostgres, self).catalog  # which adds some to what is LOG_BASED

    def _tell_of_news(self, read: Container[str]) -> None:
        """Warn of columns that the source has got, and nobody has said anything of."""
        for entry in self.found:
            name = entry["tap_stream_id"]
            if name in read and (new := news(self.patterns, entry)):
                self.logger.warning(
                    "%s: not read, as nobody selects it: %s. Write a line below `select` in "
                    "extract/extract.meltano.yml: %s; or with a `!` behind the quote, if it is not "
                    "wanted",
                    name,
                    ", ".join(new),
                    ", ".join(new.values()),
                )

    def discover_streams(self) -> Sequence[Stream]:
        """Return the tables as streams that read by files."""
        streams: list[Stream] = []
        for entry in self.catalog_dict["streams"]:
            if control := CONTROLS.get(entry["tap_stream_id"]):
                streams.append(control(self))
                continue
            is_followed = entry["replication_method"] == "LOG_BASED"
            kind = LogBasedStream if is_followed else DrivaStream
            streams.append(kind(self, entry, connector=self.connector))
        return streams


def _set_for_transaction(connection: sa.Connection) -> None:
    # Not by SQLAlchemy, which would declare a cursor for it.
    connection.connection.cursor().execute(types.SETTINGS)


def main() -> None:
    """Run the tap; what the user can mend is one line and exit code 1."""
    # At its end Python looks for garbage among all that was imported, for a third of a second.
    atexit.register(gc.freeze)
    # Beginning, end and rows of each table are logged; metrics say it again.
    logging.getLogger("singer_sdk.metrics").addFilter(lambda record: False)
    try:
        DrivaTapPostgres.cli()
    except (SelectionError, SettingsError, BookmarkError, UnrepresentableError) as error:
        sys.exit(f"tap-postgres: {error}")
    except (LogError, SlotError) as error:  # of the source's log
        sys.exit(f"tap-postgres: {error}")
    except ConfigValidationError as error:
        sys.exit(f"tap-postgres: {error} {'; '.join(error.errors)}")
    except (sa.exc.DBAPIError, ReadError, OSError) as error:
        sys.exit(f"tap-postgres: {explained(error)}")


if __name__ == "__main__":
    main()
