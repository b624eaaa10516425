"""A session on DuckDB, and fakesnow's catalog of what DuckDB's has no place for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
from duckdb import DuckDBPyConnection
from fakesnow import info_schema
from fakesnow.conn import FakeSnowflakeConnection
from fakesnow.instance import GLOBAL_DATABASE_NAME
from fakesnow.transforms.file_format import lookup_file_format
from sqlglot import Expr, exp

from local_stack.snowflake.locks import TableName
from local_stack.snowflake.patches import in_quotes
from local_stack.snowflake.transaction import Written
from local_stack.snowflake.type_names import snowflake_type

_STAGES = f"{GLOBAL_DATABASE_NAME}._fs_information_schema._fs_stages"
STAGE_FORMATS = f"{GLOBAL_DATABASE_NAME}._fs_information_schema._stage_formats"
_LENGTHS = f"{GLOBAL_DATABASE_NAME}._fs_information_schema._fs_columns_ext"
_OF_TABLE = "(ext_table_catalog, ext_table_schema, ext_table_name) = (?, ?, ?)"
# fakesnow's for a VARCHAR without a length.
LONGEST_TEXT = 16_777_216
_NAMED = "(database_name, schema_name, name) = (?, ?, ?)"


class Column(NamedTuple):
    """A column of a table, with Snowflake's name of its type, and its default as DuckDB has it."""

    name: str
    type: str
    is_nullable: bool
    default: str | None


def _with_length(kind: str, length: int | None) -> str:
    return f"VARCHAR({length})" if kind == "VARCHAR" and length else snowflake_type(kind)


