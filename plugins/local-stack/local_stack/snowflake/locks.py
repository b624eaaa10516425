"""Locks on tables, which DuckDB has none of: two who change the same rows get an error there."""

from __future__ import annotations

import threading
import time
from typing import Protocol

from snowflake.connector.errors import ProgrammingError

from local_stack.snowflake.memory import Memory

# How long a statement waits for a table that another session's transaction has changed, and how
# long that session may be idle meanwhile before its transaction is rolled back.
LOCK_WAIT_SECONDS = 60.0
IDLE_SECONDS = 20.0

TableName = tuple[str, str, str]


class Owner(Protocol):
    """A session that changes tables."""

    def abandon_transaction(self, seconds: float) -> bool:
        """Roll the open transaction back if nothing has run here for that long."""


class TableLocks:
    """One transaction at a time changes a table; others wait, as in Snowflake."""

    def __init__(self) -> None:
        self._owners: dict[TableName, Owner] = {}
        self._changed = threading.Condition()  # reentrant
        # Held while a statement writes, so that it has DuckDB's memory to itself.
        self.writing = threading.Lock()
        self.memory = Memory()

    def acquire(self, table: TableName, session: Owner) -> None:
        """Wait for `table`; roll back the transaction of an idle session that stands in the way."""
        deadline = time.monotonic() + LOCK_WAIT_SECONDS
        with self._changed:
            while (owner := self._owners.get(table, session)) is not session:
                if owner.abandon_transaction(IDLE_SECONDS):
                    self.release(owner)
                elif time.monotonic() > deadline:
                    raise ProgrammingError(
                        msg=f"Statement waited {LOCK_WAIT_SECONDS:.0f} s for table {table[2]}, "
                        "which another transaction is changing.",
                        errno=625,
                        sqlstate="57014",
                    )
                else:
                    self._changed.wait(timeout=1)
            self._owners[table] = session

    def release(self, session: Owner) -> None:
        """Give back every table that `session` holds."""
        with self._changed:
            for table in [name for name, owner in self._owners.items() if owner is session]:
                del self._owners[table]
            self._changed.notify_all()
