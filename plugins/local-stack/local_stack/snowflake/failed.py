"""What a statement that has failed speaks of, for the words of its error."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import Expr, exp
from sqlglot.errors import TokenError

from local_stack.snowflake.session import Session
from local_stack.snowflake.syntax import tokens_of


@dataclass(frozen=True)
class Failed:
    """A statement that has failed.

    Attributes:
        session: whose it is.
        text: the statement's.
        statement: its tree, if it was read.
    """

    session: Session
    text: str
    statement: Expr | None

    def at(self, name: str) -> str:
        """Return where a name stands in the text, in Snowflake's words."""
        try:
            for token in tokens_of(self.text):
                if token.text.upper() == name.upper():
                    before = self.text[: token.start]
                    line = before.count("\n")
                    return f"line {line + 1} at position {len(before) - before.rfind(chr(10)) - 1}"
        except TokenError:
            pass
        return "line 1 at position 0"

    def missing_place(self, name: str) -> tuple[str, str] | None:
        """Return the database or the schema of a table if it is that which is missing."""
        for table in self.statement.find_all(exp.Table) if self.statement else ():
            if table.args.get("db") and table.name.upper() == name.rpartition(".")[2].upper():
                catalog, schema, _ = self.session.full_name(table)
                if not self.session.has_schema(catalog, None):
                    return "Database", catalog
                if not self.session.has_schema(catalog, schema):
                    return "Schema", f"{catalog}.{schema}"
        return None

    def column(self, table: str) -> str:
        """Return a column of a table that is not there, as the statement has it."""
        for column in self.statement.find_all(exp.Column) if self.statement else ():
            if column.table.upper() == table.upper():
                return f"{column.table}.{column.name}".upper()
        return table

    def table(self, name: str) -> str:
        """Return a table's name as Snowflake tells it: in full, unless a query names it alone."""
        for table in self.statement.find_all(exp.Table) if self.statement else ():
            is_full = table.args.get("db") or not isinstance(self.statement, exp.Query)
            if is_full and table.name.upper() == name.rpartition(".")[2].upper():
                return ".".join(part for part in self.session.full_name(table) if part)
        return name
