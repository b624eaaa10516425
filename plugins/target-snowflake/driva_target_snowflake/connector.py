"""The way to Snowflake, and the tables there; nothing here knows of a stream that is loaded."""

from __future__ import annotations

import functools
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from uuid import uuid4

import snowflake.sqlalchemy.custom_types as sct
import sqlalchemy as sa
from singer_sdk.sql.connector import FullyQualifiedName, JSONSchemaToSQL
from snowflake_backoff import backoff
from sqlalchemy.sql.compiler import RESERVED_WORDS
from target_snowflake.snowflake_types import NUMBER, VARIANT

from driva_target_snowflake.columns import alterations
from driva_target_snowflake.errors import LoadError
from driva_target_snowflake.ledger import Ledger
from driva_target_snowflake.process import AUTHENTICATION
from driva_target_snowflake.stage import STAGE, StagingConnector

# Seconds until a wrong host is an error; the connector's default is five minutes.
LOGIN_TIMEOUT = 30
# How long a staged file is left alone; no run needs one for longer.
STALE_AFTER = timedelta(days=1)


def _number(schema: dict[str, Any]) -> NUMBER:
    properties = schema["x-sql-datatype-properties"]
    return NUMBER(precision=properties["precision"], scale=properties["scale"])


class DrivaSnowflakeConnector(StagingConnector):
    """Connects to any address that speaks Snowflake's protocol."""

    def __init__(self, config: dict[str, Any] | None = None, **kwargs: Any) -> None:
        # An empty variable in `.env` is no key, but counts as one of several for the base class.
        given = {k: v for k, v in (config or {}).items() if v or k not in AUTHENTICATION}
        super().__init__(given, **kwargs)
        # Whether the table of its stream was not there before.
        self.has_made_table = False
        # The file formats that are there.
        self.file_formats: set[str] = set()
        self.ledger = Ledger()
        self.run = os.environ.get("MELTANO_RUN_ID") or str(uuid4())

    def of_stream(self, stream: str) -> DrivaSnowflakeConnector:
        """Return a connector for the statements of one stream, which carry its tag.

        Sinks are loaded by several threads at once. What they share is the pool of connections, and
        what is known of the warehouse.
        """
        own = DrivaSnowflakeConnector(dict(self.config))
        own._cached_engine = self._engine.execution_options(query_tag=self.query_tag(stream))
        self.schema_cache = self.schema_cache or self.inspector.get_schema_names()
        own.schema_cache = self.schema_cache
        own.file_formats = self.file_formats
        return own

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
        """Return the connector's arguments: the base class's, the address and a short backoff."""
        address = {key: self.config.get(key) for key in ("host", "port", "protocol")}
        given = super().get_connect_args()
        return {
            **given,
            **{key: value for key, value in address.items() if value},
            "session_parameters": {**given["session_parameters"], "QUERY_TAG": self.query_tag()},
            "autocommit": True,
            "login_timeout": LOGIN_TIMEOUT,
            "backoff_policy": backoff,
        }

    def query_tag(self, stream: str = "") -> str:
        """Return the tag of a stream's statements."""
        tag: str = self.config.get("query_tag") or ""
        values = {
            "{stream}": stream,
            "{run}": self.run,
            "{environment}": os.environ.get("MELTANO_ENVIRONMENT", ""),
        }
        for name, value in values.items():
            tag = tag.replace(name, value)
        return tag

    def create_engine(self) -> sa.Engine:
        """Return an engine whose sessions are tagged, and remove what dead runs have staged.

        Each statement is a transaction, but for those of `transaction`: the base class would send
        COMMIT or ROLLBACK behind every one.
        """
        engine = sa.create_engine(
            self.sqlalchemy_url,
            connect_args=self.get_connect_args(),
            isolation_level=None,
            pool_reset_on_return=None,
        )
        dialect: Any = engine.dialect
        dialect.do_commit = dialect.do_rollback = _nothing
        dialect.identifier_preparer.reserved_words |= RESERVED_WORDS
        # Statements with names in them have no parameters: `%` and `:` are sent as they stand.
        dialect.identifier_preparer._double_percents = False
        sa.event.listen(engine, "before_execute", _as_it_stands, retval=True)
        sa.event.listen(engine, "engine_connect", _tag)
        self.ledger.count(engine)
        with engine.connect() as connection:
            database = self.config["database"]
            if database not in {row[1] for row in connection.execute(sa.text("show databases"))}:
                raise LoadError(
                    f"Database '{database}' does not exist or the user/role doesn't have access to "
                    "it. `meltano invoke target-snowflake:setup` makes it."
                )
            for name, _, _, written in connection.execute(sa.text(f"list '{STAGE}'")).all():
                if parsedate_to_datetime(written) < datetime.now(UTC) - STALE_AFTER:
                    connection.execute(sa.text(f"remove '@~/{name}'"))
        return engine

    def table_exists(self, full_table_name: str | FullyQualifiedName) -> bool:
        """Tell whether a table is there; its columns are asked for at once."""
        if full_table_name not in self.table_cache:
            self.inspector.clear_cache()
        return bool(self.get_table_columns(full_table_name))

    def invalidate_table_cache(self, _: str | FullyQualifiedName) -> None:
        """Leave what is known of a table: a sink has a connector of its own, and looks once."""

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
        self.has_made_table = True

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
        known = {n: column.type for n, column in self.get_table_columns(full_table_name).items()}
        coming = {name: self.to_sql_type(kind) for name, kind in schema["properties"].items()}
        quote = functools.partial(self.format_identifier, safe=True)
        changes = alterations(str(full_table_name), known, coming, quote)
        with self._connect() as connection:
            for change in changes:
                self.logger.info("%s", change)
                connection.exec_driver_sql(change)


def _nothing(_: object) -> None:
    """Neither commit nor roll back what each statement has done by itself."""


def _as_it_stands(
    _connection: sa.Connection, statement: Any, many: Any, parameters: Any, _options: Any
) -> tuple[Any, Any, Any]:
    """Take no colon of a statement, not even of a cast, for a parameter: names may have one."""
    if isinstance(statement, sa.TextClause) and not many and not parameters:
        statement = sa.text(statement.text.replace(":", r"\:"))
    return statement, many, parameters


def _tag(connection: sa.Connection) -> None:
    """Give a session that is taken from the pool the tag of the stream that it is for."""
    tag = connection.get_execution_options().get("query_tag")
    if tag is not None and connection.info.get("query_tag") != tag:
        connection.connection.cursor().execute("alter session set query_tag = %s", (tag,))
        connection.info["query_tag"] = tag
