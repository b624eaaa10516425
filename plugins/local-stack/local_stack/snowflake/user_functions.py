"""Functions of users in SQL: DuckDB's macros, and what DuckDB does not keep of them.

https://docs.snowflake.com/en/developer-guide/udf/sql/udf-sql-introduction
"""

from __future__ import annotations

import datetime
import json
import re
from typing import Any

from sqlglot import Expr, exp, parse_one

from local_stack.snowflake import rewrites
from local_stack.snowflake.adapter import Cursor
from local_stack.snowflake.errors import already_there, missing, unsupported
from local_stack.snowflake.locks import TableName
from local_stack.snowflake.session import Session

TABLE = "_fs_global._fs_information_schema._functions"
CREATION = f"""CREATE TABLE IF NOT EXISTS {TABLE} (
    database_name VARCHAR, schema_name VARCHAR, name VARCHAR, arguments VARCHAR, names JSON,
    returns VARCHAR, columns JSON, body VARCHAR, is_secure BOOLEAN, comment VARCHAR,
    created_on TIMESTAMPTZ, PRIMARY KEY (database_name, schema_name, name, arguments)
)"""
_KEPT = ("arguments", "names", "returns", "columns", "body")
_NAMED = "(database_name, schema_name, name) = (?, ?, ?)"
_COLUMNS = [
    *("created_on", "name", "schema_name", "is_builtin", "is_aggregate", "is_ansi"),
    *("min_num_arguments", "max_num_arguments", "arguments", "description", "catalog_name"),
    *("is_table_function", "valid_for_clustering", "is_secure", "secrets"),
    *("external_access_integrations", "is_external_function", "language", "is_memoizable"),
    "is_data_metric",
]
_SHOW = re.compile(
    r"\s*user\s+functions(\s+like\s+'(?P<like>[^']*)')?"
    r"(\s+in\s+(account|((?P<kind>schema|database)\s+)?(?P<scope>(\w+|\"[^\"]+\")(\.(\w+|\"[^\"]+\"))*)))?\s*",
    re.IGNORECASE,
)
_SECURE = re.compile(r"(or\s+replace\s+)?secure\s+function\b", re.IGNORECASE)


def run(session: Session, cursor: Cursor, statement: Expr) -> bool:
    """Run a statement about functions; False if it is none."""
    match statement:
        case exp.Create() if statement.kind in ("FUNCTION", "PROCEDURE"):
            _create(session, cursor, statement)
        case exp.Command() if statement.name.upper() == "CREATE" and _SECURE.match(
            statement.text("expression").strip()
        ):
            text = re.sub(r"\bsecure\b", "", statement.text("expression"), count=1, flags=re.I)
            _create(session, cursor, parse_one(f"create {text}", read="snowflake"))
        case exp.Drop() if statement.args["kind"] == "FUNCTION":
            _drop(session, cursor, statement)
        case exp.Describe() if str(statement.args.get("kind")).upper() == "FUNCTION":
            _describe(session, cursor, statement)
        case exp.Command() if statement.name.upper() == "SHOW" and (
            shown := _SHOW.fullmatch(_without_comment(statement.text("expression")))
        ):
            _show(session, cursor, shown)
        case _:
            return False
    return True


def known(session: Session, name: TableName) -> list[dict[str, Any]]:
    """Return what is kept of the functions of a name."""
    rows = session.ask(f"SELECT {', '.join(_KEPT)} FROM {TABLE} WHERE {_NAMED}", name)
    return [dict(zip(_KEPT, row, strict=True)) for row in rows]


