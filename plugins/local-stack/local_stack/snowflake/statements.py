"""A statement's way: from its text to what runs it. Every failure is an error of the connector."""

from __future__ import annotations

from snowflake.connector.errors import Error
from sqlglot import exp

from local_stack.snowflake import catalog, execution, stage_commands, unparsed
from local_stack.snowflake.adapter import Cursor, MutableParams
from local_stack.snowflake.errors import explain, failure
from local_stack.snowflake.session import Session


def run(session: Session, cursor: Cursor, command: str, params: MutableParams | None) -> None:
    """Run a statement; its result is the cursor's."""
    with session.statement():
        try:
            _dispatch(session, cursor, command, params)
        except Error as error:
            explain(error)
            raise
        except Exception as error:
            raise failure(error, command) from error


def _dispatch(session: Session, cursor: Cursor, command: str, params: MutableParams | None) -> None:
    if answer := unparsed.fixed_answer(command):
        cursor.answer(*answer)
        return
    if comments := unparsed.column_comments(command):
        catalog.comment_on_columns(session, *comments)
        cursor.succeed()
        return
    statement = cursor.parse(command)
    if unparsed.changes_nothing(command, statement):
        cursor.succeed()
    elif isinstance(statement, exp.Drop) and catalog.drop(session, cursor, statement):
        pass
    elif not stage_commands.run(session, cursor, statement):
        execution.run(session, cursor, statement, params)
