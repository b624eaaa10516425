"""GET_DDL: the statement that would make an object again.

https://docs.snowflake.com/en/sql-reference/functions/get_ddl
"""

from __future__ import annotations

import json
from collections.abc import Callable

from sqlglot import Expr, exp, parse_one, to_table

from local_stack.snowflake import declared, rewrites, user_functions
from local_stack.snowflake.errors import missing, unsupported
from local_stack.snowflake.locks import TableName
from local_stack.snowflake.session import Session


def place(session: Session, statement: Expr) -> None:
    """Put the text in the place of the function."""
    for node in list(statement.find_all(exp.Anonymous)):
        if node.name.upper() != "GET_DDL":
            continue
        kind, name, *rest = (argument.name for argument in node.expressions)
        if rest:
            raise unsupported("GET_DDL with names in full")
        node.replace(exp.Literal.string(_definition(session, kind.upper(), name)))


def _definition(session: Session, kind: str, text: str) -> str:
    makers: dict[str, Callable[[Session, TableName], str | None]] = {
        "TABLE": _table,
        "VIEW": _view,
        "SEQUENCE": _sequence,
    }
    if kind == "FUNCTION":
        return _function(session, text)
    if kind not in makers:
        raise unsupported(f"GET_DDL of a {kind}")
    name = session.full_name(to_table(text, dialect="snowflake"))
    definition = makers[kind](session, name)
    if definition is None and kind == "TABLE":
        definition = _view(session, name)
    if definition is None:
        raise missing(kind.capitalize(), ".".join(name))
    return definition


def copied_table(session: Session, create: Expr) -> tuple[exp.Create, exp.Insert | None] | None:
    """Return CREATE TABLE … LIKE, or CLONE, as the table's definition and what fills it.

    Returns None for any other statement.
    """
    if not isinstance(create, exp.Create) or create.kind != "TABLE":
        return None
    clone = create.args.get("clone")
    like = create.find(exp.LikeProperty)
    source = clone.this if clone else like and like.this
    if not isinstance(source, exp.Table) or session.is_temporary(source):
        return None
    name = session.full_name(source)
    if (text := _table(session, name, as_written=False)) is None:
        raise missing("Object", ".".join(name))
    table = rewrites.as_on_an_account(parse_one(text, read="snowflake"))
    assert isinstance(table, exp.Create)  # noqa: S101  # as it is written above
    target = create.this.this if isinstance(create.this, exp.Schema) else create.this
    table.this.set("this", target.copy())
    for part in ("replace", "exists"):
        table.set(part, create.args.get(part))
    others = [
        p for p in (create.args.get("properties") or exp.Properties()).expressions if p != like
    ]
    if others:
        table.set("properties", exp.Properties(expressions=[p.copy() for p in others]))
    if not clone:
        return table, None
    rows = exp.select("*").from_(source.copy())
    return table, exp.Insert(this=target.copy(), expression=rows)


def _identifier(name: str) -> str:
    is_plain = name.isidentifier() and name == name.upper()
    return name if is_plain else f'"{name}"'


def _key(key: declared.Key) -> str:
    name = key["name"]
    named = "" if name.startswith("SYS_CONSTRAINT_") else f"constraint {_identifier(name)} "
    columns = ", ".join(map(_identifier, key["columns"]))
    line = f"\t{named}{key['kind'].lower()} ({columns})"
    if "table" in key:
        of = f"({', '.join(map(_identifier, key['of']))})" if key["of"] else ""
        line += f" references {'.'.join(map(_identifier, key['table']))}{of}"
    return line


def _table(session: Session, name: TableName, as_written: bool = True) -> str | None:
    if not session.ask(
        "SELECT 1 FROM duckdb_tables() WHERE (database_name, schema_name, table_name) = (?, ?, ?)",
        name,
    ):
        return None
    note = declared.noted(session, name) if as_written else {}
    columns = []
    for column in session.described(name):
        said = note.get("columns", {}).get(column.name, {})
        line = f"\t{_identifier(column.name)} {said.get('type', column.type)}"
        if not column.is_nullable:
            line += " NOT NULL"
        default = said.get("default", column.default)
        if identity := said.get("identity"):
            line += f" autoincrement {identity.lower()}"
        elif default is not None:
            line += f" DEFAULT {default}"
        columns.append(line)
    body = ",\n".join([*columns, *map(_key, note.get("keys", []))])
    return f"create or replace TABLE {_identifier(name[2])} (\n{body}\n);"


def _view(session: Session, name: TableName) -> str | None:
    found = session.ask(
        "SELECT comment, sql FROM duckdb_views() "
        "WHERE (database_name, schema_name, view_name) = (?, ?, ?)",
        name,
    )
    if not found:
        return None
    [(note, sql)] = found
    text = str(json.loads(note)["text"] if note else sql).strip().rstrip(";")
    return f"{text};"


def _sequence(session: Session, name: TableName) -> str | None:
    found = session.ask(
        "SELECT start_value, increment_by FROM duckdb_sequences() "
        "WHERE (database_name, schema_name, sequence_name) = (?, ?, ?)",
        name,
    )
    if not found:
        return None
    [(start, step)] = found
    return (
        f"create or replace sequence {_identifier(name[2])} start with {start} "
        f"increment by {step} noorder;"
    )


def _function(session: Session, text: str) -> str:
    written, _, kinds = text.partition("(")
    name = session.full_name(to_table(written.strip(), dialect="snowflake"))
    wanted = [
        user_functions.type_name(exp.DataType.build(kind, dialect="snowflake"))
        for kind in kinds.rstrip(") ").split(",")
        if kind.strip()
    ]
    for function in user_functions.known(session, name):
        if function["arguments"] == f"({', '.join(wanted)})":
            return user_functions.definition(name, function)
    raise missing("Function", text)
