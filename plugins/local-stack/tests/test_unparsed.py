"""Statements that are known by their text."""

from __future__ import annotations

import pytest
from conftest import Client
from local_stack.snowflake import unparsed
from snowflake.connector.errors import ProgrammingError


@pytest.mark.parametrize(
    ("sql", "table", "comments"),
    [
        ("alter table S.T alter A comment $$it's$$", "S.T", [("A", "it's")]),
        (
            "ALTER TABLE D.S.\"t u\" MODIFY COLUMN \"a b\" COMMENT 'x', B COMMENT 'd''água'",
            'D.S."t u"',
            [("a b", "x"), ("B", "d'água")],
        ),
        ("alter table T alter A set data type int", None, None),
        ("alter table T add column A int comment 'x'", None, None),
        ("comment on table T is 'x'", None, None),
    ],
)
def test_comments_on_columns(
    sql: str, table: str | None, comments: list[tuple[str, str]] | None
) -> None:
    found = unparsed.column_comments(sql)
    assert (found and (found[0].sql("snowflake"), found[1])) == (table and (table, comments))


@pytest.mark.parametrize(
    ("sql", "answer"),
    [
        ("select system$cancel_all_queries(1)", [("query cancelled.",)]),
        ("select system$abort_session(1)", [("query cancelled.",)]),
    ],
)
def test_a_fixed_answer(run: Client, sql: str, answer: list[tuple[str]]) -> None:
    assert run(sql) == answer


@pytest.mark.parametrize(
    "sql",
    [
        "create or replace masking policy P as (V string) returns string -> V",
        "alter table T modify column A set masking policy P",
        "create row access policy if not exists P as (V number) returns boolean -> true",
        "-- why\n/* and what */ drop tag T",
    ],
)
def test_what_changes_nothing(sql: str) -> None:
    assert unparsed.changes_nothing(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "select 1",
        "use schema S",
        "create table ROLE_T (A int)",
        "alter session set autocommit = false",
        "remove @~/a",
        "alter table T cluster by (A)",
        "show user functions like '%'",
    ],
)
def test_what_changes_something(sql: str) -> None:
    assert not unparsed.changes_nothing(sql)


@pytest.mark.parametrize("sql", ["call system$wait(1)", "execute immediate 'select 1'"])
def test_what_is_not_supported_is_said(run: Client, sql: str) -> None:
    with pytest.raises(ProgrammingError, match="does not support this statement"):
        run(sql)
