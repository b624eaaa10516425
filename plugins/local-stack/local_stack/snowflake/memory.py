"""DuckDB's memory, which statements that run side by side share.

DuckDB gives each of them what is left, and ends the one that finds nothing: what a join or a MERGE
needs at the least is not spilled to the disk. So such a statement is run again alone, without the
limit.
https://duckdb.org/docs/stable/operations_manual/limits#memory
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

# Enough for the sample network; DuckDB spills to disk beyond it.
LIMIT = "128MB"
# How long a statement lets one go first that wants to be alone. That one may wait for others which
# wait for this one's transaction.
_PATIENCE_SECONDS = 10


class Memory:
    """Who uses it: several statements, or one alone."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._users = 0
        self._waits = False
        self._is_alone = False

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Use it beside others."""
        with self._changed:
            self._changed.wait_for(lambda: not self._waits, timeout=_PATIENCE_SECONDS)
            self._changed.wait_for(lambda: not self._is_alone)
            self._users += 1
        try:
            yield
        finally:
            with self._changed:
                self._users -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self, connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
        """Wait until nobody else uses it, and keep them away; use what the machine has.

        Args:
            connection: any of those that share it.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._waits and not self._is_alone)
            self._waits = True
            self._changed.wait_for(lambda: not self._users)
            self._waits, self._is_alone = False, True
        try:
            connection.execute("RESET memory_limit")
            yield
        finally:
            connection.execute(f"SET memory_limit = '{LIMIT}'")
            with self._changed:
                self._is_alone = False
                self._changed.notify_all()
