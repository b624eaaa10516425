"""Texts that are longer than their column, which DuckDB would store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import Expr, exp

from local_stack.snowflake.rewrites.calls import call
from local_stack.snowflake.session import Session

# Nobody can write this name without quotes.
_ROWS = "$ROWS"


def fit(session: Session, statement: Expr) -> None:
    """Make what is written into a table an error where it is too long for its column."""
    if not isinstance(statement, exp.Insert | exp.Update | exp.Merge):
        return
    target = statement.this.this if isinstance(statement.this, exp.Schema) else statement.this
    if not isinstance(target, exp.Table):
        return
    table = session.full_name(target)
    if not (lengths := session.text_lengths(table)):
        return
    if isinstance(statement, exp.Update):
        _fit_assignments(statement.expressions, lengths)
    elif isinstance(statement, exp.Insert):
        named = isinstance(statement.this, exp.Schema)
        columns = [c.name for c in statement.this.expressions] if named else None
        fit_rows(statement, columns or list(session.column_types(table)), lengths)
    else:
        for when in statement.args["whens"].expressions:
            then = when.args["then"]
            if isinstance(then, exp.Update):
                _fit_assignments(then.expressions, lengths)
            elif isinstance(then, exp.Insert) and then.this and then.expression:
                names = [column.name for column in then.this.expressions]
                _fit_values(then.expression.expressions, names, lengths)


def fit_rows(insert: exp.Insert, columns: Sequence[str], lengths: Mapping[str, int]) -> None:
    """Make texts of inserted rows an error that are too long for their columns.

    Args:
        insert: the statement.
        columns: those that are written, in their order.
        lengths: of the columns that have one, by their names in upper case.
    """
    rows = insert.expression
    if isinstance(rows, exp.Values):
        for row in rows.expressions:
            _fit_values(row.expressions, columns, lengths)
        return
    names = [f"{_ROWS}{i}" for i in range(len(columns))]
    values = [exp.column(name, quoted=True) for name in names]
    alias = exp.TableAlias(
        this=exp.to_identifier(_ROWS, quoted=True),
        columns=[exp.to_identifier(name, quoted=True) for name in names],
    )
    source = exp.Subquery(this=rows.copy(), alias=alias)
    fitted = exp.select(*values).from_(source)
    _fit_values(fitted.expressions, columns, lengths)
    insert.set("expression", fitted)


def _fit_assignments(assignments: Sequence[Expr], lengths: Mapping[str, int]) -> None:
    for assignment in assignments:
        _fit_values([assignment.expression], [assignment.this.name], lengths)


def _fit_values(values: Sequence[Expr], columns: Sequence[str], lengths: Mapping[str, int]) -> None:
    for value, column in zip(list(values), columns, strict=False):
        length = lengths.get(column.upper())
        if length and not (isinstance(value, exp.Column | exp.Var) and value.name == "DEFAULT"):
            value.replace(call("fitted", value.copy(), length))
