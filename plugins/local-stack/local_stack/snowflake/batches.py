"""Rows that a client binds to one INSERT: run as one statement, as on an account."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlglot import Expr, exp

from local_stack.snowflake.adapter import Query
from local_stack.snowflake.errors import unsupported
from local_stack.snowflake.session import Session
from local_stack.snowflake.staged_files import paths

# The rows, for the time that they are inserted; nobody can write this name without quotes.
_BATCH = exp.table_("$BATCH", db="main", catalog="temp", quoted=True)


@contextmanager
def inserted(session: Session, query: Query, statement: Expr) -> Iterator[Expr]:
    """Return an INSERT with question marks as one from the rows that are bound to it.

    Raises:
        ProgrammingError: it is no INSERT; an account binds lists to nothing else, either.
    """
    if query.batch is None and query.stage is None:
        yield statement
        return
    if not isinstance(statement, exp.Insert):
        raise unsupported("binding lists of values to a statement other than INSERT")
    marks = list(statement.find_all(exp.Placeholder, bfs=False))
    name = _BATCH.sql("duckdb")
    if query.batch is not None:
        session.duckdb.register("$BOUND", query.batch)
        rows = '"$BOUND"'
    else:
        rows = _staged_rows(session, statement, marks, str(query.stage))
    session.duckdb.execute(f"CREATE OR REPLACE TEMPORARY VIEW {name} AS SELECT * FROM {rows}")
    try:
        yield _from_rows(statement, marks)
    finally:
        session.duckdb.execute(f"DROP VIEW IF EXISTS {name}")
        if query.batch is not None:
            session.duckdb.unregister("$BOUND")


def _staged_rows(
    session: Session, insert: exp.Insert, marks: list[exp.Placeholder], stage: str
) -> str:
    """Return the query of staged rows: text, which becomes what the table's columns are.

    https://docs.snowflake.com/en/sql-reference/functions/to_timestamp has what numbers mean.
    """
    target = insert.this
    table = target.this if isinstance(target, exp.Schema) else target
    types = session.column_types(session.full_name(table))
    names = [column.name for column in target.expressions] if target is not table else list(types)
    kinds = dict(zip(names, map(types.get, names), strict=True))
    row = insert.expression.expressions[0] if isinstance(insert.expression, exp.Values) else None
    values = row.expressions if isinstance(row, exp.Tuple) else [row]
    by_mark = {id(value): kinds[name] or "" for value, name in zip(values, names, strict=False)}
    columns = ", ".join(f"'{i + 1}': 'VARCHAR'" for i in range(len(marks)))
    read = ", ".join(
        _READ.get(by_mark.get(id(mark), "").partition("(")[0], "{0}").format(f'"{i + 1}"')
        + f' AS "{i + 1}"'
        for i, mark in enumerate(marks)
    )
    return (
        f"(SELECT {read} FROM read_csv({paths(session.staged(stage).files())}, "
        f"columns = {{{columns}}}, header = false, quote = '\"', escape = '\"', nullstr = '', "
        "allow_quoted_nulls = false, auto_detect = false, delim = ','))"
    )


_MOMENT = """CASE WHEN regexp_full_match({0}, '-?[0-9]+') THEN make_timestamp(CASE
    WHEN abs({0}::HUGEINT) < 31536000000 THEN {0}::HUGEINT * 1000000
    WHEN abs({0}::HUGEINT) < 31536000000000 THEN {0}::HUGEINT * 1000
    WHEN abs({0}::HUGEINT) < 31536000000000000 THEN {0}::HUGEINT
    ELSE {0}::HUGEINT // 1000 END::BIGINT)::VARCHAR ELSE {0} END"""
_READ = {
    "DATE": f"({_MOMENT})::TIMESTAMP::DATE",
    "TIMESTAMP_NTZ": f"({_MOMENT})::TIMESTAMP",
    "TIMESTAMP_TZ": f"({_MOMENT})::TIMESTAMPTZ",
    "BINARY": "unhex({0})",
}


def _from_rows(statement: exp.Insert, marks: list[exp.Placeholder]) -> exp.Insert:
    for i, mark in enumerate(marks):
        mark.replace(exp.column(str(i + 1), table="$BATCH", quoted=True))
    source = statement.expression
    if isinstance(source, exp.Values):
        row = source.expressions[0]
        values = row.expressions if isinstance(row, exp.Tuple) else [row]
        statement.set("expression", exp.select(*values).from_(_BATCH.copy()))
    elif isinstance(source, exp.Select) and not source.args.get("from_"):
        source.set("from_", exp.From(this=_BATCH.copy()))
    else:
        raise unsupported("binding lists of values to an INSERT from a table")
    return statement
