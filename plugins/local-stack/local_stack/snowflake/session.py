"""A session: who it is, its temporary objects, its open transaction, a statement at a time."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from typing import Any

from snowflake.connector.errors import ProgrammingError
from sqlglot import Expr, exp

from local_stack.snowflake.adapter import Cursor, Query
from local_stack.snowflake.errors import no_such_object
from local_stack.snowflake.history import History
from local_stack.snowflake.locks import TableLocks
from local_stack.snowflake.names import Cases
from local_stack.snowflake.parameters import Parameters
from local_stack.snowflake.results import Results
from local_stack.snowflake.stage import Staged, Stages
from local_stack.snowflake.temporary import Temporary

Runner = Callable[["Session", Cursor, Query], None]

ACCOUNT = USER = "LOCAL"
WAREHOUSE = "COMPUTE_WH"
ROLES = ["ACCOUNTADMIN", "ORGADMIN", "PUBLIC", "SECURITYADMIN", "SYSADMIN", "USERADMIN"]
# Statements of a session that LAST_QUERY_ID knows.
_QUERIES_KNOWN = 1000

_numbers = count(int(time.time() * 1000))


class Session(Temporary):
    """A client's session.

    Args:
        stages: everybody's files.
        locks: what sessions wait by for each other.
        runner: runs a statement of this session by one of its cursors.
        results: of everybody's statements.
        history: everybody's statements.
        cases: of everybody's columns.
        client: the client's name and version.
        parameters: the session's.
        **options: fakesnow's.
    """

    def __init__(  # noqa: PLR0913  # what a client says when it logs in, and what all share
        self,
        *args: Any,
        stages: Stages,
        locks: TableLocks,
        runner: Runner,
        results: Results,
        history: History,
        cases: Cases,
        client: str | None = None,
        parameters: Parameters | None = None,
        **options: Any,
    ) -> None:
        self.parameters = parameters or Parameters()
        autocommits = self.parameters.is_true("AUTOCOMMIT")
        super().__init__(*args, autocommit=autocommits, **options)
        self.number = next(_numbers)
        self.role = ROLES[0]
        self.warehouse: str | None = WAREHOUSE
        self.reads_json = False
        self.stages = stages
        self.locks = locks
        self.results = results
        self.history = history
        self.cases = cases
        self.client = client
        self.queries: deque[str] = deque(maxlen=_QUERIES_KNOWN)
        self.transaction: int | None = None
        self.last_transaction: int | None = None
        self.text = ""
        # Tables that the open transaction has written to.
        self.altered: set[tuple[str, str, str]] = set()
        self.variable_values: dict[str, exp.Literal] = {}
        self._runner = runner
        self._running = threading.RLock()
        self._current: str | None = None
        self._cancelled: set[str] = set()
        self._last_used = time.monotonic()

    def cursor(self, *_: Any, **__: Any) -> Cursor:
        return Cursor(self, partial(self._runner, self))

    def close(self, retry: bool = True) -> None:
        """End the session; its open transaction is rolled back."""
        super().close(retry)
        self.locks.release(self)

    @contextmanager
    def turn(self, query_id: str) -> Iterator[None]:
        """Let nothing else run in this session meanwhile, and know what it is."""
        with self._running:
            self._current = query_id
            try:
                yield
            finally:
                self._current = None
                self._cancelled.discard(query_id)

    @contextmanager
    def statement(self) -> Iterator[None]:
        """Run one statement at a time; outside a transaction its tables are free afterwards."""
        with self._running:
            try:
                yield
            finally:
                self._last_used = time.monotonic()
                if not self.in_transaction:
                    self.last_transaction = self.transaction or self.last_transaction
                    self.transaction = None
                    self.locks.release(self)
                elif self.transaction is None:
                    self.transaction = next(_numbers)

    def cancel(self, query_id: str | None) -> None:
        """Interrupt a statement, if it runs or waits for a table."""
        if query_id and query_id == self._current:
            self._cancelled.add(query_id)
            self.duckdb.interrupt()

    @property
    def current(self) -> str | None:
        """The query id of what runs."""
        return self._current

    @property
    def is_cancelled(self) -> bool:
        """Whether the statement that runs is to end."""
        return self._current in self._cancelled

    def use(self, catalog: str, schema: str | None) -> None:
        """Make a database and a schema the current ones; without a schema PUBLIC, if it is there.

        Raises:
            ProgrammingError: they are not there.
        """
        if not self.has_schema(catalog, schema):
            raise no_such_object()
        if schema is None and self.has_schema(catalog, "PUBLIC"):
            schema = "PUBLIC"
        if schema == "INFORMATION_SCHEMA":
            schema = "_FS_INFORMATION_SCHEMA"
        self.enter(catalog, schema)

    def set_parameter(self, name: str, value: str | None) -> None:
        """Set a parameter, or give it its first value again."""
        if value is None:
            self.parameters.unset(name)
        else:
            self.parameters.set(name, value)
        if name.upper() == "AUTOCOMMIT":
            self.autocommit(self.parameters.is_true("AUTOCOMMIT"))

    def set_variable(self, name: str, value: exp.Literal) -> None:
        """Set a variable of the session."""
        self.variable_values[name.upper()] = value

    def unset_variable(self, name: str) -> None:
        """Forget a variable of the session."""
        self.variable_values.pop(name.upper(), None)

    def ignore_case(self, statement: Expr) -> None:
        """Let quoted names be in upper case, if the session has it so."""
        if self.parameters.is_true("QUOTED_IDENTIFIERS_IGNORE_CASE"):
            for name in statement.find_all(exp.Identifier):
                name.set("this", name.name.upper())

    def file_format(self, name: str) -> dict[str, Any]:
        ignores = self.parameters.is_true("QUOTED_IDENTIFIERS_IGNORE_CASE")
        return super().file_format(name.upper() if ignores else name)

    def put_in_variables(self, statement: Expr) -> None:
        """Put values in the place of a statement's variables.

        Raises:
            ProgrammingError: one is not set.
        """
        for node in list(statement.find_all(exp.Parameter)):
            if node.name.isdigit():
                continue
            node.replace(self.variable(node.name).copy())

    def variable(self, name: str) -> exp.Literal:
        """Return the value of a variable.

        Raises:
            ProgrammingError: it is not set.
        """
        value = self.variable_values.get(name.upper())
        if value is None:
            raise ProgrammingError(
                msg=f"SQL compilation error: error line 1 at position 0\n"
                f"Session variable '${name.upper()}' does not exist",
                errno=2211,
                sqlstate="42000",
            )
        return value

    def told(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return an answer with what a client is told of the session each time."""
        return {
            **data,
            "parameters": self.parameters.told(),
            "finalDatabaseName": self.database,
            "finalSchemaName": self.schema,
            "finalWarehouseName": self.warehouse,
            "finalRoleName": self.role,
        }

    def staged(self, reference: str) -> Staged:
        """Find what a reference such as `@~/path` names."""
        return self.stages.at(reference, self)

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
            self.end_transaction()
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
