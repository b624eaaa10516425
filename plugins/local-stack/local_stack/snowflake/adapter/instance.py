"""Databases in files."""

from __future__ import annotations

from pathlib import Path

from fakesnow import info_schema, macros
from fakesnow.instance import GLOBAL_DATABASE_NAME, FakeSnow
from fakesnow.transforms import show
from sqlglot import exp

from local_stack.snowflake import functions


class Instance(FakeSnow):
    """Databases in files, fakesnow's catalog among them.

    Args:
        databases: the folder of the databases.
        catalog: the folder of the catalog.
        notes: the statement that creates what the catalog has besides.
        **settings: DuckDB's.
    """

    def __init__(self, databases: Path, catalog: Path, notes: str, **settings: str) -> None:
        super().__init__(
            create_database_on_connect=False, create_schema_on_connect=False, db_path=databases
        )
        for name, value in settings.items():
            self.duck_conn.execute(f"SET GLOBAL {name} = ?", [value])
        functions.create(self.duck_conn)
        self.duck_conn.execute(f"DETACH {GLOBAL_DATABASE_NAME}")  # fakesnow's is in memory
        self._attach(catalog / f"{GLOBAL_DATABASE_NAME}.db")
        self.duck_conn.execute(info_schema.fs_global_creation_sql())
        self.duck_conn.execute(show.fs_global_creation_sql())
        self.duck_conn.execute(notes)
        for file in sorted(databases.glob("*.db")):
            self._attach(file)
            self.duck_conn.execute(info_schema.per_db_creation_sql(file.stem))
            self.duck_conn.execute(macros.creation_sql(file.stem))

    def has_mixed_cases(self) -> bool:
        """Tell whether a table or a view has a column whose name is not in capitals."""
        found = self.duck_conn.execute(
            "SELECT 1 FROM duckdb_columns() WHERE NOT internal "
            "AND column_name <> upper(column_name) AND database_name <> ? "
            "AND schema_name <> '_fs_information_schema' LIMIT 1",
            [GLOBAL_DATABASE_NAME],
        )
        return found.fetchone() is not None

    def _attach(self, file: Path) -> None:
        path = exp.Literal.string(str(file)).sql("duckdb")
        self.duck_conn.execute(f'ATTACH {path} AS "{file.stem}"')
