"""What a table's definition says and DuckDB does not keep: keys, and types and defaults as written.

It is part of the table's note, which goes where the table goes. Nothing is enforced but that a
primary key's columns are not NULL. https://docs.snowflake.com/en/sql-reference/constraints-overview
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from snowflake.connector.errors import ProgrammingError
from sqlglot import Expr, exp

from local_stack.snowflake.adapter import Cursor
from local_stack.snowflake.locks import TableName
from local_stack.snowflake.session import Session

Key = dict[str, Any]
# Those that are JSON, or another type, in DuckDB.
_TYPES = {
    exp.DType.ARRAY: "ARRAY",
    exp.DType.OBJECT: "OBJECT",
    exp.DType.TIMESTAMPLTZ: "TIMESTAMP_LTZ(9)",
}


def of(session: Session, statement: Expr) -> dict[str, Any]:
    """Return what CREATE TABLE says of its columns and keys, or ALTER TABLE of new columns."""
    if isinstance(statement, exp.Alter):
        new = (a for a in statement.args.get("actions") or () if isinstance(a, exp.ColumnDef))
        return {"columns": {column.name.upper(): _column(column) for column in new}}
    if not isinstance(statement, exp.Create) or statement.kind != "TABLE":
        return {}
    like = statement.find(exp.LikeProperty)
    clone = statement.args.get("clone")
    source = clone.this if clone else like and like.this
    if isinstance(source, exp.Table):
        kept = noted(session, session.full_name(source))
        return {part: kept[part] for part in ("columns", "keys") if part in kept}
    parts = statement.this.expressions if isinstance(statement.this, exp.Schema) else []
    columns = {c.name.upper(): _column(c) for c in parts if isinstance(c, exp.ColumnDef)}
    options = statement.args.get("properties")
    tracks = any(
        isinstance(option, exp.Property)
        and option.name.upper() == "CHANGE_TRACKING"
        and option.args["value"].sql().upper() == "TRUE"
        for option in (options.expressions if options else ())
    )
    return {
        "columns": {name: said for name, said in columns.items() if said},
        "keys": [key for part in parts for key in _keys(session, part)],
        **({"change_tracking": "ON"} if tracks else {}),
    }


def noted(session: Session, table: TableName) -> dict[str, Any]:
    """Return a table's note."""
    found = session.ask(
        "SELECT comment FROM duckdb_tables() WHERE (database_name, schema_name, table_name) "
        "= (?, ?, ?)",
        table,
    )
    return dict(json.loads(found[0][0])) if found and found[0][0] else {}


def keep(session: Session, table: TableName, note: dict[str, Any]) -> None:
    """Keep a table's note."""
    value = exp.Literal.string(json.dumps(note, ensure_ascii=False)).sql("duckdb")
    session.duckdb.execute(f"COMMENT ON TABLE {session.place(table)} IS {value}")


def alter(session: Session, cursor: Cursor, statement: exp.Alter) -> bool:
    """Add or drop a table's keys; False if the statement does something else."""
    actions = statement.args.get("actions") or []
    table = session.full_name(statement.this)
    added = [part for a in actions if isinstance(a, exp.AddConstraint) for part in a.expressions]
    dropped = [_dropped(action) for action in actions]
    if not added and not any(dropped):
        return False
    note = noted(session, table)
    if not note and not session.table_exists(table):
        return False
    keys: list[Key] = note.get("keys", [])
    for key in (key for part in added for key in _keys(session, part)):
        keys.append(key)
        for column in key["columns"] if key["kind"] == "PRIMARY KEY" else ():
            name = exp.to_identifier(column, quoted=True).sql("duckdb")
            place = session.place(table)
            session.duckdb.execute(f"ALTER TABLE {place} ALTER COLUMN {name} SET NOT NULL")
    for gone in filter(None, dropped):
        left = [key for key in keys if gone not in (key["kind"], key["name"])]
        if len(left) == len(keys):
            raise ProgrammingError(
                msg=f"SQL compilation error:\nConstraint '{gone}' does not exist in table "
                f"'{table[2]}'.",
                errno=2003,
                sqlstate="02000",
            )
        keys = left
    keep(session, table, {**note, "keys": keys})
    cursor.succeed()
    return True


