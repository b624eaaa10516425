"""What is refused of a table: keys and values that have no place in Snowflake."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from driva_tap_postgres.source import Filter, SourceTable


class UnrepresentableError(Exception):
    """A row of the source cannot get to Snowflake as it is."""


def check_replication_key(source: SourceTable, key: sa.Column[Any]) -> None:
    """Raise an UnrepresentableError if a row has no replication key."""
    if not key.nullable:
        return
    without = sa.select(sa.literal(1)).where(*source.clauses, key.is_(None)).limit(1)
    if source.ask(without):
        raise UnrepresentableError(
            f"{source.name}.{key.name} is NULL in a row, which incremental "
            "runs never read: mend the row, leave it out with `custom_where_clauses` in "
            "`stream_options`, or choose another replication key."
        )


def check_declared_key(source: SourceTable, begin: Sequence[Filter]) -> None:
    """Raise an UnrepresentableError if rows share a key that is not the table's own.

    Args:
        source: the table.
        begin: the filter of those rows that may share it.
    """
    key = [source.table.columns[name] for name in source.key]
    shared = sa.or_(sa.func.count() > 1, *(column.is_(None) for column in key))
    rows = sa.select(*key).where(*source.clauses, *begin)
    for row in source.ask(rows.group_by(*key).having(shared).limit(1)):
        raise UnrepresentableError(
            f"{source.name} has more than one row, or a NULL, with {_named(source, row)}, so "
            "`table-key-properties` in `metadata` does not tell its rows apart: declare other "
            "columns, or `replication-method: FULL_TABLE`."
        )


def refused(source: SourceTable) -> sa.ColumnElement[bool] | None:
    """Return the test for rows with a value that Snowflake does not have; None if none may."""
    tests = _suspects(source).values()
    return sa.or_(*tests) if tests else None


def _suspects(source: SourceTable) -> dict[str, sa.ColumnElement[bool]]:
    columns, types = source.table.columns, source.types
    return {name: kind.refused(columns[name]) for name, kind in types.items() if kind.refused}


def check_values(source: SourceTable, query: sa.Select[Any]) -> None:
    """Raise an UnrepresentableError if a row has a value that Snowflake's type does not."""
    columns = source.table.columns
    suspects = _suspects(source)
    if not suspects:
        return
    found_in = [(test, sa.literal(name, sa.Text())) for name, test in suspects.items()]
    found = [(test, sa.cast(columns[name], sa.Text)) for name, test in suspects.items()]
    keys = [columns[key] for key in source.key]
    statement = (
        query.with_only_columns(sa.case(*found_in), sa.case(*found), *keys)
        .where(sa.or_(*suspects.values()))
        .order_by(None)
        .limit(1)
    )
    for column, value, *key in source.ask(statement):
        raise _unrepresentable(source, f"{column} is {value}", key)


def check_encoding(source: SourceTable) -> None:
    """Raise an UnrepresentableError if a text is not UTF-8, as none need be in SQL_ASCII."""
    columns = source.table.columns
    texts = {column.name: sa.cast(column, sa.Text) for column in columns}
    keys = [columns[key] for key in source.key]
    suspects = (
        sa.select(*keys, *(sa.func.convert_to(text, "SQL_ASCII") for text in texts.values()))
        .where(sa.func.current_setting("server_encoding") == "SQL_ASCII", *source.clauses)
        .where(sa.or_(*(text.regexp_match(r"[^\x01-\x7f]") for text in texts.values())))
    )
    with source.connect() as connection:
        for row in connection.execute(suspects):
            for name, value in zip(texts, row[len(keys) :], strict=True):
                try:
                    bytes(value or b"").decode()
                except UnicodeDecodeError as error:
                    what = f"{name} is not UTF-8 but {bytes(value)!r}"
                    raise _unrepresentable(source, what, row[: len(keys)]) from error


def _unrepresentable(source: SourceTable, what: str, key: Iterable[Any]) -> UnrepresentableError:
    named = _named(source, key)
    which = f"the row with {named}" if named else "a row"
    return UnrepresentableError(
        f"{source.name}.{what} in {which}, which has no place in Snowflake: mend "
        "the row, or leave it out with `custom_where_clauses` in `stream_options`."
    )


def _named(source: SourceTable, key: Iterable[Any]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in zip(source.key, key, strict=True))
