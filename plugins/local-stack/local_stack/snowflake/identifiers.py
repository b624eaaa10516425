"""Columns that are named in another case than they have: one name to DuckDB, none to an account.

https://docs.snowflake.com/en/sql-reference/identifiers-syntax
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import duckdb
from snowflake.connector.errors import ProgrammingError
from sqlglot import Expr, exp
from sqlglot.errors import OptimizeError
from sqlglot.optimizer.scope import Scope, traverse_scope

from local_stack.snowflake.session import Session

_Names = set[str] | None  # None if they are not known
# What makes columns whose names are not in capitals.
_MAKES_COLUMNS = exp.Create | exp.Alter | exp.Copy


def check(session: Session, statement: Expr) -> None:
    """Refuse a column that has this name in another case only.

    Args:
        session: whose statement it is.
        statement: its tree.

    Raises:
        ProgrammingError: Snowflake's.
    """
    has_cases = any(
        name.args.get("quoted") and name.name != name.name.upper()
        for name in statement.find_all(exp.Identifier)
    )
    if isinstance(statement, _MAKES_COLUMNS) and (has_cases or statement.find(exp.Pivot)):
        session.cases.are_mixed = True
    if not (has_cases or session.cases.are_mixed):
        return
    for query in _outermost(statement):
        try:
            scopes = traverse_scope(query)
        except OptimizeError:
            continue  # DuckDB names what is wrong
        for scope in scopes:
            _check_scope(session, scope)
    if isinstance(statement, exp.Update | exp.Delete | exp.Merge):
        _check_change(session, statement)
    if isinstance(statement, exp.Insert) and isinstance(statement.this, exp.Schema):
        names = _columns(session, statement.this.this)
        for column in statement.this.expressions if names else ():
            _check(column, names or set())


def _outermost(statement: Expr) -> Iterator[Expr]:
    for node in statement.walk(prune=lambda part: isinstance(part, exp.Query)):
        if isinstance(node, exp.Query):
            yield node.unnest() if isinstance(node, exp.Subquery) else node


def _check_scope(session: Session, scope: Scope) -> None:
    query = scope.expression
    selects = query.selects if isinstance(query, exp.Query) else []
    own = {_written(item.args["alias"]) for item in selects if item.alias}
    columns = scope.columns
    for clause in ("qualify", "having", "group", "order"):
        if part := query.args.get(clause):
            columns = [*columns, *_own_columns(part)]
    _check_all(columns, _sources(session, scope), own)


def _own_columns(node: Expr) -> Iterator[exp.Column]:
    """Yield columns, but those of queries within."""
    for part in node.walk(prune=lambda part: isinstance(part, exp.Query)):
        if isinstance(part, exp.Column):
            yield part


def _check_all(columns: Iterable[exp.Column], sources: dict[str, _Names], own: set[str]) -> None:
    known = [names for names in sources.values() if names is not None]
    for column in columns:
        if isinstance(column.this, exp.Star):
            continue
        if column.table:
            names = sources.get(column.table.upper())
            if names is not None:
                _check(column, names)
        elif known and len(known) == len(sources):
            _check(column, own.union(*known))


def _sources(session: Session, scope: Scope) -> dict[str, _Names]:
    """Return the columns of what a query is from."""
    found: dict[str, _Names] = {}
    for name, (node, source) in scope.selected_sources.items():
        alias = node.args.get("alias")
        columns = alias.columns if isinstance(alias, exp.TableAlias) else []
        found[name.upper()] = set(map(_written, columns)) or _columns(session, source)
    return found


def _check_change(session: Session, statement: Expr) -> None:
    """Look at an UPDATE's, a DELETE's or a MERGE's own columns."""
    others = [statement.args.get(key) for key in ("using", "from_")]
    sources: dict[str, _Names] = {}
    for part in (statement.this, *others):
        source = part.this if isinstance(part, exp.From) else part
        if isinstance(source, exp.Subquery):
            sources[source.alias.upper()] = _of_query(session, traverse_scope(source.this)[-1])
        elif isinstance(source, exp.Table):
            sources[source.alias_or_name.upper()] = _columns(session, source)
    _check_all(_own_columns(statement), sources, set())


def _check(column: Expr, names: set[str]) -> None:
    parts = column.parts[-2:] if isinstance(column, exp.Column) else [column]
    wanted = _written(parts[-1])
    if wanted in names or wanted.upper() not in {name.upper() for name in names}:
        return
    shown = ".".join(_shown(_written(part)) for part in parts)
    raise ProgrammingError(
        msg=f"SQL compilation error:\ninvalid identifier '{shown}'", errno=904, sqlstate="42000"
    )


def _shown(name: str) -> str:
    return name if name == name.upper() else f'"{name}"'


def _written(name: Expr) -> str:
    """Return a name as an account keeps it."""
    return name.name if name.args.get("quoted") else name.name.upper()


def _columns(session: Session, source: Scope | Expr) -> _Names:
    """Return the names of the columns of a table or a query."""
    if isinstance(source, Scope):
        alias = source.expression.parent and source.expression.parent.args.get("alias")
        if isinstance(alias, exp.TableAlias) and alias.columns:
            return {_written(name) for name in alias.columns}
        return _of_query(session, source)
    is_named = isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier)
    if not is_named or source.args.get("pivots"):
        return None
    place = session.place(session.full_name(source))
    try:
        return {name for name, _ in session.columns_of(f"SELECT * FROM {place}")}
    except duckdb.Error:
        return None


def _of_query(session: Session, scope: Scope) -> _Names:
    query = scope.expression
    if isinstance(query, exp.SetOperation):
        sides = scope.set_operation_scopes
        return _of_query(session, sides[0]) if sides else None
    if not isinstance(query, exp.Select):
        return None
    names: set[str] = set()
    for item in query.expressions:
        if item.is_star:
            sources = list(_sources(session, scope).values())
            if any(found is None for found in sources):
                return None
            names = names.union(*(found for found in sources if found))
        elif item.alias:
            names.add(_written(item.args["alias"]))
        elif isinstance(item, exp.Column):
            names.add(_written(item.this))
    return names