def follow(session: Session, statement: exp.Alter, said: dict[str, Any]) -> None:
    """Let what is kept of columns follow their new names, and keep what is said of new ones."""
    table = session.full_name(statement.this)
    for action in statement.args.get("actions") or ():
        if isinstance(action, exp.AlterRename):
            return
        note = noted(session, table)
        columns, keys = note.get("columns", {}), note.get("keys", [])
        if isinstance(action, exp.RenameColumn):
            old, new = action.this.name.upper(), action.args["to"].name.upper()
            if old in columns:
                columns[new] = columns.pop(old)
            for key in keys:
                key["columns"] = [new if column == old else column for column in key["columns"]]
        elif isinstance(action, exp.ColumnDef) and said["columns"].get(action.name.upper()):
            columns[action.name.upper()] = said["columns"][action.name.upper()]
        else:
            continue
        keep(session, table, {**note, "columns": columns, "keys": keys})


def all_keys(session: Session) -> Iterator[tuple[TableName, Key]]:
    """Yield every table's keys."""
    rows = session.ask(
        "SELECT database_name, schema_name, table_name, comment FROM duckdb_tables() "
        "WHERE comment LIKE '%\"keys\": [{%' ORDER BY 1, 2, 3"
    )
    for catalog, schema, name, comment in rows:
        for key in json.loads(comment)["keys"]:
            yield (catalog, schema, name), key


def _column(column: exp.ColumnDef) -> dict[str, str]:
    """Return a column's type and default where DuckDB has them otherwise."""
    said = {}
    if column.kind and column.kind.this in _TYPES:
        said["type"] = _TYPES[column.kind.this]
    for constraint in column.args.get("constraints") or ():
        kind = constraint.kind
        if isinstance(kind, exp.DefaultColumnConstraint):
            said["default"] = kind.this.sql("snowflake")
        if isinstance(kind, exp.AutoIncrementColumnConstraint):
            said["identity"] = "START 1 INCREMENT 1 NOORDER"
        if isinstance(kind, exp.GeneratedAsIdentityColumnConstraint):
            start, step = (kind.args.get(part) for part in ("start", "increment"))
            said["identity"] = (
                f"START {start.name if start else 1} INCREMENT {step.name if step else 1} NOORDER"
            )
    return said


def _keys(session: Session, part: Expr) -> Iterator[Key]:
    """Yield the keys in a part of a definition: a column, or a constraint."""
    if isinstance(part, exp.Constraint):
        for inner in part.expressions:
            for key in _keys(session, inner):
                yield {**key, "name": part.name.upper()}
    elif isinstance(part, exp.PrimaryKey):
        yield _key("PRIMARY KEY", part.expressions)
    elif isinstance(part, exp.UniqueColumnConstraint) and isinstance(part.this, exp.Schema):
        yield _key("UNIQUE", part.this.expressions)
    elif isinstance(part, exp.ForeignKey):
        yield {
            **_key("FOREIGN KEY", part.expressions),
            **_target(session, part.args["reference"]),
        }
    elif isinstance(part, exp.ColumnDef):
        for constraint in part.args.get("constraints") or ():
            named = constraint.args.get("this")
            name = {"name": named.name.upper()} if isinstance(named, exp.Identifier) else {}
            if isinstance(constraint.kind, exp.PrimaryKeyColumnConstraint):
                yield {**_key("PRIMARY KEY", [part]), **name}
            elif isinstance(constraint.kind, exp.UniqueColumnConstraint):
                yield {**_key("UNIQUE", [part]), **name}
            elif isinstance(constraint.kind, exp.Reference):
                target = _target(session, constraint.kind)
                yield {**_key("FOREIGN KEY", [part]), **target, **name}


def _key(kind: str, columns: list[Expr]) -> Key:
    names = [c.this.name if isinstance(c, exp.Ordered) else c.name for c in columns]
    name = f"SYS_CONSTRAINT_{uuid4()}"
    return {"kind": kind, "name": name, "columns": [column.upper() for column in names]}


def _target(session: Session, reference: Expr) -> Key:
    target = reference.this
    table = target.this if isinstance(target, exp.Schema) else target
    columns = target.expressions if isinstance(target, exp.Schema) else []
    return {"table": session.full_name(table), "of": [c.name.upper() for c in columns]}


def _dropped(action: Expr) -> str | None:
    """Return the key, or the kind of key, that ALTER TABLE drops; None if it drops none."""
    if isinstance(action, exp.Drop) and str(action.args.get("kind")).upper() == "CONSTRAINT":
        tables = action.args.get("tables") or [action.this]
        return str(tables[0].name).upper()
    if isinstance(action, exp.Command) and action.name.upper() == "DROP":
        words = action.text("expression").upper().split()
        if words[:2] == ["PRIMARY", "KEY"]:
            return "PRIMARY KEY"
    return None