def _create(session: Session, cursor: Cursor, create: Expr) -> None:
    if not isinstance(create, exp.Create) or create.kind != "FUNCTION":
        raise unsupported("stored procedures")
    properties = create.args.get("properties") or exp.Properties()
    language = properties.find(exp.LanguageProperty)
    if language and language.name.upper() != "SQL":
        raise unsupported(f"functions in {language.name.upper()}")
    returns = properties.find(exp.ReturnsProperty)
    signature = create.this
    name = session.full_name(signature.this)
    columns = signature.expressions
    kinds = [column.kind.sql("snowflake") for column in columns]
    arguments = f"({', '.join(type_name(column.kind) for column in columns)})"
    others = known(session, name)
    same = [other for other in others if other["arguments"] == arguments]
    if same and create.args.get("exists"):
        cursor.answer(["status"], [(f"{name[2]} already exists, statement succeeded.",)])
        return
    if same and not create.args.get("replace"):
        raise already_there(name[2])
    is_table = returns is not None and isinstance(returns.this, exp.Schema)
    comment = properties.find(exp.SchemaCommentProperty)
    new = {
        "arguments": arguments,
        "names": [column.name.upper() for column in columns],
        "kinds": kinds,
        "defaults": [_default(column) for column in columns],
        "returns": None if is_table or not returns else returns.this.sql("snowflake"),
        "columns": [(c.name.upper(), c.kind.sql("snowflake")) for c in returns.this.expressions]
        if is_table and returns
        else None,
        "body": create.expression.name,
    }
    kept = [_read(other) for other in others if other not in same]
    _define(session, cursor, name, [*kept, new])
    _forget(session, name, arguments)
    session.ask(
        f"INSERT INTO {TABLE} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            *(*name, arguments, json.dumps([new["names"], kinds, new["defaults"]])),
            *(new["returns"], new["columns"] and json.dumps(new["columns"]), new["body"]),
            *(False, comment.this.name if comment else "", datetime.datetime.now(datetime.UTC)),
        ],
    )
    cursor.answer(["status"], [(f"Function {name[2]} successfully created.",)])


def _forget(session: Session, name: TableName, arguments: str) -> None:
    session.ask(f"DELETE FROM {TABLE} WHERE {_NAMED} AND arguments = ?", [*name, arguments])


def _read(kept: dict[str, Any]) -> dict[str, Any]:
    names, kinds, *defaults = json.loads(kept["names"])
    columns = kept["columns"] and json.loads(kept["columns"])
    read = {**kept, "names": names, "kinds": kinds, "columns": columns}
    return {**read, "defaults": defaults[0] if defaults else [None] * len(names)}


def _default(column: exp.ColumnDef) -> str | None:
    """Return an argument's default.

    Raises:
        ProgrammingError: it has another constraint.
    """
    found = column.find(exp.DefaultColumnConstraint)
    if len(column.args.get("constraints") or ()) > (1 if found else 0):
        raise unsupported(f"constraints of the argument {column.name}")
    return found.this.sql("snowflake") if found else None


def _define(
    session: Session, cursor: Cursor, name: TableName, functions: list[dict[str, Any]]
) -> None:
    """Make DuckDB's macro of all functions of a name."""
    session.commit_before_definition()
    place = exp.table_(name[2], name[1], name[0], quoted=True).sql("duckdb")
    kinds = {"TABLE MACRO" if f["columns"] else "MACRO" for f in functions}
    if len(kinds) > 1:
        raise unsupported("a function and a table function of one name")
    if not functions:
        for kind in ("MACRO", "MACRO TABLE"):
            session.duckdb.execute(f"DROP {kind} IF EXISTS {place}")
        return
    bodies = ", ".join(_macro(cursor, function) for function in functions)
    session.duckdb.execute(f"CREATE OR REPLACE MACRO {place} {bodies}")


def _macro(cursor: Cursor, function: dict[str, Any]) -> str:
    body = parse_one(function["body"].strip().rstrip(";"), read="snowflake")
    arguments = dict(zip(function["names"], function["kinds"], strict=True))
    for column in list(body.find_all(exp.Column)):
        if not column.table and (kind := arguments.get(column.name.upper())):
            argument = exp.column(column.name.upper(), quoted=True)
            column.replace(exp.cast(argument, kind, dialect="snowflake"))
    if isinstance(body, exp.Column) and body.name.upper() in arguments:
        body = exp.cast(body, arguments[body.name.upper()], dialect="snowflake")
    if columns := function["columns"]:
        query: Expr = exp.select(
            *(
                exp.alias_(exp.cast(exp.column(c, "t"), k, dialect="snowflake"), c)
                for c, k in columns
            )
        ).from_(exp.alias_(exp.Subquery(this=body), "t", table=[c for c, _ in columns]))
    else:
        value = exp.Subquery(this=body) if isinstance(body, exp.Query) else exp.paren(body)
        query = exp.select(exp.cast(value, function["returns"], dialect="snowflake"))
    translated = cursor.translate(rewrites.as_on_an_account(query))
    sql = translated.sql("duckdb") if columns else f"({translated.expressions[0].sql('duckdb')})"
    named = ", ".join(
        exp.to_identifier(n, quoted=True).sql("duckdb")
        + (f" := {parse_one(d, read='snowflake').sql('duckdb')}" if d else "")
        for n, d in zip(function["names"], function["defaults"], strict=True)
    )
    return f"({named}) AS {'TABLE ' if columns else ''}{sql}"


