"""The local Snowflake as an object: its databases, and the sessions on them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from local_stack.snowflake import (
    account,
    granted,
    information_schema,
    memory,
    notes,
    statements,
    user_functions,
)
from local_stack.snowflake.adapter import Instance
from local_stack.snowflake.history import History
from local_stack.snowflake.locks import TableLocks
from local_stack.snowflake.names import Cases
from local_stack.snowflake.results import Results
from local_stack.snowflake.session import Session
from local_stack.snowflake.stage import Stages


class Nothing(dict[str, Any]):
    """What fakesnow keeps of results for ever."""

    def __setitem__(self, key: str, value: Any) -> None:
        pass


class LocalSnowflake(Instance):
    """The databases below `home`, each a DuckDB file, and the sessions on them."""

    def __init__(self, home: Path) -> None:
        databases = home / "databases"
        databases.mkdir(parents=True, exist_ok=True)
        super().__init__(
            databases,
            home,
            "; ".join(
                part.CREATION
                for part in (notes, account, granted, user_functions, information_schema)
            ),
            memory_limit=memory.LIMIT,
            temp_directory=str(home / "spill"),
        )
        self.results_cache = Nothing()
        self.results = Results()
        self.history = History()
        self.locks = TableLocks()
        self.cases = Cases(self.has_mixed_cases())
        self.stages = Stages(home)

    def connect(
        self,
        database: str | None = None,
        schema: str | None = None,
        *_: Any,
        role: str | None = None,
        warehouse: str | None = None,
        **options: Any,
    ) -> Session:
        session = Session(
            self.duck_conn.cursor(),
            self.results_cache,
            database,
            schema,
            create_database=False,
            create_schema=False,
            db_path=self.db_path,
            stages=self.stages,
            locks=self.locks,
            runner=statements.run,
            results=self.results,
            history=self.history,
            cases=self.cases,
            **options,
        )
        account.log_in(session, role, warehouse)
        return session

    def close(self) -> None:
        """Write everything into the database files."""
        self.duck_conn.close()
