"""What DuckDB would store otherwise: texts too long, moments as JSON, and as texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from sqlglot import Expr, exp

from local_stack.snowflake.rewrites.calls import call
from local_stack.snowflake.session import Session

# What is written in the place of a value, by its column's name in upper case.
Fits = Mapping[str, Callable[[Expr], Expr]]
# By DuckDB's type of a column, what reads the text of a moment in each format that is detected.
_MOMENTS = {
    "DATE": "to_date",
    "TIME": "to_time",
    "TIMESTAMP": "to_timestamp",
    "TIMESTAMP WITH TIME ZONE": "to_timestamp_tz",
}
# Nobody can write this name without quotes.
_ROWS = "$ROWS"


def fit(session: Session, statement: Expr, macro: str = "fitted") -> None:
    """Make what is written into a table an error where it does not fit its column.

    Args:
        session: whose statement it is.
        statement: what writes.
        macro: what writes a text, by the length of its column.
    """
    if not isinstance(statement, exp.Insert | exp.Update | exp.Merge):
        return
    target = statement.this.this if isinstance(statement.this, exp.Schema) else statement.this
    if not isinstance(target, exp.Table) or _is_fitted(statement):
        return
    table = session.full_name(target)
    found = session.columns_of(f"SELECT * FROM {session.place(table)}")
    lengths = session.text_lengths(table)
    fits = fits_of((name, kind == "JSON", lengths.get(name.upper())) for name, kind in found)
    fits = {**fits, **{name: _text(macro, length) for name, length in lengths.items()}}
    if not isinstance(statement, exp.Insert) or isinstance(statement.expression, exp.Values):
        moments = ((name.upper(), _MOMENTS[kind]) for name, kind in found if kind in _MOMENTS)
        fits = {**fits, **{name: _moment(reader) for name, reader in moments}}
    if not fits:
        return
    if isinstance(statement, exp.Update):
        _fit_assignments(statement.expressions, fits)
    elif isinstance(statement, exp.Insert):
        named = isinstance(statement.this, exp.Schema)
        columns = [c.name for c in statement.this.expressions] if named else None
        fit_rows(statement, columns or [name for name, _ in found], fits)
    else:
        for when in statement.args["whens"].expressions:
            then = when.args["then"]
            if isinstance(then, exp.Update):
                _fit_assignments(then.expressions, fits)
            elif isinstance(then, exp.Insert) and then.this and then.expression:
                names = [column.name for column in then.this.expressions]
                _fit_values(then.expression.expressions, names, fits)


def fits_of(columns: Iterable[tuple[str, bool, int | None]]) -> Fits:
    """Return what is written in the place of values, of columns that need it.

    Args:
        columns: their names, whether they are VARIANTs, and the lengths of texts.
    """
    return {
        name.upper(): _variant if is_variant else _text("fitted", length)
        for name, is_variant, length in columns
        if is_variant or length
    }


def _variant(value: Expr) -> Expr:
    return call("to_variant", value)


def _moment(reader: str) -> Callable[[Expr], Expr]:
    """Read a constant; other texts are cast as DuckDB casts them."""
    return lambda value: call(reader, value) if value.is_string else value


def _text(macro: str, length: int | None) -> Callable[[Expr], Expr]:
    return lambda value: call(macro, value, length or 0)


def _is_fitted(statement: Expr) -> bool:
    source = statement.expression.args.get("from_") if statement.expression else None
    return bool(source and source.this.alias == _ROWS)


def fit_rows(insert: exp.Insert, columns: Sequence[str], fits: Fits) -> None:
    """Make inserted rows an error that do not fit their columns.

    Args:
        insert: the statement.
        columns: those that are written, in their order.
        fits: what is written in the place of a value.
    """
    rows = insert.expression
    if isinstance(rows, exp.Values):
        for row in rows.expressions:
            _fit_values(row.expressions, columns, fits)
        return
    if not rows:
        return
    names = [f"{_ROWS}{i}" for i in range(len(columns))]
    values = [exp.column(name, quoted=True) for name in names]
    alias = exp.TableAlias(
        this=exp.to_identifier(_ROWS, quoted=True),
        columns=[exp.to_identifier(name, quoted=True) for name in names],
    )
    source = exp.Subquery(this=rows.copy(), alias=alias)
    fitted = exp.select(*values).from_(source)
    _fit_values(fitted.expressions, columns, fits)
    insert.set("expression", fitted)


def _fit_assignments(assignments: Sequence[Expr], fits: Fits) -> None:
    for assignment in assignments:
        _fit_values([assignment.expression], [assignment.this.name], fits)


def _fit_values(values: Sequence[Expr], columns: Sequence[str], fits: Fits) -> None:
    for value, column in zip(list(values), columns, strict=False):
        fitted = fits.get(column.upper())
        if fitted and not (isinstance(value, exp.Column | exp.Var) and value.name == "DEFAULT"):
            value.replace(fitted(value.copy()))
