"""Statements about the session itself: USE, SET, ALTER SESSION, and what SHOW tells of it."""

from __future__ import annotations

import re

from snowflake.connector.errors import ProgrammingError
from sqlglot import Expr, exp

from local_stack.snowflake import account
from local_stack.snowflake.adapter import Cursor
from local_stack.snowflake.errors import no_such_object, unsupported
from local_stack.snowflake.session import USER, Session
from local_stack.snowflake.words import is_like

_PARAMETERS = re.compile(
    r"\s*parameters(\s+like\s+'(?P<like>[^']*)')?"
    r"(\s+(in|for)\s+(?P<scope>session|account|user|database|schema|warehouse|table)\b.*)?\s*",
    re.IGNORECASE | re.DOTALL,
)
_VARIABLES = re.compile(r"\s*variables(\s+like\s+'(?P<like>[^']*)')?\s*", re.IGNORECASE)
_SHOWN = {
    "TRANSACTIONS": ["id", "user", "session", "name", "started_on", "state", "scope"],
    "LOCKS": ["resource", "type", "transaction", "transaction_started_on", "status", "query_id"],
}


def run(session: Session, cursor: Cursor, statement: Expr) -> bool:
    """Run a statement about the session; False if it is none."""
    match statement:
        case exp.Use():
            _use(session, statement)
        case exp.Alter() if statement.kind == "SESSION":
            _alter(session, statement)
        case exp.Set():
            _set(session, cursor, statement)
        case exp.Alias() if _word(statement.this) == "UNSET":
            session.unset_variable(statement.alias)
        case exp.Transaction() if session.in_transaction:
            pass  # one is open already
        case exp.Alias() if _word(statement.this) == "START" and (
            statement.alias.upper() == "TRANSACTION"
        ):
            if not session.in_transaction:
                cursor.run(exp.Transaction())
        case exp.Command() if statement.name.upper() == "SHOW":
            return _show(session, cursor, statement.text("expression"))
        case _:
            return False
    cursor.succeed()
    return True


def _word(node: Expr) -> str:
    return node.name.upper() if isinstance(node, exp.Column) else ""


def _use(session: Session, use: exp.Use) -> None:
    kind = str(use.args["kind"].name if isinstance(use.args.get("kind"), exp.Var) else "").upper()
    if use.args.get("kind") == "SECONDARY ROLES" or kind == "SECONDARY":
        return
    table = use.this
    name = session.full_name(table)
    if kind == "ROLE":
        if name[2] not in account.all_of(session, "ROLE"):
            raise ProgrammingError(
                msg=f"SQL execution error:\nRequested role '{name[2]}' is not assigned to the "
                "executing user. Specify another role to activate.",
                errno=3013,
                sqlstate="42501",
            )
        session.role = name[2]
    elif kind == "WAREHOUSE":
        if name[2] not in account.all_of(session, "WAREHOUSE"):
            raise no_such_object()
        session.warehouse = name[2]
    elif kind == "SCHEMA" or table.args.get("db"):
        if not name[0]:
            raise ProgrammingError(
                msg="Cannot perform USE SCHEMA. This session does not have a current database. "
                "Call 'USE DATABASE', or use a qualified name.",
                errno=90105,
                sqlstate="22000",
            )
        catalog = session.full_name(exp.table_(table.args["db"]))[2] if table.args.get("db") else ""
        session.use(catalog or str(session.database), name[2])
    elif not kind and session.database and session.has_schema(str(session.database), name[2]):
        session.use(str(session.database), name[2])
    else:
        session.use(name[2], None)


def _alter(session: Session, alter: exp.Alter) -> None:
    for action in alter.find_all(exp.AlterSession):
        for item in action.expressions:
            if action.args.get("unset"):
                session.set_parameter(item.name or item.this.name, None)
                continue
            equation = item.this
            value = equation.expression
            text = value.name if isinstance(value, exp.Literal | exp.Column) else value.sql()
            session.set_parameter(equation.this.name, text)


def _set(session: Session, cursor: Cursor, statement: exp.Set) -> None:
    for item in statement.expressions:
        equation = item.this
        target, value = equation.this, equation.expression
        names = target.expressions if isinstance(target, exp.Tuple) else [target]
        values = value.expressions if isinstance(value, exp.Tuple) else [value]
        for name, given in zip(names, values, strict=True):
            session.set_variable(name.name, cursor.value_of(given.unnest()))


def _show(session: Session, cursor: Cursor, what: str) -> bool:
    if match := _PARAMETERS.fullmatch(what):
        if (match["scope"] or "session").lower() not in ("session", "account", "user"):
            raise unsupported(f"SHOW {' '.join(what.split())}")
        names = ["key", "value", "default", "level", "description", "type"]
        rows = [row for row in session.parameters.rows() if is_like(row[0], match["like"])]
        cursor.answer(names, rows)
    elif match := _VARIABLES.fullmatch(what):
        cursor.answer(
            ["session_id", "name", "value", "type"],
            [
                (session.number, name, value.name, "text" if value.is_string else "fixed")
                for name, value in session.variable_values.items()
                if is_like(name, match["like"])
            ],
        )
    elif (kind := what.strip().split()[0].upper()) in _SHOWN:
        rows = []
        if kind == "TRANSACTIONS" and session.transaction:
            rows = [(str(session.transaction), USER, str(session.number), "", "", "running", "0")]
        cursor.answer(_SHOWN[kind], rows)
    else:
        return False
    return True
