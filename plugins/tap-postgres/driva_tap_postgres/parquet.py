"""Parquet files of what PostgreSQL finds, written by DuckDB; nothing here is of Singer."""

from __future__ import annotations

import os
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from driva_tap_postgres.types import SETTINGS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY_LIMIT = "160MB"
# Seconds after which a file is nobody's; no run needs one for longer.
STALE_AFTER = 24 * 60 * 60

# This tap's files, whole or not, and the JSON files that the target writes itself.
_BATCH_FILE = re.compile(
    r"(^|-)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\.parquet|\.unfinished|-\d+\.json\.gz)$"
)


class ReadError(Exception):
    """PostgreSQL cannot be read, or what was read not be written; in DuckDB's words."""


@cache
def prepared(folder: Path) -> Path:
    """Create the folder of a run's files, without what runs that died have left in it.

    That is a day old, so that nothing is removed beside another run, and has a name as tap and
    target give it: the folder may be anyone's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.rglob("*"):
        with suppress(FileNotFoundError):  # others tidy up, too
            if _BATCH_FILE.search(file.name) and file.stat().st_mtime < time.time() - STALE_AFTER:
                file.unlink()
    return folder


class Snapshot:
    """A transaction of PostgreSQL that sees one state of it, whatever others commit meanwhile.

    Attributes:
        taken_at: the server's time, in seconds, when that state was the newest, or a moment before:
            which of two snapshots is newer is told by one clock.
    """

    def __init__(self, reader: DuckDBPyConnection) -> None:
        self._reader = reader
        ((self.taken_at,),) = self.ask(
            "select cast(extract(epoch from now()) as double precision) as taken_at"
        )
        self.ask(SETTINGS)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Return what a query finds, whose columns have names of their own."""
        return self._execute(f"SELECT * FROM {_in_source(query)}")

    def write(self, query: str, folder: Path) -> tuple[Path, int]:
        """Write a query's rows to a file that has its name only when it is whole.

        The file is as old as the snapshot: what was written later is newer than its rows.

        Args:
            query: the query, as PostgreSQL takes it.
            folder: where the file is to be.

        Returns:
            The file, and the number of its rows.
        """
        file = folder / f"{uuid.uuid4()}.parquet"
        unfinished = file.with_suffix(".unfinished")
        ((count,),) = self._execute(
            f"COPY (SELECT * FROM {_in_source(query)}) "
            f"TO {_quote(str(unfinished))} (FORMAT parquet, COMPRESSION snappy)"
        )
        os.utime(unfinished, (self.taken_at, self.taken_at))
        return unfinished.rename(file), int(count)

    def _execute(self, statement: str) -> list[tuple[Any, ...]]:
        with _reading():
            return self._reader.execute(statement).fetchall()


@contextmanager
def snapshot(dsn: str) -> Iterator[Snapshot]:
    """Read one state of a database.

    DuckDB's transactions of PostgreSQL are REPEATABLE READ and READ ONLY.

    Args:
        dsn: its address, as libpq takes it.
    """
    with _reading():
        reader = _reader(dsn).begin()
    try:
        yield Snapshot(reader)
    except BaseException:
        with suppress(ReadError), _reading():  # what has happened is said, not what became of it
            reader.rollback()
        raise
    with _reading():
        reader.commit()


@contextmanager
def _reading() -> Iterator[None]:
    """Say what DuckDB says in a ReadError; a run that finds nothing new does not import it."""
    import duckdb  # noqa: PLC0415 - not before

    try:
        yield
    except duckdb.Error as error:
        raise ReadError(str(error)) from error


def opened() -> DuckDBPyConnection:
    """Return a DuckDB that has little memory, and says nothing on the output, which is Singer's."""
    import duckdb  # noqa: PLC0415 - not before

    # A query comes by one connection, and so to one thread: others would turn until it comes.
    connection = duckdb.connect(
        config={"memory_limit": MEMORY_LIMIT, "preserve_insertion_order": "false", "threads": "1"}
    )
    # It shows the progress of a slow query where it takes its process for an interactive one.
    connection.execute("SET enable_progress_bar_print = false")
    return connection


@cache
def _reader(dsn: str) -> DuckDBPyConnection:
    """Return a DuckDB that reads from PostgreSQL as `source`."""
    connection = opened()
    package = files("duckdb_extension_postgres_scanner")
    (scanner,) = Path(str(package)).glob("extensions/*/*.duckdb_extension")
    connection.load_extension(str(scanner))
    connection.execute(f"ATTACH {_quote(dsn)} AS source (TYPE postgres, READ_ONLY)")
    return connection


def _in_source(query: str) -> str:
    return f"postgres_query('source', {_quote(query)})"


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