def _drop(session: Session, cursor: Cursor, drop: exp.Drop) -> None:
    name = session.full_name(drop.args["tables"][0])
    arguments = f"({', '.join(map(type_name, drop.expressions))})"
    functions = known(session, name)
    left = [function for function in functions if function["arguments"] != arguments]
    if left == functions:
        if drop.args.get("exists"):
            cursor.answer(["status"], [(f"{name[2]} already dropped, statement succeeded.",)])
            return
        raise missing("Function", f"{'.'.join(name)}{arguments}")
    _define(session, cursor, name, [_read(function) for function in left])
    _forget(session, name, arguments)
    cursor.answer(["status"], [(f"{name[2]} successfully dropped.",)])


def _describe(session: Session, cursor: Cursor, describe: exp.Describe) -> None:
    signature = describe.this
    is_schema = isinstance(signature, exp.Schema)
    name = session.full_name(signature.this if is_schema else signature)
    kinds = [exp.DataType.build(k.name, dialect="snowflake") for k in signature.expressions]
    arguments = f"({', '.join(map(type_name, kinds))})"
    for function in known(session, name):
        if function["arguments"] == arguments:
            read = _read(function)
            pairs = zip(read["names"], read["kinds"], strict=True)
            signed = f"({', '.join(f'{n} {k}' for n, k in pairs)})"
            rows = {"signature": signed, "returns": _returns(read), "language": "SQL"}
            rows["body"] = function["body"]
            cursor.answer(["property", "value"], list(rows.items()))
            return
    raise missing("Function", f"{'.'.join(name)}{arguments}")


def _returns(function: dict[str, Any]) -> str:
    if columns := function["columns"]:
        return f"TABLE ({', '.join(f'{name} {kind}' for name, kind in columns)})"
    return type_name(exp.DataType.build(function["returns"], dialect="snowflake"))


def type_name(kind: exp.DataType) -> str:
    """Return a type as Snowflake tells functions apart by it: without its length."""
    if kind.this in exp.DataType.NUMERIC_TYPES:
        return "FLOAT" if kind.this in exp.DataType.FLOAT_TYPES else "NUMBER"
    if kind.this in exp.DataType.TEXT_TYPES:
        return "VARCHAR"
    return kind.sql("snowflake").partition("(")[0]


def definition(name: TableName, function: dict[str, Any]) -> str:
    """Return the statement that would make a function again."""
    read = _read(function)
    arguments = ", ".join(
        f'"{n}" {k}' + (f" DEFAULT {d}" if d else "")
        for n, k, d in zip(read["names"], read["kinds"], read["defaults"], strict=True)
    )
    return (
        f'CREATE OR REPLACE FUNCTION "{name[2]}"({arguments})\nRETURNS {_returns(read)}\n'
        f"LANGUAGE SQL\nAS '{function['body'].replace(chr(39), chr(39) * 2)}';"
    )


def _show(session: Session, cursor: Cursor, shown: re.Match[str]) -> None:
    parts = (shown["scope"] or "").split(".")
    scope = [part.strip('"') if '"' in part else part.upper() for part in parts]
    wanted: list[str | None] = [session.database, session.schema if session.schema_set else None]
    if (shown["kind"] or "").lower() == "database":
        wanted = [scope[-1], None]
    elif scope[-1]:
        wanted = [scope[0] if len(scope) > 1 else session.database, scope[-1]]
    rows = session.ask(
        f"SELECT created_on, database_name, schema_name, name, arguments, names, returns, "
        f"columns, is_secure, comment FROM {TABLE} WHERE name ILIKE ? "
        "AND database_name = coalesce(?, database_name) "
        "AND schema_name = coalesce(?, schema_name) ORDER BY name, arguments",
        [shown["like"] or "%", *wanted],
    )
    answers: list[tuple[Any, ...]] = []
    for created, database, schema, name, arguments, names, returns, columns, secure, text in rows:
        count = len(json.loads(names)[1])
        given = _read({"names": names, "columns": columns})["defaults"]
        read = {"columns": columns and json.loads(columns), "returns": returns}
        called = f"{name}{arguments} RETURN {_returns(read)}"
        answers.append(
            (
                *(created, name, schema, "N", "N", "N"),
                *(given.count(None), count, called),
                *(text or "user-defined function", database, "Y" if columns else "N", "N"),
                *("Y" if secure else "N", "", "", "N", "SQL", "N", "N"),
            )
        )
    cursor.answer(_COLUMNS, answers)


def _without_comment(text: str) -> str:
    return re.sub(r"/\*.*?\*/|--[^\n]*", " ", text, flags=re.DOTALL)
