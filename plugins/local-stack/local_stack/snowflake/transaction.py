"""What an open transaction has written, so that an error does not end it.

An error in a transaction leaves it open on an account. DuckDB aborts it whatever the error is, so
it is begun again, and what it had written is written again; its tables are locked meanwhile.
https://docs.snowflake.com/en/sql-reference/transactions#failed-statements-within-a-transaction
"""

from __future__ import annotations

from typing import Any

import duckdb

# Characters of the statements that are kept.
_KEPT = 8 * 2**20


class Written:
    """The statements by which an open transaction has written."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget all, as the transaction has ended."""
        self._statements: list[tuple[str, Any]] = []
        self._size = 0
        self._is_known = True

    def add(self, sql: str, params: Any) -> None:
        """Keep a statement, unless it is one that cannot run again."""
        self._size += len(sql)
        # What is read from files or from a client is there for one statement only.
        if '"$' in sql or "read_" in sql or self._size > _KEPT:
            self._is_known = False
        self._statements.append((sql, params))

    def write_again(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Begin an aborted transaction again; it stays aborted if that cannot be done."""
        if not self._is_known:
            return
        try:
            connection.execute("SELECT 1")
        except duckdb.TransactionException:
            connection.rollback()
            connection.begin()
            for sql, params in self._statements:
                connection.execute(sql, params)