class Connection(FakeSnowflakeConnection):
    """A session on DuckDB, and fakesnow's catalog of what DuckDB's has no place for."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.written = Written()
        # By DuckDB's name of a temporary table, as fakesnow keeps those of all others.
        self.temporary_lengths: dict[str, dict[str, int]] = {}

    @property
    def duckdb(self) -> DuckDBPyConnection:
        """The session's connection to DuckDB."""
        return self._duck_conn

    @property
    def autocommits(self) -> bool:
        """Whether a statement outside a transaction is one by itself."""
        return bool(self._autocommit)

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._in_transaction

    @in_transaction.setter
    def in_transaction(self, is_open: bool) -> None:
        self._in_transaction = is_open
        if not is_open:
            self.written.clear()

    def end_transaction(self) -> None:
        """Roll back what is open; DuckDB may have done so already."""
        with suppress(duckdb.TransactionException):
            self.duckdb.rollback()
        self.in_transaction = False

    def ask(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement of DuckDB's beside the session's, and return its rows."""
        with self.duckdb.cursor() as asked:
            return asked.execute(sql, list(values)).fetchall()

    @staticmethod
    def place(table: TableName) -> str:
        """Return a table's name in full as DuckDB reads it."""
        catalog, schema, name = table
        return exp.table_(name, schema, catalog, quoted=True).sql("duckdb")

    def columns_of(self, query: str) -> list[tuple[str, str]]:
        """Return the names and DuckDB's types of a query's columns, which does not run."""
        planned = self.duckdb.sql(query)
        return list(zip(planned.columns, map(str, planned.types), strict=True))

    def full_name(self, table: Expr) -> TableName:
        """Return a table's name as Snowflake resolves it in this session."""
        parts = (table.args.get("catalog"), table.args.get("db"), table.this)
        defaults = (self.database, self.schema, None)
        catalog, schema, name = (
            (part.name if part.args.get("quoted") else part.name.upper()) if part else default or ""
            for part, default in zip(parts, defaults, strict=True)
        )
        return catalog, schema, name

    def column_types(self, table: TableName) -> dict[str, str]:
        """Return the types of a table's columns, by their names in upper case."""
        return {column.name.upper(): column.type for column in self.described(table)}

    def described(self, table: TableName) -> list[Column]:
        """Return what there is to tell of a table's columns; none if it is not there."""
        asked = self.duckdb if table[0] == "temp" else self.duckdb.cursor()
        sql = 'SELECT name, type, NOT "notnull", dflt_value FROM pragma_table_info(?)'
        try:
            found = asked.execute(sql, [self.place(table)]).fetchall()
        except duckdb.CatalogException:
            return []
        lengths = self.text_lengths(table)
        return [
            Column(name, _with_length(kind, lengths.get(name.upper())), is_nullable, default)
            for name, kind, is_nullable, default in found
        ]

    def text_lengths(self, table: TableName) -> dict[str, int]:
        """Return the lengths of a table's texts that have one, by their names in upper case."""
        if table[0] == "temp":
            return self.temporary_lengths.get(table[2], {})
        rows = self.ask(
            "select upper(ext_column_name), ext_character_maximum_length "
            f"from {_LENGTHS} where {_OF_TABLE} and ext_character_maximum_length < {LONGEST_TEXT}",
            table,
        )
        return {str(name): int(length) for name, length in rows}

    def move_text_lengths(self, table: TableName, new: TableName) -> None:
        """Keep the lengths of a table's texts under its new name."""
        lengths = self.text_lengths(table)
        if lengths:
            self.forget_text_lengths(table)
            catalog, schema, name = map(in_quotes, new)
            quoted = [(in_quotes(column), length) for column, length in lengths.items()]
            self.ask(info_schema.insert_text_lengths_sql(catalog, schema, name, quoted))

    def rename_text_length(self, table: TableName, column: str, new: str) -> None:
        """Keep the length of a text under its column's new name."""
        self.ask(
            f"update {_LENGTHS} set ext_column_name = ? where {_OF_TABLE} "
            "and upper(ext_column_name) = upper(?)",
            [new, *table, column],
        )

    def forget_text_lengths(self, table: TableName) -> None:
        """Forget those of an earlier table of the same name."""
        self.ask(f"delete from {_LENGTHS} where {_OF_TABLE}", table)

    def file_format(self, name: str) -> dict[str, Any]:
        """Return the options of a file format."""
        return lookup_file_format(self.duckdb, name, self.database, self.schema)

    def has_schema(self, catalog: str, schema: str | None) -> bool:
        """Tell whether there is a database, or a schema in it."""
        found = self.ask(
            "SELECT schema_name FROM duckdb_schemas() WHERE database_name = ?", [catalog]
        )
        name = "_fs_information_schema" if schema == "INFORMATION_SCHEMA" else schema
        return bool(found) if name is None else (name,) in found

    def has_note(self, kind: str, name: TableName) -> bool:
        """Tell whether DuckDB has a comment on a table or a view."""
        found = self.ask(
            f"SELECT comment FROM duckdb_{kind.lower()}s() WHERE "
            f"(database_name, schema_name, {kind.lower()}_name) = (?, ?, ?)",
            name,
        )
        return bool(found and found[0][0])

    def enter(self, catalog: str, schema: str | None) -> None:
        """Make a database and a schema the current ones."""
        place = exp.Literal.string(f'"{catalog}"."{schema or "main"}"').sql("duckdb")
        self.duckdb.execute(f"SET schema = {place}")
        self.database, self._schema = catalog, schema
        self.database_set, self.schema_set = True, schema is not None

    def table_exists(self, name: TableName) -> bool:
        """Tell whether there is a table or a view of that name."""
        found = self.ask(
            "SELECT 1 FROM duckdb_tables() WHERE (database_name, schema_name, table_name) = "
            "(?, ?, ?) UNION ALL SELECT 1 FROM duckdb_views() "
            "WHERE (database_name, schema_name, view_name) = (?, ?, ?)",
            [*name, *name],
        )
        return bool(found)

    def kind_of(self, name: TableName) -> str:
        """Return `VIEW` or `TABLE`."""
        view = "(database_name, schema_name, view_name) = (?, ?, ?)"
        return "VIEW" if self.ask(f"SELECT 1 FROM duckdb_views() WHERE {view}", name) else "TABLE"

    def stage_address(self, name: TableName) -> str | None:
        """Return a named stage's address, empty if it is internal; None if there is none."""
        found = self.ask(f"SELECT url FROM {_STAGES} WHERE {_NAMED}", name)
        return str(found[0][0] or "") if found else None

    def stage_format(self, name: TableName) -> dict[str, Any]:
        """Return the options of a named stage's own file format, which fakesnow does not keep."""
        found = self.ask(f"SELECT options FROM {STAGE_FORMATS} WHERE {_NAMED}", name)
        return dict(json.loads(found[0][0])) if found else {}

    def keep_stage_format(self, name: TableName, options: dict[str, Any]) -> None:
        """Keep the options of a new stage's own file format, and none of an earlier one's."""
        self.ask(f"DELETE FROM {STAGE_FORMATS} WHERE {_NAMED}", name)
        if options:
            written = json.dumps(options, default=str)
            self.ask(f"INSERT INTO {STAGE_FORMATS} VALUES (?, ?, ?, ?)", [*name, written])

    def drop_stage(self, name: TableName) -> bool:
        """Forget a named stage; False if there is none."""
        return bool(self.ask(f"DELETE FROM {_STAGES} WHERE {_NAMED} RETURNING name", name))

    def drop_file_format(self, name: TableName) -> bool:
        """Forget a file format; False if there is none."""
        formats = f"{GLOBAL_DATABASE_NAME}._fs_information_schema._fs_file_formats"
        return bool(self.ask(f"DELETE FROM {formats} WHERE {_NAMED} RETURNING name", name))

    def drop_database(self, name: TableName) -> bool:
        """Delete a database with its file; False if there is none. fakesnow knows no DROP of it."""
        file = Path(str(self.db_path), f"{name[2]}.db")
        if not file.exists():
            return False
        self.duckdb.execute(f"USE {GLOBAL_DATABASE_NAME}")
        self.duckdb.execute(f'DETACH "{name[2]}"')
        file.unlink()
        file.with_suffix(".db.wal").unlink(missing_ok=True)
        if self.database == name[2]:
            self.database = None
            self.database_set = self.schema_set = False
        return True

    def keep_notes(
        self,
        table: Expr | None,
        table_comment: tuple[exp.Table, str | None] | None,
        text_lengths: list[tuple[str, int]] | None,
    ) -> None:
        """Keep a table's comment and the lengths of its texts, in a transaction of their own.

        A DuckDB transaction writes to one database, and these are in another than the table;
        fakesnow uses the statement's (cursor.py, _execute).
        """
        if not (table_comment or text_lengths):
            return
        with self.duckdb.cursor() as notes:
            if table_comment and table_comment[1]:
                words = [*self.full_name(table_comment[0]), table_comment[1]]
                notes.execute(info_schema.insert_table_comment_sql(*map(in_quotes, words)))
            if text_lengths and table:
                catalog, schema, name = map(in_quotes, self.full_name(table))
                lengths = [(in_quotes(column), length) for column, length in text_lengths]
                notes.execute(info_schema.insert_text_lengths_sql(catalog, schema, name, lengths))
