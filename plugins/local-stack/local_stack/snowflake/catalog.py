"""What fakesnow's catalog does not do: comments on columns, types that may change, and drops."""

from __future__ import annotations

from snowflake.connector.errors import ProgrammingError
from sqlglot import Expr, exp

from local_stack.snowflake import declared, notes, rewrite
from local_stack.snowflake.adapter import Cursor
from local_stack.snowflake.errors import missing, unsupported
from local_stack.snowflake.session import Session


def comment_on_columns(session: Session, table: exp.Table, comments: list[tuple[str, str]]) -> None:
    """Keep comments on a table's columns."""
    path = session.full_name(table)[::-1]
    statements = ["BEGIN"]
    for column, comment in comments:
        place = exp.column(column, *path, quoted=True).sql("duckdb")
        text = exp.Literal.string(comment).sql("duckdb")
        statements.append(f"COMMENT ON COLUMN {place} IS {text}")
    session.ask("; ".join([*statements, "COMMIT"]))


def run(session: Session, cursor: Cursor, statement: Expr) -> bool:
    """Run what DuckDB's catalog does otherwise; False if it is none of that."""
    if isinstance(statement, exp.Create) and str(statement.kind).upper() == "DATABASE":
        _create_database(session, cursor, statement)
        return True
    if isinstance(statement, exp.Create) and str(statement.kind).upper() == "SCHEMA":
        _replace_schema(session, cursor, statement)
        return True
    if isinstance(statement, exp.Alter) and statement.args.get("kind") == "TABLE":
        return declared.alter(session, cursor, statement)
    if isinstance(statement, exp.Describe):
        return _describe(session, cursor, statement)
    return isinstance(statement, exp.Drop) and _drop(session, cursor, statement)


def _describe(session: Session, cursor: Cursor, statement: exp.Describe) -> bool:
    """Describe a table or a view; False if it is one of INFORMATION_SCHEMA's.

    fakesnow asks a view for which DuckDB binds every view that there is.
    """
    cursor.check_db_and_schema(statement)
    session.place_temporary(statement)
    table = session.full_name(statement.this)
    if table[1] == "INFORMATION_SCHEMA":
        return False
    columns = session.described(table)
    if not columns:
        kind = str(statement.args.get("kind") or "Table").capitalize()
        raise missing(kind, ".".join(table))
    note = declared.noted(session, table)
    keys: dict[str, set[str]] = {"PRIMARY KEY": set(), "UNIQUE": set(), "FOREIGN KEY": set()}
    for key in note.get("keys", []):
        keys[key["kind"]].update(key["columns"])
    del keys["FOREIGN KEY"]
    comments = dict(
        session.ask(
            "SELECT column_name, comment FROM duckdb_columns() "
            "WHERE (database_name, schema_name, table_name) = (?, ?, ?)",
            table,
        )
    )
    rows = []
    for column in columns:
        said = note.get("columns", {}).get(column.name, {})
        identity = said.get("identity")
        default = f"IDENTITY {identity}" if identity else said.get("default", column.default)
        in_keys = ("Y" if column.name in keys[kind] else "N" for kind in keys)
        rows.append(
            (
                *(column.name, said.get("type", column.type), "COLUMN"),
                *("Y" if column.is_nullable else "N", default, *in_keys, None, None),
                *(comments.get(column.name), None, None),
            )
        )
    cursor.answer(_DESCRIBED, rows)
    return True


_DESCRIBED = [
    *("name", "type", "kind", "null?", "default", "primary key", "unique key", "check"),
    *("expression", "comment", "policy name", "privacy domain"),
]


def _replace_schema(session: Session, cursor: Cursor, statement: exp.Create) -> None:
    """Create a schema, in the place of one that may have objects."""
    catalog, name = notes.schema_name(session, statement.this)
    if statement.args.get("clone"):
        raise unsupported("CREATE SCHEMA … CLONE")
    session.commit_before_definition()
    if statement.args.get("replace"):
        place = exp.Table(
            db=exp.to_identifier(name, True), catalog=exp.to_identifier(catalog, True)
        )
        session.duckdb.execute(f"DROP SCHEMA IF EXISTS {place.sql('duckdb')} CASCADE")
        notes.forget(session, catalog, name)
        statement.set("replace", False)
    cursor.check_db_and_schema(statement)
    cursor.run(cursor.translate(statement.copy()))


def _create_database(session: Session, cursor: Cursor, statement: exp.Create) -> None:
    """Create a database, which has a schema PUBLIC and is the current one.

    https://docs.snowflake.com/en/sql-reference/sql/create-database
    """
    if statement.args.get("clone"):
        raise unsupported("CREATE DATABASE … CLONE")
    name = session.full_name(statement.this)
    if session.has_schema(name[2], None):
        if statement.args.get("exists"):
            cursor.answer(["status"], [(f"{name[2]} already exists, statement succeeded.",)])
            return
        if statement.args.get("replace"):
            session.drop_database(name)
    statement.set("replace", False)
    cursor.run(cursor.translate(statement.copy()))
    public = exp.table_("PUBLIC", name[2], quoted=True).sql("duckdb")
    session.duckdb.execute(f"CREATE SCHEMA IF NOT EXISTS {public}")
    session.use(name[2], "PUBLIC")


def _drop(session: Session, cursor: Cursor, statement: exp.Drop) -> bool:
    """Drop what DuckDB does not: a file format, a stage or a database; False if it is neither."""
    kind = statement.args["kind"]
    drops = {
        "FILE FORMAT": session.drop_file_format,
        "STAGE": session.drop_stage,
        "DATABASE": session.drop_database,
    }
    if kind not in drops:
        return False
    name = session.full_name(statement.args["tables"][0])
    if not drops[kind](name) and not statement.args.get("exists"):
        raise missing(kind.capitalize(), name[2])
    if kind == "STAGE":
        session.stages.empty(name)
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
