"""The local Snowflake as an object: its databases, and the sessions on them."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import Any

from local_stack.snowflake import statements
from local_stack.snowflake.adapter import Instance
from local_stack.snowflake.locks import TableLocks
from local_stack.snowflake.session import Session
from local_stack.snowflake.stage import UserStage

# Results kept for RESULT_SCAN; fakesnow keeps every one for ever.
RESULTS_KEPT = 32
# Enough for the sample network; DuckDB spills to disk beyond it.
MEMORY_LIMIT = "200MB"


class Results(OrderedDict[str, tuple[Any, ...]]):
    """The newest results by query id."""

    def __setitem__(self, key: str, value: tuple[Any, ...]) -> None:
        super().__setitem__(key, value)
        if len(self) > RESULTS_KEPT:
            self.popitem(last=False)


class LocalSnowflake(Instance):
    """The databases below `home`, each a DuckDB file, and the sessions on them."""

    def __init__(self, home: Path) -> None:
        databases = home / "databases"
        databases.mkdir(parents=True, exist_ok=True)
        super().__init__(
            databases, home, memory_limit=MEMORY_LIMIT, temp_directory=str(home / "spill")
        )
        self.results_cache = Results()
        self.locks = TableLocks()
        self.stage = UserStage(home / "stage")
        self.stage.clear()

    def connect(
        self, database: str | None = None, schema: str | None = None, *_: Any, **options: Any
    ) -> Session:
        return Session(
            self.duck_conn.cursor(),
            self.results_cache,
            database,
            schema,
            create_database=False,
            create_schema=False,
            db_path=self.db_path,
            stage=self.stage,
            locks=self.locks,
            runner=statements.run,
            **options,
        )

    def close(self) -> None:
        """Write everything into the database files."""
        self.duck_conn.close()
