"""MERGE by DuckDB's own, with Snowflake's counts and errors.

fakesnow joins the whole target with the source, takes two rows for one, and calls a name ambiguous
that both sides have: https://github.com/tekumara/fakesnow/issues/378
"""

from __future__ import annotations

import json
from contextlib import suppress

import duckdb
from snowflake.connector.errors import ProgrammingError
from sqlglot import Expr, exp

from local_stack.snowflake.adapter import Cursor
from local_stack.snowflake.errors import unsupported
from local_stack.snowflake.session import Session

# The rows of a MERGE, for the time that it runs; nobody can write this name without quotes.
_SOURCE = exp.table_("$MERGE_SOURCE", db="main", catalog="temp", quoted=True)
_COUNTS = {
    "INSERT": "number of rows inserted",
    "UPDATE": "number of rows updated",
    "DELETE": "number of rows deleted",
}


def native_merge(merge: exp.Merge) -> exp.Merge:
    """Return a MERGE as DuckDB's own: bare columns on the left of SET, the source's in VALUES."""
    merge = merge.copy()
    source = merge.args["using"].alias_or_name
    for when in merge.args["whens"].expressions:
        then = when.args["then"]
        if isinstance(then, exp.Update):
            for assignment in then.expressions:
                assignment.this.set("table", None)
        elif isinstance(then, exp.Insert):
            for column in then.this.expressions if then.this else ():
                if isinstance(column, exp.Column):
                    column.set("table", None)
            # Snowflake sees only the source in NOT MATCHED; DuckDB calls a bare name ambiguous.
            for column in then.expression.find_all(exp.Column):
                if not column.table:
                    column.set("table", exp.to_identifier(source))
    return merge


def merge(session: Session, cursor: Cursor, statement: exp.Merge, size_is_known: bool) -> None:
    """Run a MERGE.

    Args:
        session: whose statement it is.
        cursor: where the counts become the result.
        statement: the MERGE.
        size_is_known: whether DuckDB knows how many rows the source has, as of Parquet; it would
            hash the target in place of a small source that is JSON or a view.
    """
    translated = cursor.translate(native_merge(statement))
    if not size_is_known:
        source = translated.args["using"]
        is_query = isinstance(source, exp.Subquery)
        query = source.this if is_query else exp.select("*").from_(source.copy())
        name, rows = (node.sql("duckdb") for node in (_SOURCE, query))
        session.duckdb.execute(f"CREATE OR REPLACE TEMPORARY TABLE {name} AS {rows}")
        translated.set("using", exp.alias_(_SOURCE.copy(), source.alias_or_name, table=True))
    done = actions(statement)
    # To return each row takes as long as to merge it; where rows are only added or only taken away,
    # the table's number of rows says how many.
    grows = "INSERT" in done
    is_told_apart = not (grows and "DELETE" in done)
    if not is_told_apart:
        translated.set("returning", exp.Returning(expressions=[exp.column("merge_action")]))
    size = f"SELECT count(*) FROM {translated.this.sql('duckdb')}"
    [[before]] = session.duckdb.execute(size).fetchall() if is_told_apart else [[0]]
    try:
        cursor.run(translated)
    except duckdb.InvalidInputException as error:
        if "more than once" not in str(error):
            raise
        if "UPDATE" not in done:
            raise unsupported("MERGE that deletes a row which several rows match") from error
        values = _one_of_several(session, translated)
        raise ProgrammingError(
            msg=f"Duplicate row detected during DML action\nRow Values: {values}",
            errno=100090,
            sqlstate="42P18",
        ) from error
    finally:
        with suppress(duckdb.Error):
            session.duckdb.execute(f"DROP TABLE IF EXISTS {_SOURCE.sql('duckdb')}")
    if is_told_apart:
        [changed] = cursor.table.column(0).to_pylist()
        [[after]] = session.duckdb.execute(size).fetchall()
        moved = after - before if grows else before - after
        counts = {"INSERT": moved, "DELETE": moved, "UPDATE": changed - moved}
    else:
        counted_by_action = cursor.table["merge_action"].value_counts().to_pylist()
        counts = {c["values"]: c["counts"] for c in counted_by_action}
        changed = sum(counts.values())
    answer = tuple(counts.get(action, 0) for action in done)
    cursor.answer(counted(statement), [answer], changed=changed)


def counted(merge: exp.Merge) -> list[str]:
    """Return the names of the columns that a MERGE answers."""
    return [_COUNTS[action] for action in actions(merge)]


def actions(merge: exp.Merge) -> list[str]:
    """Return what a MERGE may do, in the order in which Snowflake counts it."""
    thens = [when.args["then"] for when in merge.args["whens"].expressions]
    named = {then.name.upper() if isinstance(then, exp.Var) else then.key.upper() for then in thens}
    return [action for action in _COUNTS if action in named]


def _one_of_several(session: Session, translated: Expr) -> str:
    """Return the values of a row that several rows of the source have matched, as JSON."""
    target, source = translated.this.copy(), translated.args["using"].copy()
    row = exp.column("rowid", table=target.alias_or_name)
    matched = exp.select(row.copy()).from_(target).join(source, on=translated.args["on"].copy())
    several = matched.group_by(row).having("count(*) > 1").limit(1).sql("duckdb")
    with suppress(duckdb.Error):
        found = session.duckdb.execute(
            f"SELECT * FROM {translated.this.sql('duckdb')} WHERE rowid IN ({several})"
        ).fetchone()
        return json.dumps(found, default=str, ensure_ascii=False)
    return "[]"
