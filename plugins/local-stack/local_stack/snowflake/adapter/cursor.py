"""The steps of fakesnow's cursor, one by one."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast
from uuid import uuid4

import duckdb
import pyarrow as pa
from fakesnow.cursor import FakeSnowflakeCursor
from fakesnow.params import MutableParams
from fakesnow.transforms import transforms
from sqlglot import Expr, exp

from local_stack.snowflake.adapter.connection import Connection
from local_stack.snowflake.adapter.steps import Steps

_WRITES = exp.Insert | exp.Update | exp.Delete | exp.Merge | exp.Copy
Value = str | int | datetime.datetime | None

# DuckDB's types of what is answered without it.
_TYPES = {
    "bool": "BOOLEAN",
    "double": "DOUBLE",
    "int64": "BIGINT",
    "timestamp[us, tz=UTC]": "TIMESTAMP WITH TIME ZONE",
}


@dataclass(frozen=True)
class Query:
    """A statement as a client sends it.

    Attributes:
        text: the statement.
        params: values of its question marks.
        batch: rows of such values.
        stage: where a client has put such rows.
        describes: whether the client only asks for the columns.
    """

    text: str
    params: MutableParams | None = None
    batch: pa.Table | None = None
    stage: str | None = None
    describes: bool = False


@cache
def _words() -> frozenset[str]:
    """Return the words that are no names to DuckDB."""
    words = "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category <> 'unreserved'"
    with duckdb.connect() as connection:
        return frozenset(word for (word,) in connection.execute(words).fetchall())


class Cursor(FakeSnowflakeCursor):
    """The steps of fakesnow's `execute` one by one, for `runner` to take.

    Args:
        session: whose cursor it is.
        runner: runs a statement by this cursor, with its parameters.
    """

    _conn: Connection

    def __init__(self, session: Connection, runner: Callable[[Cursor, Query], None]) -> None:
        super().__init__(session, session.duckdb)
        self._runner = runner
        self.query_id = ""
        # What the statement has answered, and its columns as DuckDB names their types.
        self.result: Any = None
        self.columns: list[tuple[str, str]] = []
        self._transfer: dict[str, Any] | None = None
        # Rows of a table that the statement has made from a query.
        self.filled: int | None = None

    def execute(
        self,
        command: str,
        params: Sequence[Any] | dict[Any, Any] | None = None,
        *_: Any,
        **options: Any,
    ) -> Cursor:
        self.run_query(Query(command, params if isinstance(params, dict | None) else list(params)))
        return self

    def run_query(self, query: Query) -> None:
        """Run a statement; its result is the cursor's."""
        self.query_id = self.query_id or str(uuid4())
        self._runner(self, query)

    def name_objects(self, statement: Expr) -> None:
        """Put names in the place of IDENTIFIER('name')."""
        called = statement.find_all(exp.DynamicIdentifier, exp.Anonymous)
        if any(
            isinstance(c, exp.DynamicIdentifier) or c.name.upper() == "IDENTIFIER" for c in called
        ):
            statement.transform(transforms.identifier, None, copy=False)

    def split(self, statement: Expr) -> list[Expr]:
        """Return a statement as the several that DuckDB needs for some."""
        return self._transform_explode(statement)

    def translate(self, statement: Expr, params: MutableParams | None = None) -> Expr:
        """Return a statement as DuckDB's."""
        translated = cast(Steps, self._transform(cast(Expr, Steps(statement)), params)).tree
        for name in translated.find_all(exp.Identifier):
            # What is a name to Snowflake may be a word of DuckDB's.
            if not name.args.get("quoted") and name.name.lower() in _words():
                name.set("quoted", True)
        return translated

    def run(self, translated: Expr, params: MutableParams | None = None) -> None:
        """Run a statement on DuckDB; its result is the cursor's."""
        notes = {key: translated.args.pop(key, None) for key in ("table_comment", "text_lengths")}
        table = translated.find(exp.Table)
        if isinstance(translated, exp.Create) and translated.find(exp.TemporaryProperty):
            # fakesnow looks for a temporary table's load history in its database, which has none.
            self._conn.duckdb.execute(translated.sql("duckdb"))
            name = table.name if table else ""
            lengths = {column.upper(): length for column, length in notes["text_lengths"] or ()}
            self._conn.temporary_lengths[name] = lengths
            self.answer(["status"], [(f"Table {name} successfully created.",)])
            if table and translated.expression and translated.kind == "TABLE":
                [self.filled] = self._conn.duckdb.execute(
                    f"SELECT count(*) FROM {table.sql('duckdb')}"
                ).fetchall()[0]
            return
        try:
            self._execute(translated, params if translated.find(exp.Placeholder) else None)
        except duckdb.Error:
            if isinstance(translated, exp.Commit):  # of a transaction that cannot go on
                self._conn.end_transaction()
            raise
        if table and isinstance(translated, exp.Create) and translated.kind == "TABLE":
            self._count(table, bool(translated.expression))
        if table:
            self._place_text_lengths(translated, table)
        # fakesnow counts transactions only where statements do not commit by themselves.
        if isinstance(translated, exp.Transaction):
            self._conn.in_transaction = True
        elif isinstance(translated, exp.Commit | exp.Rollback):
            self._conn.in_transaction = False
        self._conn.keep_notes(table, **notes)

    def _count(self, table: exp.Table, is_filled: bool) -> None:
        """Know how many rows a new table has."""
        place = self._conn.place(self._conn.full_name(table))
        counted = f"SELECT count(*) FROM {place}"
        is_known = is_filled and not self._conn.in_transaction
        self.filled = self._conn.ask(counted)[0][0] if is_known else None

    def _place_text_lengths(self, translated: Expr, table: exp.Table) -> None:
        """Let the lengths of texts follow a table to another name, and not one name's tables."""
        name = self._conn.full_name(table)
        if isinstance(translated, exp.Alter):
            for action in translated.args.get("actions", ()):
                if isinstance(action, exp.RenameColumn):
                    self._conn.rename_text_length(name, action.this.name, action.args["to"].name)
                if isinstance(action, exp.AlterRename):
                    self._conn.move_text_lengths(name, self._conn.full_name(action.this))
        is_new = isinstance(translated, exp.Create) and translated.kind == "TABLE"
        if is_new and not translated.args.get("exists"):
            self._conn.forget_text_lengths(name)

    def answer(
        self,
        columns: list[str],
        rows: Sequence[tuple[Value, ...]],
        transfer: dict[str, Any] | None = None,
        changed: int | None = None,
    ) -> None:
        """Make these rows the statement's result.

        Args:
            columns: their names.
            rows: their values.
            transfer: what a client is told to upload or download.
            changed: how many rows the statement has changed.
        """
        values = zip(*rows, strict=True) if rows else [()] * len(columns)
        arrays = [pa.array(list(column)) for column in values]
        arrays = [a.cast(pa.string()) if pa.types.is_null(a.type) else a for a in arrays]
        self.take(pa.Table.from_arrays(arrays, columns), changed)
        self._transfer = transfer

    def query(self, sql: str, values: Sequence[Any] | None = None) -> None:
        """Run a query of DuckDB's; its result is the statement's."""
        self._duck_conn.execute(sql, values)
        self._described()
        self._keep(self._duck_conn.to_arrow_table())

    def take(self, table: pa.Table, changed: int | None = None) -> None:
        """Make a table the statement's result."""
        self._keep(table, changed)
        self.columns = [(f.name, _TYPES.get(str(f.type), "VARCHAR")) for f in table.schema]

    def _keep(self, table: pa.Table, changed: int | None = None) -> None:
        self._arrow_table, self._arrow_table_fetch_index = cast(Any, table), None
        self._rowcount = cast(Any, table.num_rows if changed is None else changed)
        self._transfer = None

    def set_column(self, name: str, values: list[int | None]) -> None:
        """Put other numbers in a column of the result."""
        position = self.table.schema.get_field_index(name)
        columns = list(self.columns)
        self._keep(self.table.set_column(position, name, pa.array(values, pa.int64())))
        self.columns = columns
        self.columns[position] = (name, "BIGINT")

    def value_of(self, value: Expr) -> exp.Literal:
        """Return an expression's value: a text, or a number."""
        if isinstance(value, exp.Literal):
            return value
        other = Cursor(self._conn, self._runner)
        query = value if isinstance(value, exp.Query) else exp.select(value)
        other.run(other.translate(query.copy()))
        found = other.table.column(0)[0].as_py() if other.table.num_rows else None
        literal = exp.convert(str(found) if isinstance(found, bytes) else found)
        return literal if isinstance(literal, exp.Literal) else exp.Literal.string(str(found))

    def succeed(self) -> None:
        """Answer as Snowflake does where there is nothing to tell."""
        self.answer(["status"], [("Statement executed successfully.",)])

    @property
    def table(self) -> pa.Table:
        """The rows of the last result."""
        return self._arrow_table

    @property
    def has_result(self) -> bool:
        """Whether the statement has answered anything yet."""
        return self._arrow_table is not None

    @property
    def transfer(self) -> dict[str, Any] | None:
        """What PUT and GET tell a client to upload or download."""
        return self._transfer

    def _execute(self, transformed: Expr, params: MutableParams | None = None) -> None:
        self._transfer = None
        super()._execute(transformed, params)
        if self._conn.in_transaction and isinstance(transformed, _WRITES):
            self._conn.written.add(transformed.sql("duckdb"), params)
        self._described()

    def _described(self) -> None:
        """Know the result's columns, for which fakesnow lets DuckDB plan each statement again."""
        self.columns = [(name, str(kind)) for name, kind, *_ in self._duck_conn.description or ()]

    def _describe_last_sql(self) -> list[tuple[Any, ...]]:
        return [(*column, *[None] * 4) for column in self.columns]
