"""`_SDC_LOADS` beside the tables: what each run has loaded into them, a row a table.

Columns: RUN_ID, as in the query tag; TABLE_NAME; ENDED_AT, in UTC by Snowflake's clock; SECONDS and
STATEMENTS, of the whole run; NEW_ROWS, REREAD_ROWS and DELETED_ROWS, as the log says them.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

_TABLE = "_SDC_LOADS"
_COUNTED = {
    "new_rows": "new rows",
    "reread_rows": "known ones read again",
    "deleted_rows": "deleted",
}


class Ledger:
    """Of one run.

    Attributes:
        statements: how many it has sent.
    """

    def __init__(self) -> None:
        self.statements = 0
        self._began = time.monotonic()
        self._counting = threading.Lock()  # streams load at once

    def count(self, engine: sa.Engine) -> None:
        """Count the statements that an engine sends."""

        @sa.event.listens_for(engine, "before_cursor_execute")
        def one_more(*_: Any) -> None:
            with self._counting:
                self.statements += 1

    def record(
        self, connection: sa.Connection, schema: str, run: str, loaded: Mapping[str, Counter[str]]
    ) -> None:
        """Write down what has been loaded.

        Args:
            connection: the way to the warehouse.
            schema: the tables'.
            run: the run's name.
            loaded: by table, how many rows by what became of them, as the log says it.
        """
        ledger = sa.Table(
            sa.quoted_name(_TABLE, quote=True),
            sa.MetaData(schema=schema),
            sa.Column("run_id", sa.String),
            sa.Column("table_name", sa.String),
            sa.Column("ended_at", sa.TIMESTAMP),
            sa.Column("seconds", sa.Numeric(38, 3)),
            sa.Column("statements", sa.BigInteger),
            *(sa.Column(name, sa.BigInteger) for name in _COUNTED),
        )
        rows = [
            {
                "run_id": run,
                "table_name": table,
                "ended_at": sa.func.sysdate(),
                "seconds": round(time.monotonic() - self._began, 3),
                "statements": self.statements,
                **{name: counted[word] for name, word in _COUNTED.items()},
            }
            for table, counted in loaded.items()
        ]
        connection.execute(sa.schema.CreateTable(ledger, if_not_exists=True))
        connection.execute(sa.insert(ledger).values(rows))
