"""How a parsed statement is run on DuckDB."""

from __future__ import annotations

from contextlib import nullcontext

from sqlglot import Expr, exp

from local_stack.snowflake import rewrite
from local_stack.snowflake.adapter import Cursor, MutableParams
from local_stack.snowflake.catalog import check_new_types
from local_stack.snowflake.merge import merge
from local_stack.snowflake.session import Session
from local_stack.snowflake.stage import StagedFiles


def run(
    session: Session, cursor: Cursor, statement: Expr, params: MutableParams | None = None
) -> None:
    """Run a statement; its result is the cursor's."""
    staged = StagedFiles(session.stage, session).place(statement)
    cursor.check_db_and_schema(statement)
    session.place_temporary(statement)
    check_new_types(session, statement)
    statement = rewrite.as_on_an_account(statement)
    if isinstance(statement, exp.Create):
        statement.transform(rewrite.unenforced, copy=False)
    if table := rewrite.written_table(statement):
        session.locks.acquire(session.full_name(table), session)
    if isinstance(statement, exp.Merge):
        with session.locks.writing:
            merge(session, cursor, statement, size_is_known=staged == {"PARQUET"})
    elif contract := rewrite.contract_table(statement):
        _create_and_fill(session, cursor, *contract)
    else:
        for part in cursor.split(statement):
            _run_part(session, cursor, cursor.translate(part, params), params)


def _run_part(
    session: Session, cursor: Cursor, translated: Expr, params: MutableParams | None
) -> None:
    if rewrite.is_definition(translated):
        session.commit_before_definition()
    is_query = isinstance(translated, exp.Query)
    with nullcontext() if is_query else session.locks.writing:
        cursor.run(translated, params)


def _create_and_fill(
    session: Session, cursor: Cursor, create: exp.Create, insert: exp.Insert
) -> None:
    """Create a table with typed columns and fill it: both, or neither."""
    parts = [cursor.translate(part) for part in (create, insert)]
    session.commit_before_definition()
    with session.locks.writing, session.atomic():
        for part in parts:
            cursor.run(part)
    cursor.answer(["status"], [(f"Table {insert.this.name} successfully created.",)])
