"""Functions that tell who and where a session is; they need no table, so they become values.

https://docs.snowflake.com/en/sql-reference/functions-context
"""

from __future__ import annotations

import json
from collections.abc import Callable

from sqlglot import Expr, exp

from local_stack.snowflake import account
from local_stack.snowflake.adapter import SERVER_VERSION
from local_stack.snowflake.session import ACCOUNT, USER, Session

_Answer = Callable[[Session, list[Expr]], str | int | bool | None]


def _earlier(session: Session, arguments: list[Expr]) -> str | None:
    """Return an earlier statement's id: the last one's, or counted back, or from the first."""
    position = int(arguments[0].sql()) if arguments else -1
    index = position if position < 0 else position - 1
    try:
        return session.queries[index]
    except IndexError:
        return None


def _has_role(session: Session, arguments: list[Expr]) -> bool:
    return arguments[0].name.upper() in account.active_roles(session)


_ANSWERS: dict[str, _Answer] = {
    "ALL_USER_NAMES": lambda *_: json.dumps([USER]),
    "CURRENT_ACCOUNT": lambda *_: ACCOUNT,
    "CURRENT_ACCOUNT_NAME": lambda *_: ACCOUNT,
    "CURRENT_AVAILABLE_ROLES": lambda session, _: json.dumps([*account.all_of(session, "ROLE")]),
    "CURRENT_CLIENT": lambda session, _: session.client,
    "CURRENT_DATABASE": lambda session, _: session.database,
    "CURRENT_IP_ADDRESS": lambda *_: "127.0.0.1",
    "CURRENT_ORGANIZATION_NAME": lambda *_: ACCOUNT,
    "CURRENT_ORGANIZATION_USER": lambda *_: None,
    "CURRENT_REGION": lambda *_: "LOCAL",
    "CURRENT_ROLE": lambda session, _: session.role,
    "CURRENT_ROLE_TYPE": lambda *_: "ROLE",
    "CURRENT_SCHEMA": lambda session, _: session.schema if session.schema_set else None,
    "CURRENT_SCHEMAS": lambda session, _: json.dumps(
        [f"{session.database}.{session.schema}"] if session.schema_set else []
    ),
    "CURRENT_SECONDARY_ROLES": lambda *_: json.dumps({"roles": "", "value": ""}),
    "CURRENT_SESSION": lambda session, _: str(session.number),
    "CURRENT_STATEMENT": lambda session, _: session.text,
    "CURRENT_TRANSACTION": lambda session, _: session.transaction,
    "CURRENT_USER": lambda *_: USER,
    "CURRENT_VERSION": lambda *_: SERVER_VERSION,
    "CURRENT_WAREHOUSE": lambda session, _: session.warehouse,
    "INVOKER_ROLE": lambda session, _: session.role,
    "INVOKER_SHARE": lambda *_: None,
    "IS_ROLE_IN_SESSION": _has_role,
    "LAST_QUERY_ID": _earlier,
    "LAST_TRANSACTION": lambda session, _: session.last_transaction,
    "SESSION_USER": lambda *_: USER,
}
_CLASSES = {
    kind: name
    for name in _ANSWERS
    if (kind := getattr(exp, "".join(part.capitalize() for part in name.split("_")), None))
}


def place_sequences(session: Session, statement: Expr) -> None:
    """Ask DuckDB for the next number of a sequence, by its name in full."""
    for column in list(statement.find_all(exp.Column)):
        if column.name.upper() != "NEXTVAL" or not column.table:
            continue
        parts = [part.copy() for part in column.parts[:-1]]
        table = exp.Table(**dict(zip(("this", "db", "catalog"), reversed(parts), strict=False)))
        catalog, schema, sequence = session.full_name(table)
        name = exp.table_(sequence, schema, catalog, quoted=True).sql("duckdb")
        next_one: Expr = exp.Anonymous(this="nextval", expressions=[exp.Literal.string(name)])
        if isinstance(column.parent, exp.Select) and column.arg_key == "expressions":
            next_one = exp.alias_(next_one, "NEXTVAL", quoted=True)
        column.replace(next_one)


def place(session: Session, statement: Expr) -> None:
    """Put values in the place of the functions."""
    for node in list(statement.walk()):
        if isinstance(node, exp.Anonymous):
            name = node.name.upper()
        elif not (name := _CLASSES.get(type(node), "")):
            continue
        if not (answer := _ANSWERS.get(name)):
            continue
        value = answer(session, node.expressions)
        literal = exp.convert(value)
        if name == "CURRENT_TRANSACTION" or value is None:
            literal = exp.cast(literal, "VARCHAR")
        node.replace(literal)
