"""Statements that are known by their text: sqlglot does not read them, or nothing here changes."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import exp

from local_stack.snowflake import account, catalog, grants
from local_stack.snowflake.adapter import Cursor
from local_stack.snowflake.session import Session

# Objects of an account that have no counterpart here: statements about them change nothing.
_ACCOUNT_STATEMENT = re.compile(
    r"(create|alter|drop)\s+(or\s+replace\s+)?((external\s+access\s+)?integration"
    r"|masking\s+policy|row\s+access\s+policy|tag)\b"
    r"|alter\s+(table|view)\s+\S+\s+(modify|alter)\s+(column\s+)?\S+\s+(un)?set\s+(tag|masking)\b",
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
_CANCEL = re.compile(
    r"\s*select\s+system\$(cancel_query|cancel_all_queries|abort_\w+)\s*\(\s*'?([\w-]*)'?\s*\)",
    re.IGNORECASE,
)
Answer = Callable[[Session, Cursor], None]


def fixed(statement: str) -> Answer | None:
    """Return what answers a statement that sqlglot does not read; None if there is nothing."""
    if comments := column_comments(statement):
        return lambda session, cursor: _comment(session, cursor, *comments)
    bare = _without_comments(statement)
    for about in (account, grants):
        if about.is_about(bare):
            return lambda session, cursor: about.run(session, cursor, bare)
    if changes_nothing(statement):
        return lambda _, cursor: cursor.succeed()
    if _CANCEL.match(statement):
        # What an interrupted client runs ends by itself.
        return lambda _, cursor: cursor.answer(["status"], [("query cancelled.",)])
    return None


def _comment(
    session: Session, cursor: Cursor, table: exp.Table, comments: list[tuple[str, str]]
) -> None:
    catalog.comment_on_columns(session, table, comments)
    cursor.succeed()


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


def changes_nothing(statement: str) -> bool:
    """Tell whether a statement is accepted without effect."""
    return _ACCOUNT_STATEMENT.match(_without_comments(statement)) is not None


def _without_comments(statement: str) -> str:
    """Return a statement without what stands before it."""
    return re.sub(r"^(\s|--[^\n]*\n|/\*.*?\*/)+", "", statement, flags=re.DOTALL)
