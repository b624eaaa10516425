"""Parquet files of what PostgreSQL finds, written by DuckDB; nothing here is of Singer."""

from __future__ import annotations

import re
import time
import uuid
from contextlib import suppress
from functools import cache
from importlib.resources import files
from pathlib import Path

import duckdb

from driva_tap_postgres.types import SETTINGS

MEMORY_LIMIT = "160MB"
# Seconds after which a file is nobody's; no run needs one for longer.
STALE_AFTER = 24 * 60 * 60

# This tap's files, whole or not, and the JSON files that the target writes itself.
_BATCH_FILE = re.compile(
    r"(^|-)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\.parquet|\.unfinished|-\d+\.json\.gz)$"
)


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


def write(dsn: str, query: str, folder: Path) -> tuple[Path, int]:
    """Write a query's rows to a file that has its name only when it is whole.

    Args:
        dsn: the database's address, as libpq takes it.
        query: the query, as PostgreSQL takes it.
        folder: where the file is to be.

    Returns:
        The file, and the number of its rows.
    """
    file = folder / f"{uuid.uuid4()}.parquet"
    unfinished = file.with_suffix(".unfinished")
    reader = _reader(dsn).begin()
    reader.execute(f"SELECT * FROM {_in_source(SETTINGS)}").fetchall()
    (count,) = reader.execute(
        f"COPY (SELECT * FROM {_in_source(query)}) "
        f"TO {_quote(str(unfinished))} (FORMAT parquet, COMPRESSION snappy)"
    ).fetchall()[0]
    reader.commit()
    return unfinished.rename(file), int(count)


@cache
def _reader(dsn: str) -> duckdb.DuckDBPyConnection:
    """Return a DuckDB that reads from PostgreSQL as `source`."""
    connection = duckdb.connect(
        config={"memory_limit": MEMORY_LIMIT, "preserve_insertion_order": "false"}
    )
    package = files("duckdb_extension_postgres_scanner")
    (scanner,) = Path(str(package)).glob("extensions/*/*.duckdb_extension")
    connection.load_extension(str(scanner))
    connection.execute(f"ATTACH {_quote(dsn)} AS source (TYPE postgres, READ_ONLY)")
    return connection


def _in_source(query: str) -> str:
    return f"postgres_query('source', {_quote(query)})"


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
