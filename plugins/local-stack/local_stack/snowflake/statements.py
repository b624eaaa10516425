"""A statement's way: from its text to what runs it. Every failure is an error of the connector."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
from sqlglot import Expr, exp

from local_stack.snowflake import (
    batches,
    bindings,
    catalog,
    column_names,
    context,
    declared,
    definitions,
    execution,
    identifiers,
    information_schema,
    messages,
    names,
    notes,
    refusals,
    session_commands,
    show,
    stage_commands,
    syntax,
    table_functions,
    unparsed,
    user_functions,
)
from local_stack.snowflake.adapter import Cursor, Query, type_id
from local_stack.snowflake.errors import lacks_a_cast
from local_stack.snowflake.failed import Failed
from local_stack.snowflake.history import Statement
from local_stack.snowflake.results import Result
from local_stack.snowflake.session import USER, Session


def run(session: Session, cursor: Cursor, query: Query) -> None:
    """Run a statement; its result is the cursor's."""
    with session.statement():
        session.text = query.text
        known = _known(session, cursor, query)
        session.history.add(known)
        statement: Expr | None = None
        try:
            syntax.check_is_statement(query.text)
            statement = None if (fixed := unparsed.fixed(query.text)) else _read(query)
            kind = type_id(statement) if statement else 0
            if fixed:
                fixed(session, cursor)
            elif statement:
                _run_in_memory(session, cursor, query, statement)
        except Exception as error:
            failure = messages.translated(error, Failed(session, query.text, statement))
            known.end("UNKNOWN", None, (str(failure.errno), str(failure.raw_msg)))
            session.queries.append(cursor.query_id)
            raise failure from error
        cursor.result = Result(
            cursor.query_id,
            cursor.columns,
            cursor.table,
            kind,
            cursor.rowcount or 0,
            cursor.transfer,
            cursor.filled,
        )
        known.end(_kind(statement), cursor.rowcount)
        session.results[cursor.query_id] = cursor.result
        session.queries.append(cursor.query_id)


def _read(query: Query) -> Expr:
    statement = syntax.parse(query.text)
    column_names.give(statement, query.text)
    return statement


def _run_in_memory(session: Session, cursor: Cursor, query: Query, statement: Expr) -> None:
    """Run a statement beside others, and again alone, without a limit, if memory is too little."""
    try:
        with session.locks.memory.shared():
            _run(session, cursor, query, statement)
    except duckdb.OutOfMemoryException:
        with session.locks.memory.alone(session.duckdb):
            _run(session, cursor, query, _read(query))


def _run(session: Session, cursor: Cursor, query: Query, statement: Expr) -> None:
    """Run a statement, and once more with casts if DuckDB has no function for its operands."""
    try:
        with _kept_open(session):
            _dispatch(session, cursor, query, statement)
    except Exception as error:
        if not lacks_a_cast(error):
            raise
        try:
            with _kept_open(session):
                _dispatch(session, cursor, query, _read(query), with_casts=True)
        except Exception as again:
            said = error if lacks_a_cast(again) else again
            raise said from said.__cause__


@contextmanager
def _kept_open(session: Session) -> Iterator[None]:
    """Let an open transaction go on after an error, which ends DuckDB's."""
    try:
        yield
    except Exception:
        if session.in_transaction:
            session.written.write_again(session.duckdb)
        raise


def _dispatch(
    session: Session, cursor: Cursor, query: Query, statement: Expr, *, with_casts: bool = False
) -> None:
    session.put_in_variables(statement)
    session.ignore_case(statement)
    bindings.name_objects(statement, query.params)
    cursor.name_objects(statement)
    if session_commands.run(session, cursor, statement):
        if not cursor.has_result:
            cursor.succeed()
        return
    if user_functions.run(session, cursor, statement):
        return
    refusals.check(session, statement, query.text)
    if isinstance(statement, exp.Show):
        show.run(session, cursor, statement)
    elif catalog.run(session, cursor, statement):
        notes.note(session, statement, query.text)
    elif not stage_commands.run(session, cursor, statement):
        information_schema.place(session, statement)
        context.place(session, statement)
        names.check_functions(statement)
        identifiers.check(session, statement)
        context.place_sequences(session, statement)
        table_functions.place(session, statement)
        definitions.place(session, statement)
        if query.describes:
            execution.describe(session, cursor, statement)
            return
        said = declared.of(session, statement)
        with batches.inserted(session, query, statement) as insert:
            execution.run(session, cursor, insert, query.params, with_casts=with_casts)
        notes.note(session, statement, query.text, said)


def _known(session: Session, cursor: Cursor, query: Query) -> Statement:
    return Statement(
        query_id=cursor.query_id,
        text=query.text,
        session=session.number,
        user=USER,
        role=session.role,
        warehouse=session.warehouse,
        database=session.database,
        schema=session.schema,
        tag=session.parameters["QUERY_TAG"],
        started=datetime.datetime.now(datetime.UTC),
    )


def _kind(statement: Expr | None) -> str:
    """Return what QUERY_HISTORY calls a statement."""
    if statement is None:
        return "UNKNOWN"
    if isinstance(statement, exp.Query):
        return "SELECT"
    kind = statement.args.get("kind")
    verb = statement.name if isinstance(statement, exp.Command) else statement.key
    return f"{verb} {kind}".upper() if isinstance(kind, str) else verb.upper()
