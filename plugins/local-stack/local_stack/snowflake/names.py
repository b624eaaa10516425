"""Names that DuckDB knows and an account does not: its functions, and columns of another case."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import duckdb
from snowflake.connector.errors import ProgrammingError
from sqlglot import Expr, exp
from sqlglot.dialects.snowflake import Snowflake

from local_stack.snowflake.errors import unknown_function, unsupported

# Snowflake's, too, and sqlglot does not know it.
_OF_BOTH = {"hash"}


class Cases:
    """Whether there may be columns whose names are not in capitals.

    Args:
        are_mixed: what is known of those that are there.
    """

    def __init__(self, are_mixed: bool) -> None:
        self.are_mixed = are_mixed


@cache
def _of_duckdb() -> frozenset[str]:
    """Return the names of DuckDB's own functions."""
    with duckdb.connect() as fresh:
        found = fresh.execute("select distinct lower(function_name) from duckdb_functions()")
        names = {name for (name,) in found.fetchall()}
    return frozenset(names - _OF_BOTH - {name.lower() for name in Snowflake.Parser.FUNCTIONS})


def check_functions(statement: Expr) -> None:
    """Refuse functions that only DuckDB has.

    Raises:
        ProgrammingError: Snowflake's.
    """
    for function in statement.find_all(exp.Anonymous):
        if function.name.lower() in _of_duckdb():
            raise unknown_function(function.name.upper())


def check(query: exp.Query, found: Sequence[str]) -> None:
    """Refuse a column that has this name in another case only.

    DuckDB names a column of a result as it is where it comes from.

    Args:
        query: as DuckDB has run it.
        found: the names of its result's columns.

    Raises:
        ProgrammingError: Snowflake's.
    """
    if not isinstance(query, exp.Select) or len(query.expressions) != len(found):
        return
    # fakesnow's own views are in small letters.
    if any(table.db.upper().startswith("_FS_") for table in query.find_all(exp.Table)):
        return
    for column, name in zip(query.expressions, found, strict=True):
        wanted = column.name if isinstance(column, exp.Column) else name
        if wanted != name and wanted.upper() == name.upper():
            shown = wanted if wanted == wanted.upper() else f'"{wanted}"'
            raise ProgrammingError(
                msg=f"SQL compilation error:\ninvalid identifier '{shown}'",
                errno=904,
                sqlstate="42000",
            )


def distinct(select: exp.Select) -> exp.Select:
    """Refuse two columns of one name but for its case."""
    aliases = [column.args["alias"] for column in select.expressions if column.args.get("alias")]
    names = {a.name if a.args.get("quoted") else a.name.upper() for a in aliases}
    if len(names) > len({name.upper() for name in names}):
        raise unsupported("columns whose names differ by case only")
    return select
