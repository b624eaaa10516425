"""Temporary tables and views: Snowflake's are in a schema, DuckDB's in a place of their own."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import duckdb
from sqlglot import Expr, exp

from local_stack.snowflake.adapter import Connection
from local_stack.snowflake.locks import TableName


class Temporary(Connection):
    """A session's temporary objects."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # DuckDB's names of them.
        self._temporary: dict[TableName, str] = {}

    def is_temporary(self, table: exp.Table) -> bool:
        """Tell whether a table is a temporary one of the session."""
        return self.full_name(table) in self._temporary or table.catalog == "temp"

    def forget_temporary(self, catalog: str, schema: str | None) -> None:
        """Drop the temporary tables and views of a schema, or of a database."""
        for name, place in list(self._temporary.items()):
            if name[:2] == (catalog, schema or name[1]):
                del self._temporary[name]
                for kind in ("TABLE", "VIEW"):
                    with suppress(duckdb.Error):
                        self.duckdb.execute(f'DROP {kind} IF EXISTS temp.main."{place}"')

    def place_temporary(self, statement: Expr) -> None:
        """Move temporary tables and views into DuckDB's namespace for them, and find them there."""
        lasting: exp.Table | None = None
        if isinstance(statement, exp.Create):
            table = statement.find(exp.Table)
            if not statement.find(exp.TemporaryProperty):
                lasting = table
            elif table and statement.kind in ("TABLE", "VIEW"):
                name = self.full_name(table)
                self._temporary[name] = ".".join(name)
        if not self._temporary:
            return
        for table in statement.find_all(exp.Table):
            if table is lasting or not isinstance(table.this, exp.Identifier):
                continue
            name = self.full_name(table)
            place = self._temporary.get(name)
            if not place:
                continue
            if isinstance(statement, exp.Drop):
                del self._temporary[name]
            for part, value in (("this", place), ("db", "main"), ("catalog", "temp")):
                table.set(part, exp.to_identifier(value, quoted=True))
