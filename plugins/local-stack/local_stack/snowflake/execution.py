"""How a parsed statement is run on DuckDB."""

from __future__ import annotations

from contextlib import nullcontext, suppress

import duckdb
from sqlglot import Expr, exp

from local_stack.snowflake import (
    definitions,
    fitting,
    names,
    pivots,
    rewrite,
    rewrites,
    set_operations,
)
from local_stack.snowflake.adapter import Cursor, MutableParams, parse_options
from local_stack.snowflake.catalog import check_new_types
from local_stack.snowflake.merge import counted, merge
from local_stack.snowflake.session import Session
from local_stack.snowflake.staged_files import StagedFiles


def run(
    session: Session,
    cursor: Cursor,
    statement: Expr,
    params: MutableParams | None = None,
    *,
    with_casts: bool = False,
) -> None:
    """Run a statement; its result is the cursor's.

    Args:
        session: whose it is.
        cursor: runs it.
        statement: its tree.
        params: what is bound.
        with_casts: make those that Snowflake makes by itself.
    """
    if isinstance(statement, exp.TruncateTable) and statement.args.get("exists"):
        statement.set("exists", False)
        if not session.table_exists(session.full_name(statement.expressions[0])):
            cursor.succeed()
            return
    staged = StagedFiles(session.stages, session).place(statement)
    cursor.check_db_and_schema(statement)
    session.place_temporary(statement)
    check_new_types(session, statement)
    pivots.list_values(session, cursor, statement)
    statement = rewrites.as_on_an_account(statement)
    if with_casts:
        rewrites.cast_operands(statement)
    fitting.fit(session, statement)
    if isinstance(statement, exp.Create):
        if _is_there(session, cursor, statement):
            return
        rewrite.require_keys(statement)
        rewrite.typed_nulls(statement)
        statement.transform(rewrite.unenforced, copy=False)
    _lock(session, statement)
    if isinstance(statement, exp.Insert) and statement.args.get("overwrite"):
        _overwrite(session, cursor, statement, params)
    elif isinstance(statement, exp.Merge):
        with session.locks.writing:
            merge(session, cursor, statement, size_is_known=staged == {"PARQUET"})
    elif copied := definitions.copied_table(session, statement):
        _create_and_fill(session, cursor, *copied)
    elif contract := rewrite.contract_table(statement):
        _create_and_fill(session, cursor, *contract)
    else:
        for part in cursor.split(statement):
            _run_part(session, cursor, cursor.translate(part, params), params)


def _lock(session: Session, statement: Expr) -> None:
    """Wait for the table that a statement changes, and forget what is no longer so of it."""
    if table := rewrite.written_table(statement):
        name = session.full_name(table)
        session.locks.acquire(name, session)
        if isinstance(statement, exp.Create | exp.TruncateTable):
            session.stages.forget_loads(name)
    elif isinstance(statement, exp.Create) and statement.kind == "STAGE":
        name = session.full_name(statement.this)
        if statement.args["replace"]:
            session.stages.empty(name)
        if statement.args["replace"] or session.stage_address(name) is None:
            own = statement.find(exp.FileFormatProperty)
            options = own.expressions if own else []
            for named in (option.args["value"] for option in options):
                if isinstance(named, exp.Table):  # a format's name without quotes
                    named.replace(exp.Literal.string(named.sql("snowflake")))
            session.keep_stage_format(name, parse_options(options))


def describe(session: Session, cursor: Cursor, statement: Expr) -> None:
    """Answer what columns a statement would, and no row."""
    if isinstance(statement, exp.Query):
        empty = exp.select("*").from_(statement.subquery("described")).limit(0)
        for mark in list(empty.find_all(exp.Placeholder)):
            mark.replace(exp.null())
        run(session, cursor, empty)
        return
    known: dict[type[Expr], list[str]] = {
        exp.Insert: ["number of rows inserted"],
        exp.Update: ["number of rows updated", "number of multi-joined rows updated"],
        exp.Delete: ["number of rows deleted"],
    }
    columns = known.get(type(statement))
    if isinstance(statement, exp.Merge):
        columns = counted(statement)
    # Numbers of rows are numbers, and all else answers a sentence.
    row = (0,) * len(columns) if columns else ("",)
    cursor.answer(columns or ["status"], [row])
    cursor.take(cursor.table.slice(0, 0))


def _run_part(
    session: Session, cursor: Cursor, translated: Expr, params: MutableParams | None
) -> None:
    if rewrite.is_definition(translated):
        session.commit_before_definition()
    set_operations.match_types(session, translated)
    with nullcontext() if isinstance(translated, exp.Query) else session.locks.writing:
        cursor.run(translated, params)
    if isinstance(translated, exp.Query):
        names.check(translated, [name for name, _ in cursor.columns])


def _is_there(session: Session, cursor: Cursor, create: exp.Create) -> bool:
    """Answer a CREATE … IF NOT EXISTS that finds a table or a view; False if it does not."""
    table = create.find(exp.Table)
    if not table or not create.args.get("exists") or create.kind not in ("TABLE", "VIEW"):
        return False
    if not session.table_exists(session.full_name(table)):
        return False
    cursor.answer(["status"], [(f"{table.name} already exists, statement succeeded.",)])
    return True


def _overwrite(
    session: Session, cursor: Cursor, insert: exp.Insert, params: MutableParams | None
) -> None:
    """Insert rows, which may be the table's, in the place of a table's rows: both, or neither.

    fakesnow deletes before it selects (transforms.py, insert_overwrite).
    """
    table = insert.this.this if isinstance(insert.this, exp.Schema) else insert.this
    insert.set("overwrite", None)
    place = _ROWS.sql("duckdb")
    is_query = isinstance(insert.expression, exp.Query)
    with session.locks.writing, session.atomic():
        if is_query:
            rows = cursor.translate(insert.expression.copy(), params)
            set_operations.match_types(session, rows)
            sql = f"CREATE OR REPLACE TEMPORARY TABLE {place} AS {rows.sql('duckdb')}"
            session.duckdb.execute(sql, params if rows.find(exp.Placeholder) else None)
            insert.set("expression", exp.select("*").from_(_ROWS.copy()))
        try:
            cursor.run(cursor.translate(exp.Delete(this=table.copy())))
            cursor.run(cursor.translate(insert, params), params)
        finally:
            with suppress(duckdb.Error):
                session.duckdb.execute(f"DROP TABLE IF EXISTS {place}")


# The rows of an INSERT OVERWRITE; nobody can write this name without quotes.
_ROWS = exp.table_("$OVERWRITTEN", db="main", catalog="temp", quoted=True)


def _create_and_fill(
    session: Session, cursor: Cursor, create: exp.Create, insert: exp.Insert | None
) -> None:
    """Create a table with typed columns and fill it: both, or neither."""
    name = create.find(exp.Table)
    columns = [column for column in create.this.expressions if isinstance(column, exp.ColumnDef)]
    if insert:
        fits = fitting.fits_of(
            (c.name, bool(c.kind and c.kind.this == exp.DType.VARIANT), rewrite.length(c.kind))
            for c in columns
        )
        if fits:
            fitting.fit_rows(insert, [column.name for column in columns], fits)
    parts = [cursor.translate(part) for part in (create, insert) if part]
    for part in parts:
        set_operations.match_types(session, part)
    session.commit_before_definition()
    with session.locks.writing, session.atomic():
        for part in parts:
            cursor.run(part)
    filled = cursor.rowcount if insert else None
    cursor.answer(["status"], [(f"Table {name.name if name else ''} successfully created.",)])
    cursor.filled = filled
