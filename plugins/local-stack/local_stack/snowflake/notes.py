"""When tables, views, schemas and databases were made, which DuckDB does not know.

A table's or a view's note is DuckDB's comment on it, so that it goes where the object goes; what
Snowflake calls its comment is kept elsewhere. A schema has none, so its note is a row.
"""

from __future__ import annotations

import datetime
import json
from typing import Any

from sqlglot import Expr, exp

from local_stack.snowflake import declared, granted, rewrite
from local_stack.snowflake.adapter import STAGE_FORMATS
from local_stack.snowflake.session import Session

SCHEMAS = "_fs_global._fs_information_schema._schemas_created"
# A note's moment, of a row with DuckDB's comment.
CREATED = "TRY_CAST(TRY_CAST(comment AS JSON) ->> 'created' AS TIMESTAMPTZ)"
# What is kept by schema, and how its columns begin.
_BY_SCHEMA = {
    **dict.fromkeys(("_functions", "_altered", "_fs_stages", "_fs_file_formats"), ""),
    "_stage_formats": "",
    **dict.fromkeys(("_fs_tables_ext", "_fs_columns_ext"), "ext_table_"),
}
_ALTERED = "_fs_global._fs_information_schema._altered"
CREATION = f"""CREATE TABLE IF NOT EXISTS {STAGE_FORMATS} (
    database_name VARCHAR, schema_name VARCHAR, name VARCHAR, options JSON
);
CREATE TABLE IF NOT EXISTS {_ALTERED} (
    database_name VARCHAR, schema_name VARCHAR, table_name VARCHAR, altered_on TIMESTAMPTZ,
    PRIMARY KEY (database_name, schema_name, table_name)
);
CREATE TABLE IF NOT EXISTS {SCHEMAS} (
    database_name VARCHAR, schema_name VARCHAR, created_on TIMESTAMPTZ,
    PRIMARY KEY (database_name, schema_name)
)"""


def note(session: Session, statement: Expr, text: str, said: dict[str, Any] | None = None) -> None:
    """Note what a statement has created or written to, or forget what it has dropped.

    Args:
        session: whose it is.
        statement: its tree, as it was run.
        text: what it was read from.
        said: what there is to keep of a table's definition.
    """
    granted.follow(session, statement)
    if isinstance(statement, exp.Alter) and statement.args.get("kind") == "TABLE":
        declared.follow(session, statement, said or {"columns": {}})
    if not isinstance(statement, exp.Create | exp.Drop) and (
        table := rewrite.written_table(statement)
    ):
        session.altered.add(session.full_name(table))
    if isinstance(statement, exp.Rollback):
        session.altered.clear()
    elif session.altered and not session.in_transaction:
        # What others may see since now; what is noted earlier could be read before it is there.
        for name in sorted(session.altered):
            session.ask(f"INSERT OR REPLACE INTO {_ALTERED} VALUES (?, ?, ?, now())", name)
        session.altered.clear()
    if isinstance(statement, exp.Drop) and statement.args["kind"] in ("SCHEMA", "DATABASE"):
        _note_schema(session, statement.args["kind"], statement.args["tables"][0], is_new=False)
    if not isinstance(statement, exp.Create) or statement.find(exp.TemporaryProperty):
        return
    kind = str(statement.kind).upper()
    target = statement.this
    table = target.this if isinstance(target, exp.Schema) else target
    if kind in ("TABLE", "VIEW"):
        _note_relation(session, statement, kind, session.full_name(table), text, said or {})
    elif kind in ("SCHEMA", "DATABASE"):
        _note_schema(session, kind, table, is_new=True)


def schema_name(session: Session, table: exp.Table) -> tuple[str, str]:
    """Return the database and the name of a schema, which stands where a table has its own."""
    names = [session.full_name(exp.Table(this=part))[2] for part in table.parts]
    catalog, name = [session.database or "", *names][-2:]
    return catalog, name


def forget(session: Session, catalog: str, schema: str | None) -> None:
    """Forget what is kept of a schema's objects, or of a database's."""
    granted.forget_within(session, f"{catalog}.{schema}" if schema else catalog)
    session.stages.forget(catalog, schema)
    session.forget_temporary(catalog, schema)
    for table, prefix in _BY_SCHEMA.items():
        names = f"{prefix}catalog, {prefix}schema" if prefix else "database_name, schema_name"
        database, its_schema = names.split(", ")
        session.ask(
            f"DELETE FROM _fs_global._fs_information_schema.{table} "
            f"WHERE {database} = ? AND {its_schema} = coalesce(?, {its_schema})",
            [catalog, schema],
        )


def _note_schema(session: Session, kind: str, table: exp.Table, is_new: bool) -> None:
    catalog, name = schema_name(session, table)
    place = [name, ""] if kind == "DATABASE" else [catalog, name]
    if is_new:
        session.ask(f"INSERT INTO {SCHEMAS} VALUES (?, ?, now()) ON CONFLICT DO NOTHING", place)
        return
    if kind == "SCHEMA":
        session.ask(f"DELETE FROM {SCHEMAS} WHERE (database_name, schema_name) = (?, ?)", place)
    else:
        session.ask(f"DELETE FROM {SCHEMAS} WHERE database_name = ?", place[:1])
    forget(session, place[0], place[1] or None)


def _note_relation(  # noqa: PLR0913, PLR0917  # what a note is made of
    session: Session,
    create: exp.Create,
    kind: str,
    name: tuple[str, str, str],
    text: str,
    said: dict[str, Any],
) -> None:
    if create.args.get("exists") and session.has_note(kind, name):
        return
    now = datetime.datetime.now(datetime.UTC).isoformat()
    noted = {"created": now, "owner": session.role, **said}
    if kind == "VIEW":
        noted["text"] = text
    keeps = create.find(exp.CopyGrantsProperty) is not None
    granted.follow_creation(session, kind, name, keeps=keeps)
    place = exp.table_(name[2], name[1], name[0], quoted=True).sql("duckdb")
    value = exp.Literal.string(json.dumps(noted, ensure_ascii=False)).sql("duckdb")
    session.duckdb.execute(f"COMMENT ON {kind} {place} IS {value}")
    if kind == "VIEW":
        _note_columns(session, create, name)


def _note_columns(session: Session, view: exp.Create, name: tuple[str, str, str]) -> None:
    """Keep the comments that a view gives to its columns."""
    for comment in view.this.find_all(exp.CommentColumnConstraint):
        column = comment.find_ancestor(exp.ColumnDef)
        if isinstance(column, exp.ColumnDef):
            place = exp.column(
                session.full_name(exp.Table(this=column.this))[2], *name[::-1], quoted=True
            )
            text = exp.Literal.string(comment.this.name).sql("duckdb")
            session.duckdb.execute(f"COMMENT ON COLUMN {place.sql('duckdb')} IS {text}")
