"""What has been run: the newest statements of all sessions, for QUERY_HISTORY."""

from __future__ import annotations

import datetime
from collections import deque
from dataclasses import dataclass

import pyarrow as pa

# Statements known; an account knows those of the last week.
STATEMENTS_KEPT = 10_000


@dataclass
class Statement:
    """A statement that runs or has run."""

    query_id: str
    text: str
    session: int
    user: str
    role: str
    warehouse: str | None
    database: str | None
    schema: str | None
    tag: str
    started: datetime.datetime
    kind: str = "UNKNOWN"
    ended: datetime.datetime | None = None
    status: str = "RUNNING"
    error_code: str | None = None
    error_message: str | None = None
    rows: int | None = None

    def end(self, kind: str, rows: int | None, error: tuple[str, str] | None = None) -> None:
        """Know how it has ended."""
        self.kind, self.rows = kind, rows
        self.ended = datetime.datetime.now(datetime.UTC)
        self.status = "FAILED_WITH_ERROR" if error else "SUCCESS"
        self.error_code, self.error_message = error or (None, None)


class History:
    """The newest statements."""

    def __init__(self) -> None:
        self._statements: deque[Statement] = deque(maxlen=STATEMENTS_KEPT)

    def add(self, statement: Statement) -> None:
        """Know a statement."""
        self._statements.append(statement)

    def table(self, session: int | None, limit: int) -> pa.Table:
        """Return the newest statements, the newest first, of one session if it is given.

        https://docs.snowflake.com/en/sql-reference/functions/query_history
        """
        known = [s for s in reversed(tuple(self._statements)) if session in (None, s.session)]
        return pa.Table.from_pylist([_row(s) for s in known[:limit]], schema=_SCHEMA)


_MOMENT = pa.timestamp("us", "UTC")
_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("QUERY_ID", "QUERY_TEXT", "DATABASE_NAME")),
        *((name, pa.string()) for name in ("SCHEMA_NAME", "QUERY_TYPE")),
        ("SESSION_ID", pa.int64()),
        *((name, pa.string()) for name in ("USER_NAME", "ROLE_NAME", "WAREHOUSE_NAME")),
        *((name, pa.string()) for name in ("WAREHOUSE_SIZE", "WAREHOUSE_TYPE", "QUERY_TAG")),
        *((name, pa.string()) for name in ("EXECUTION_STATUS", "ERROR_CODE", "ERROR_MESSAGE")),
        *((name, _MOMENT) for name in ("START_TIME", "END_TIME")),
        *((name, pa.int64()) for name in ("TOTAL_ELAPSED_TIME", "COMPILATION_TIME")),
        *((name, pa.int64()) for name in ("EXECUTION_TIME", "ROWS_PRODUCED")),
    ]
)


def _row(statement: Statement) -> dict[str, object]:
    ended = statement.ended or datetime.datetime.now(datetime.UTC)
    elapsed = int((ended - statement.started).total_seconds() * 1000)
    return {
        "QUERY_ID": statement.query_id,
        "QUERY_TEXT": statement.text,
        "DATABASE_NAME": statement.database,
        "SCHEMA_NAME": statement.schema,
        "QUERY_TYPE": statement.kind,
        "SESSION_ID": statement.session,
        "USER_NAME": statement.user,
        "ROLE_NAME": statement.role,
        "WAREHOUSE_NAME": statement.warehouse,
        "WAREHOUSE_SIZE": "X-Small",
        "WAREHOUSE_TYPE": "STANDARD",
        "QUERY_TAG": statement.tag,
        "EXECUTION_STATUS": statement.status,
        "ERROR_CODE": statement.error_code,
        "ERROR_MESSAGE": statement.error_message,
        "START_TIME": statement.started,
        "END_TIME": ended,
        "TOTAL_ELAPSED_TIME": elapsed,
        "COMPILATION_TIME": 0,
        "EXECUTION_TIME": elapsed,
        "ROWS_PRODUCED": statement.rows,
    }
