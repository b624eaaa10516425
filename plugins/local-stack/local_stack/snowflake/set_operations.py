"""Columns of UNION and its like that are text on one side and something else on another.

DuckDB makes them text; an account casts the text, and fails where it cannot.
https://docs.snowflake.com/en/sql-reference/operators-query
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
from sqlglot import Expr, exp

from local_stack.snowflake.rewrites.calls import call
from local_stack.snowflake.rewrites.implicit import number_of
from local_stack.snowflake.session import Session

# Nobody can write this name without quotes.
_SIDE = "$SIDE"
_TEXT, _UNKNOWN = "VARCHAR", '"NULL"'
# The macro that reads a text as a type, by how DuckDB's name of it begins, if it is not a cast.
_READ = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UBIGINT"), "number"),
    **{"DECIMAL": "number", "DOUBLE": "", "BOOLEAN": "", "DATE": "to_date", "TIME": "to_time"},
    **{"JSON": "to_variant", "TIMESTAMP WITH": "to_timestamp_tz", "TIMESTAMP": "to_timestamp"},
}


def match_types(session: Session, translated: Expr) -> None:
    """Cast texts to what stands in their column on the other sides.

    Args:
        session: whose statement it is.
        translated: a statement of DuckDB's.
    """
    for operation in list(translated.find_all(exp.SetOperation)):
        parent = operation.parent
        is_part = isinstance(parent, exp.SetOperation)
        if is_part or operation.args.get("by_name") or _is_recursive(operation):
            continue
        sides = list(_sides(operation))
        found = _columns(session, operation, sides)
        names = [name for name, _ in found[: len(found) // len(sides)]]
        types = [
            [kind for _, kind in found[start : start + len(names)]]
            for start in range(0, len(found), len(names) or 1)
        ]
        wanted = [_type(kinds) for kinds in zip(*types, strict=False)]
        for side, kinds in zip(sides, types, strict=False):
            casts = [to if kind == _TEXT else None for kind, to in zip(kinds, wanted, strict=False)]
            if any(casts):
                _cast(side, names, casts)


def _is_recursive(operation: exp.SetOperation) -> bool:
    """Tell whether one of its sides may be itself."""
    with_ = operation.find_ancestor(exp.With)
    return bool(with_ and with_.recursive)


def _sides(node: Expr) -> Iterator[Expr]:
    if isinstance(node, exp.SetOperation):
        yield from _sides(node.this)
        yield from _sides(node.expression)
    elif isinstance(node, exp.Subquery | exp.Paren) and not node.alias:
        yield from _sides(node.this)
    else:
        yield node


def _columns(session: Session, operation: Expr, sides: list[Expr]) -> list[tuple[str, str]]:
    """Return the names of all sides' columns, one side's after the other's, and DuckDB's types.

    There are none where columns are of a query around it, or it is to run into an error.
    """
    named = {table.name for side in sides for table in side.find_all(exp.Table)}
    ctes = []
    for cte in _visible(operation):
        if cte.alias in named:
            ctes.append(cte.sql("duckdb"))
            named |= {table.name for table in cte.find_all(exp.Table)}
    prefix = f"WITH {', '.join(reversed(ctes))} " if ctes else ""
    marks = [mark for side in sides for mark in side.find_all(exp.Placeholder)]
    if marks:
        sides = [side.transform(_without_marks) for side in sides]
    columns = ", ".join(f"({side.sql('duckdb')})" for side in sides)
    try:
        return session.columns_of(f"{prefix}SELECT * FROM {columns}")
    except duckdb.Error:
        if session.in_transaction:
            session.written.write_again(session.duckdb)
        return []


def _without_marks(node: Expr) -> Expr:
    return exp.null() if isinstance(node, exp.Placeholder) else node


def _visible(node: Expr) -> Iterator[exp.CTE]:
    """Yield the CTEs around a query that it can see, the last first."""
    below: Expr = node
    above: Expr | None = node
    while above:
        if isinstance(above, exp.With):
            yield from reversed(above.expressions[: below.index or 0])
            below = above.parent or above  # whose CTEs these are
            above = below.parent
            continue
        if with_ := above.args.get("with_"):
            yield from reversed(with_.expressions)
        below, above = above, above.parent


def _type(kinds: tuple[str, ...]) -> str | None:
    """Return what the texts of a column are cast to; None if all are texts, or none is."""
    others = [kind for kind in kinds if kind not in (_TEXT, _UNKNOWN)]
    return others[0] if _TEXT in kinds and others and _begins(others[0]) else None


def _begins(kind: str) -> str | None:
    return next((begins for begins in _READ if kind.startswith(begins)), None)


def _cast(side: Expr, names: list[str], casts: list[str | None]) -> None:
    """Cast a query's columns, which keep the names of the first side."""
    values = side.expressions if isinstance(side, exp.Select) else []
    if len(values) == len(casts) and not side.is_star:
        for value, kind in zip(values, casts, strict=True):
            if kind and isinstance(literal := value.unalias(), exp.Literal):
                literal.replace(_as(literal, kind))
        casts = [
            None if isinstance(value.unalias(), exp.Literal) else kind
            for value, kind in zip(values, casts, strict=True)
        ]
        if not any(casts):
            return
    columns = [exp.to_identifier(f"{_SIDE}{i}", quoted=True) for i in range(len(casts))]
    items = [
        exp.alias_(_as(exp.column(c), kind) if kind else exp.column(c), name, quoted=True)
        for name, c, kind in zip(names, columns, casts, strict=True)
    ]
    alias = exp.TableAlias(this=exp.to_identifier(_SIDE, quoted=True), columns=columns)
    side.replace(exp.select(*items).from_(exp.Subquery(this=side.copy(), alias=alias)))


def _as(value: Expr, kind: str) -> Expr:
    """Read a text as a type of DuckDB's."""
    macro = _READ[str(_begins(kind))]
    if macro == "number" and isinstance(value, exp.Literal):
        return number_of(value)
    return call(macro, value.copy()) if macro else exp.cast(value.copy(), kind, dialect="duckdb")
