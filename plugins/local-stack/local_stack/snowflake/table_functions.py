"""Table functions that tell of the session: earlier results, statements, and staged files."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
from snowflake.connector.errors import ProgrammingError
from sqlglot import Expr, exp

from local_stack.snowflake import user_functions
from local_stack.snowflake.errors import unsupported
from local_stack.snowflake.session import Session
from local_stack.snowflake.staged_files import StagedFiles, csv_reader, paths
from local_stack.snowflake.type_names import snowflake_type

_HISTORIES = {
    "QUERY_HISTORY": False,
    "QUERY_HISTORY_BY_SESSION": True,
    "QUERY_HISTORY_BY_USER": False,
    "QUERY_HISTORY_BY_WAREHOUSE": False,
}


def place(session: Session, statement: Expr) -> None:
    """Put tables in the place of functions in FROM, for the time of the session."""
    for i, node in enumerate(list(statement.find_all(exp.TableFromRows))):
        function = node.this
        schema = ""
        if isinstance(function, exp.Dot):
            schema, function = function.this.name.upper(), function.expression
        if not isinstance(function, exp.Anonymous):
            continue
        name = function.name.upper()
        rows: Callable[[], pa.Table | str]
        if name == "RESULT_SCAN":
            rows = lambda: _result(session, function.expressions)  # noqa: B023, E731
        elif name in _HISTORIES and schema in ("INFORMATION_SCHEMA", ""):
            rows = lambda: _history(session, name, function.expressions)  # noqa: B023, E731
        elif name == "INFER_SCHEMA":
            rows = lambda: _columns(session, function.expressions)  # noqa: B023, E731
        elif user_functions.known(session, session.full_name(_named(node.this))):
            called = exp.Table(this=node.this)
            called.set("alias", node.args.get("alias"))
            node.replace(called)
            continue
        else:
            continue
        view = f"$TABLE_{i}"
        session.duckdb.register(view, rows())
        table = exp.table_(view, db="main", catalog="temp", quoted=True)
        table.set("alias", node.args.get("alias") or exp.TableAlias(this=exp.to_identifier(name)))
        node.replace(table)


def _named(function: Expr) -> exp.Table:
    """Return a function's name as a table's."""
    names = []
    while isinstance(function, exp.Dot):
        names.append(function.this)
        function = function.expression
    table = exp.Table(this=exp.to_identifier(function.name))
    for part, name in zip(("db", "catalog"), reversed(names), strict=False):
        table.set(part, name.copy())
    return table


def _result(session: Session, arguments: list[Expr]) -> pa.Table:
    query_id = arguments[0].name if arguments else ""
    result = session.results.get(query_id)
    if result is None:
        raise ProgrammingError(
            msg=f"SQL compilation error:\nStatement {query_id} not found",
            errno=709,
            sqlstate="02000",
        )
    return result.table


def _history(session: Session, name: str, arguments: list[Expr]) -> pa.Table:
    limit = 100
    for argument in arguments:
        option = argument.this.name.upper() if isinstance(argument, exp.Kwarg) else ""
        if option == "RESULT_LIMIT":
            limit = int(argument.expression.name)
        elif option not in ("SESSION_ID", "USER_NAME", "WAREHOUSE_NAME"):
            raise unsupported(f"{name} with {argument.sql('snowflake')}")
    return session.history.table(session.number if _HISTORIES[name] else None, limit)


def _columns(session: Session, arguments: list[Expr]) -> pa.Table:
    """Return what INFER_SCHEMA tells of staged files.

    https://docs.snowflake.com/en/sql-reference/functions/infer_schema
    """
    options = {
        a.this.name.upper(): a.expression.name for a in arguments if isinstance(a, exp.Kwarg)
    }
    staged = session.staged(options.get("LOCATION", ""))
    read = StagedFiles(session.stages, session).options(
        {"FORMAT_NAME": options["FILE_FORMAT"]} if "FILE_FORMAT" in options else None
    )
    files = staged.files()
    if not files:
        return pa.table({name: pa.array([], pa.string()) for name in ("COLUMN_NAME", "TYPE")})
    if read["TYPE"] == "CSV":
        reader = csv_reader(files, read)
    else:
        by_name = ", union_by_name = true" if read["TYPE"] == "PARQUET" else ""
        reader = f"read_{read['TYPE'].lower()}({paths(files)}{by_name})"
    described = session.duckdb.execute(f"DESCRIBE SELECT * FROM {reader}").fetchall()
    rows = [
        {
            "COLUMN_NAME": column,
            "TYPE": (written := snowflake_type(kind)),
            "NULLABLE": True,
            "EXPRESSION": f"$1:{column}::{written}",
            "FILENAMES": ", ".join(staged.name(file) for file in files),
            "ORDER_ID": i,
        }
        for i, (column, kind, *_) in enumerate(described)
    ]
    return pa.Table.from_pylist(rows)
