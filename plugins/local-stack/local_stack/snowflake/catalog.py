"""What fakesnow's catalog does not do: comments on columns, types that may change, and drops."""

from __future__ import annotations

from snowflake.connector.errors import ProgrammingError
from sqlglot import Expr, exp

from local_stack.snowflake import rewrite
from local_stack.snowflake.adapter import Cursor
from local_stack.snowflake.errors import missing
from local_stack.snowflake.session import Session


def comment_on_columns(session: Session, table: exp.Table, comments: list[tuple[str, str]]) -> None:
    """Keep comments on a table's columns."""
    path = session.full_name(table)[::-1]
    with session.duckdb.cursor() as notes:
        for column, comment in comments:
            place = exp.column(column, *path, quoted=True).sql("duckdb")
            text = exp.Literal.string(comment).sql("duckdb")
            notes.execute(f"COMMENT ON COLUMN {place} IS {text}")


def drop(session: Session, cursor: Cursor, statement: exp.Drop) -> bool:
    """Drop a file format or a database, which DuckDB does not; False if it is neither."""
    kind = statement.args["kind"]
    if kind not in ("FILE FORMAT", "DATABASE"):
        return False
    name = session.full_name(statement.args["tables"][0])
    dropped = session.drop_file_format if kind == "FILE FORMAT" else session.drop_database
    if not dropped(name) and not statement.args.get("exists"):
        raise missing(kind.capitalize(), name[2])
    cursor.answer(["status"], [(f"{name[2]} successfully dropped.",)])
    return True


def check_new_types(session: Session, statement: Expr) -> None:
    """Refuse a change of a column's type that an account refuses."""
    if not (wanted := rewrite.new_types(statement)):
        return
    types = session.column_types(session.full_name(statement.this))
    for column, kind in wanted.items():
        if current := types.get(column.upper()):
            known = exp.DataType.build(current, dialect="snowflake")
            check_new_type(column, known, kind)


def check_new_type(column: str, current: exp.DataType, new: exp.DataType) -> None:
    """Refuse a change of a column's type that an account refuses.

    It lengthens text and changes the digits of a number before its point, and nothing else.
    https://docs.snowflake.com/en/sql-reference/sql/alter-table-column

    Raises:
        ProgrammingError: Snowflake's.
    """
    (kind, length), (new_kind, new_length) = map(_kind_and_length, (current, new))
    if kind != new_kind or (kind == ("TEXT",) and new_length < length):
        types = " to ".join(kind.sql("snowflake") for kind in (current, new))
        raise ProgrammingError(
            msg=f"SQL compilation error:\ncannot change column {column} from type {types}",
            errno=2108,
            sqlstate="22000",
        )


def _kind_and_length(kind: exp.DataType) -> tuple[tuple[str, ...], int]:
    """Return what of a type may not change, and its length."""
    sizes = [int(size.name) for size in kind.expressions]
    if kind.this in exp.DataType.NUMERIC_TYPES - exp.DataType.FLOAT_TYPES:
        precision, scale = (*sizes, 0)[:2] if sizes else (38, 0)
        return ("NUMBER", str(scale)), precision
    if kind.this in exp.DataType.TEXT_TYPES:
        return ("TEXT",), sizes[0] if sizes else 16_777_216
    return (kind.this.value,), 0
