"""PIVOT of whatever values there are: DuckDB takes a list of them only."""

from __future__ import annotations

from sqlglot import Expr, exp

from local_stack.snowflake.adapter import Cursor
from local_stack.snowflake.session import Session


def list_values(session: Session, cursor: Cursor, statement: Expr) -> None:
    """Put the values of a column, or of a query, into `PIVOT … FOR column IN (ANY)`."""
    for pivot in list(statement.find_all(exp.Pivot)):
        for field in pivot.args.get("fields") or ():
            values = field.expressions
            if not values or not isinstance(values[0], exp.PivotAny | exp.Query):
                continue
            query = _values(statement, pivot, field)
            rows = session.duckdb.execute(cursor.translate(query).sql("duckdb")).fetchall()
            literals = [exp.convert(value) for (value,) in rows if value is not None]
            named = [
                exp.PivotAlias(
                    this=literal, alias=exp.to_identifier(literal.sql("snowflake"), quoted=True)
                )
                for literal in literals
            ]
            field.set("expressions", named)


def _values(statement: Expr, pivot: exp.Pivot, field: Expr) -> exp.Query:
    """Return the query for the values, in their order."""
    [given] = field.expressions
    if isinstance(given, exp.Query):
        return given.copy()
    source = pivot.parent.copy() if pivot.parent else exp.Table()
    source.set("pivots", None)
    query = exp.select(field.this.copy()).distinct().from_(source).order_by(field.this.copy())
    if order := given.find(exp.Order):
        query.set("order", order.copy())
    if ctes := statement.args.get("with_"):
        query.set("with_", ctes.copy())
    return query
