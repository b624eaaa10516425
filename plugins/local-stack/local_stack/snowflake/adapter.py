"""fakesnow's classes, with public names for what this package uses of their insides.

No other module but `patches` imports fakesnow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
from duckdb import DuckDBPyConnection
from fakesnow import info_schema, macros
from fakesnow.conn import FakeSnowflakeConnection
from fakesnow.cursor import FakeSnowflakeCursor
from fakesnow.instance import GLOBAL_DATABASE_NAME, FakeSnow
from fakesnow.params import MutableParams
from fakesnow.transforms import show, transforms
from fakesnow.transforms.file_format import lookup_file_format
from fakesnow.transforms.options import parse_options
from sqlglot import Expr, exp

from local_stack.snowflake.locks import TableName
from local_stack.snowflake.patches import in_quotes, server

__all__ = ["Connection", "Cursor", "Instance", "MutableParams", "parse_options", "server"]

Value = str | int | None


class Connection(FakeSnowflakeConnection):
    """A session on DuckDB, and fakesnow's catalog of what DuckDB's has no place for."""

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
        catalog, schema, name = table
        describe = transforms.SQL_DESCRIBE_TABLE.substitute(
            catalog=catalog, schema=schema, table=name
        )
        with self.duckdb.cursor() as described:
            rows = described.execute(describe).fetchall()
        return {column.upper(): kind for column, kind, *_ in rows}

    def file_format(self, name: str) -> dict[str, Any]:
        """Return the options of a file format."""
        return lookup_file_format(self.duckdb, name, self.database, self.schema)

    def drop_file_format(self, name: TableName) -> bool:
        """Forget a file format; False if there is none."""
        with self.duckdb.cursor() as formats:
            return bool(
                formats.execute(
                    f"delete from {GLOBAL_DATABASE_NAME}._fs_information_schema._fs_file_formats "
                    "where database_name = ? and schema_name = ? and name = ? returning name",
                    name,
                ).fetchall()
            )

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


class Cursor(FakeSnowflakeCursor):
    """The steps of fakesnow's `execute` one by one, for `runner` to take.

    Args:
        session: whose cursor it is.
        runner: runs a statement by this cursor, with its parameters.
    """

    _conn: Connection

    def __init__(
        self, session: Connection, runner: Callable[[Cursor, str, MutableParams | None], None]
    ) -> None:
        super().__init__(session, session.duckdb)
        self._runner = runner
        # The columns of the last result, unless it was another cursor's.
        self._described: list[tuple[Any, ...]] | None = None

    def execute(
        self,
        command: str,
        params: Sequence[Any] | dict[Any, Any] | None = None,
        *_: Any,
        **options: Any,
    ) -> Cursor:
        params = options.get("binding_params") or params
        self._runner(
            self, command, params if params is None or isinstance(params, dict) else list(params)
        )
        return self

    def parse(self, command: str) -> Expr:
        """Return a statement's tree, with the session's variables in it."""
        return cast(Expr, server.parse_one(self._inline_variables(command)).copy())

    def split(self, statement: Expr) -> list[Expr]:
        """Return a statement as the several that DuckDB needs for some."""
        return self._transform_explode(statement)

    def translate(self, statement: Expr, params: MutableParams | None = None) -> Expr:
        """Return a statement as DuckDB's."""
        return self._transform(statement, params)

    def run(self, translated: Expr, params: MutableParams | None = None) -> None:
        """Run a statement on DuckDB; its result is the cursor's."""
        notes = {key: translated.args.pop(key, None) for key in ("table_comment", "text_lengths")}
        table = translated.find(exp.Table)
        if isinstance(translated, exp.Create) and translated.find(exp.TemporaryProperty):
            # fakesnow looks for a temporary table's load history in its database, which has none.
            self._conn.duckdb.execute(translated.sql("duckdb"))
            name = table.name if table else ""
            self.answer(["status"], [(f"Table {name} successfully created.",)])
            return
        self._execute(translated, params if translated.find(exp.Placeholder) else None)
        # fakesnow counts transactions only where statements do not commit by themselves.
        if isinstance(translated, exp.Transaction):
            self._conn.in_transaction = True
        elif isinstance(translated, exp.Commit | exp.Rollback):
            self._conn.in_transaction = False
        self._conn.keep_notes(table, **notes)

    def answer(self, columns: list[str], rows: Sequence[tuple[Value, ...]], **marks: Any) -> None:
        """Make these rows the statement's result.

        Args:
            columns: their names.
            rows: their values.
            marks: what fakesnow's server is told besides, by arguments of the tree.
        """
        values = exp.values(list(rows) or [(None,) * len(columns)], alias="t", columns=columns)
        answer = exp.select(*(exp.column(c, quoted=True) for c in columns)).from_(values)
        if not rows:
            answer = answer.where("FALSE")
        for identifier in values.args["alias"].args["columns"]:
            identifier.set("quoted", True)
        answer.args.update(marks)
        self._execute(answer)

    def succeed(self) -> None:
        """Answer as Snowflake does where there is nothing to tell."""
        self.answer(["status"], [("Statement executed successfully.",)])

    def taken_result(self) -> pa.Table:
        """Return the result, and keep it no longer for RESULT_SCAN."""
        del self._conn.results_cache[str(self._sfqid)]
        return self._arrow_table

    def _execute(self, transformed: Expr, params: MutableParams | None = None) -> None:
        super()._execute(transformed, params)
        is_of_another_cursor = "result_scan_sfqid" in transformed.args
        self._described = None if is_of_another_cursor else self._duck_conn.description

    def _describe_last_sql(self) -> list[tuple[Any, ...]]:
        """Return DuckDB's description of the last result; fakesnow plans it once more."""
        if self._described is None:
            self._duck_conn.execute(f"DESCRIBE {self._last_sql}", self._last_params)
            return self._duck_conn.fetchall()
        return [(name, str(kind), "YES", None, None, None) for name, kind, *_ in self._described]


class Instance(FakeSnow):
    """Databases in files, fakesnow's catalog among them.

    Args:
        databases: the folder of the databases.
        catalog: the folder of the catalog.
        **settings: DuckDB's.
    """

    def __init__(self, databases: Path, catalog: Path, **settings: str) -> None:
        super().__init__(
            create_database_on_connect=False, create_schema_on_connect=False, db_path=databases
        )
        for name, value in settings.items():
            self.duck_conn.execute(f"SET GLOBAL {name} = ?", [value])
        self.duck_conn.execute(f"DETACH {GLOBAL_DATABASE_NAME}")  # fakesnow's is in memory
        self._attach(catalog / f"{GLOBAL_DATABASE_NAME}.db")
        self.duck_conn.execute(info_schema.fs_global_creation_sql())
        self.duck_conn.execute(show.fs_global_creation_sql())
        for file in sorted(databases.glob("*.db")):
            self._attach(file)
            self.duck_conn.execute(info_schema.per_db_creation_sql(file.stem))
            self.duck_conn.execute(macros.creation_sql(file.stem))

    def routes(self) -> list[Any]:
        """Return the routes of fakesnow's server, which serves this instance from now on."""
        server.shared_fs = self
        return list(server.routes)

    def _attach(self, file: Path) -> None:
        path = exp.Literal.string(str(file)).sql("duckdb")
        self.duck_conn.execute(f'ATTACH {path} AS "{file.stem}"')
