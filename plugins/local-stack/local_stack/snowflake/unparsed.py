"""Statements that are known by their text: sqlglot does not read them, or nothing here changes."""

from __future__ import annotations

import re

from sqlglot import Expr, exp

from local_stack.snowflake.errors import unsupported

# Objects of an account that have no counterpart here. Statements about them succeed and change
# nothing: everyone may do everything, and there is one warehouse, which never sleeps.
_ACCOUNT_OBJECTS = (
    "warehouse|role|user|resource monitor|integration|network policy|masking policy|tag"
)
_ACCOUNT_STATEMENT = re.compile(
    rf"(create|alter|drop)\s+(or\s+replace\s+)?({_ACCOUNT_OBJECTS})\b"
    r"|(grant|revoke)\s"
    r"|alter\s+(table|view)\s+\S+\s+(modify|alter)\s+(column\s+)?\S+\s+(un)?set\s+(tag|masking)\b"
    r"|use\s+(role|warehouse|secondary\s+roles)\b",
    re.IGNORECASE,
)
# Session parameters that change no result here.
_INERT_PARAMETERS = re.compile(
    r"QUERY_TAG|.*TIMEOUT.*|CLIENT_.*|PYTHON_.*|ABORT_DETACHED_QUERY|QUOTED_IDENTIFIERS_IGNORE_CASE",
    re.IGNORECASE,
)
_COLUMN_COMMENTS = re.compile(
    r"\s*alter\s+table\s+(?P<table>(\"[^\"]+\"|[^\s\"])+)\s+(alter|modify)\s+(column\s+)?"
    r"(?P<columns>(\"[^\"]+\"|\w+)\s+comment\b.*)",
    re.IGNORECASE | re.DOTALL,
)
_COLUMN_COMMENT = re.compile(
    r"(\"[^\"]+\"|\w+)\s+comment\s+(?:\$\$(.*?)\$\$|'((?:[^']|'')*)')", re.IGNORECASE | re.DOTALL
)
# Parsed as exp.Command, which DuckDB would get as it stands.
_COMMANDS_LEFT_TO_FAKESNOW = re.compile(r"alter\s+table|show\s+user\s+functions", re.IGNORECASE)


def column_comments(statement: str) -> tuple[exp.Table, list[tuple[str, str]]] | None:
    """Read `ALTER TABLE t ALTER "A" COMMENT $$…$$, …`, which sqlglot does not; None if it is none.

    Returns:
        The table, and its columns with their comments.
    """
    match = _COLUMN_COMMENTS.match(statement)
    if not match:
        return None
    found = _COLUMN_COMMENT.findall(match["columns"])
    comments = [
        (column.strip('"'), dollars or quoted.replace("''", "'"))
        for column, dollars, quoted in found
    ]
    return exp.to_table(match["table"], dialect="snowflake"), comments


def fixed_answer(statement: str) -> tuple[list[str], list[tuple[str]]] | None:
    """Return the columns and rows of a statement that is always answered alike; None if it is none.

    There are no privileges here, and what an interrupted client runs ends by itself.
    """
    if re.match(r"\s*show\s+grants\b", statement, re.IGNORECASE):
        return ["privilege", "granted_to", "grantee_name"], []
    if re.match(r"\s*select\s+system\$(cancel|abort)_", statement, re.IGNORECASE):
        return ["status"], [("query cancelled.",)]
    return None


def changes_nothing(statement: str, expression: Expr) -> bool:
    """Tell whether a statement is accepted without effect.

    Raises:
        ProgrammingError: a statement, or a session parameter, that is not supported.
    """
    statement = re.sub(r"^(\s|--[^\n]*\n|/\*.*?\*/)+", "", statement, flags=re.DOTALL)
    if _ACCOUNT_STATEMENT.match(statement):
        return True
    if isinstance(expression, exp.Alter) and expression.args.get("kind") == "SESSION":
        names = [item.find(exp.Identifier) for item in expression.find_all(exp.SetItem)]
        parameters = [name.name for name in names if name]
        if parameters and all(_INERT_PARAMETERS.fullmatch(name) for name in parameters):
            return True
        if [name.upper() for name in parameters] == ["TIMEZONE"] and "UTC" in statement.upper():
            return True
    elif isinstance(expression, exp.Command) and not _COMMANDS_LEFT_TO_FAKESNOW.match(statement):
        verb = expression.name.upper()
        if verb not in ("REMOVE", "RM"):
            raise unsupported(f"this statement: {' '.join(statement.split())[:200]}")
    return False
