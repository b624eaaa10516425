"""Snowflake's functions as macros of DuckDB, a file a family.

A macro may have a body for each type of its arguments, so DuckDB, which knows the types of
columns, decides by them. All are in a database of their own, in memory, that no list shows.
"""

from __future__ import annotations

from pathlib import Path

from duckdb import DuckDBPyConnection

from local_stack.snowflake.rewrites.calls import DATABASE

# One calls those of the files before it.
_FILES = ("dates", "numbers", "texts", "semi_structured", "casts")


def create(duckdb: DuckDBPyConnection) -> None:
    """Create the macros, for all sessions."""
    duckdb.execute(f"ATTACH ':memory:' AS {DATABASE} (HIDDEN)")
    for name in _FILES:
        duckdb.execute(Path(__file__).with_name(f"{name}.sql").read_text())
