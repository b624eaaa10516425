"""A session: its temporary objects, its open transaction, and one statement at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlglot import Expr, exp

from local_stack.snowflake.adapter import Connection, Cursor, MutableParams
from local_stack.snowflake.locks import TableLocks, TableName
from local_stack.snowflake.stage import UserStage

Runner = Callable[["Session", Cursor, str, MutableParams | None], None]


class Session(Connection):
    """A client's session.

    Args:
        stage: the user's files.
        locks: what sessions wait by for each other.
        runner: runs a statement of this session by one of its cursors.
        **options: fakesnow's.
    """

    def __init__(
        self, *args: Any, stage: UserStage, locks: TableLocks, runner: Runner, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.stage = stage
        self.locks = locks
        self._runner = runner
        # Snowflake's temporary objects live in a schema, DuckDB's in a namespace of their own.
        self._temporary: dict[TableName, str] = {}
        self._running = threading.Lock()
        self._last_used = time.monotonic()

    def cursor(self, *_: Any, **__: Any) -> Cursor:
        return Cursor(self, partial(self._runner, self))

    def close(self, retry: bool = True) -> None:
        """End the session; its open transaction is rolled back."""
        super().close(retry)
        self.locks.release(self)

    @contextmanager
    def statement(self) -> Iterator[None]:
        """Run one statement at a time; outside a transaction its tables are free afterwards."""
        with self._running:
            try:
                yield
            finally:
                self._last_used = time.monotonic()
                if not self.in_transaction:
                    self.locks.release(self)

    def commit_before_definition(self) -> None:
        """Commit the open transaction, as Snowflake does before it runs DDL."""
        if self.in_transaction:
            self.duckdb.commit()
            self.in_transaction = False

    def abandon_transaction(self, seconds: float) -> bool:
        """Roll the open transaction back if nothing has run here for that long."""
        if not self._running.acquire(blocking=False):
            return False
        try:
            if time.monotonic() - self._last_used < seconds:
                return False
            self.duckdb.rollback()
            self.in_transaction = False
            return True
        finally:
            self._running.release()

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """Make several DuckDB statements one: all of them, or none."""
        if self.in_transaction or not self.autocommits:
            yield
            return
        self.duckdb.begin()
        try:
            yield
        except BaseException:
            self.duckdb.rollback()
            raise
        self.duckdb.commit()

    def place_temporary(self, statement: Expr) -> None:
        """Move temporary tables and views into DuckDB's namespace for them, and find them there."""
        if isinstance(statement, exp.Create) and statement.find(exp.TemporaryProperty):
            table = statement.find(exp.Table)
            if table and statement.kind in ("TABLE", "VIEW"):
                name = self.full_name(table)
                self._temporary[name] = ".".join(name)
        for table in statement.find_all(exp.Table):
            if not isinstance(table.this, exp.Identifier):
                continue
            name = self.full_name(table)
            place = self._temporary.get(name)
            if not place:
                continue
            if isinstance(statement, exp.Drop):
                del self._temporary[name]
            for part, value in (("this", place), ("db", "main"), ("catalog", "temp")):
                table.set(part, exp.to_identifier(value, quoted=True))
