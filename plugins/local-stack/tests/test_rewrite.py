"""Rewrite rules: SQL in, SQL out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from local_stack.snowflake import merge, rewrite, unparsed
from local_stack.snowflake.catalog import check_new_type
from local_stack.snowflake.stage import user_stage_path
from snowflake.connector.errors import ProgrammingError
from sqlglot import Expr, exp, parse_one


def parsed(sql: str) -> Expr:
    """Return Snowflake's SQL as a tree."""
    return parse_one(sql, read="snowflake")


DECIMAL = "CAST(PRINTF('%.15g', {}) AS DECIMAL(38, 12))"
ZERO = "CASE WHEN B = 0 THEN ERROR('Division by zero') ELSE B END"
DAY = "CAST(NULL AS TIMESTAMP)"


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        # A quotient is rounded from 15 digits.
        (rewrite.exact_division, "ROUND(A / B, 2)", f"ROUND({DECIMAL.format('A / B')}, 2)"),
        (rewrite.exact_division, "ROUND(AVG(A), 2)", f"ROUND({DECIMAL.format('AVG(A)')}, 2)"),
        (
            rewrite.exact_division,
            "A / B::NUMBER(9, 2)",
            "A / CAST(B AS DECIMAL(9, 2))",
        ),
        (
            rewrite.exact_division,
            "CAST(A / B AS NUMBER(9, 2))",
            f"CAST({DECIMAL.format('A / B')} AS DECIMAL(9, 2))",
        ),
        (rewrite.exact_division, "CAST(A / B AS DOUBLE)", "CAST(A / B AS DOUBLE)"),
        (rewrite.exact_division, "ROUND(A * B, 2)", "ROUND(A * B, 2)"),
        (rewrite.exact_division, "A / B", "A / B"),
        # A divisor is not zero.
        (rewrite.checked_divisor, "A / B", f"A / {ZERO}"),
        (rewrite.checked_divisor, "A / 4", "A / 4"),
        (
            rewrite.checked_divisor,
            "A / 0",
            "A / CASE WHEN 0 = 0 THEN ERROR('Division by zero') ELSE 0 END",
        ),
        (rewrite.checked_divisor, "A * B", "A * B"),
        # A column is formatted by a pattern of dates.
        (rewrite.formatted_moment, "TO_CHAR(A)", "CAST(A AS TEXT)"),
        (
            rewrite.formatted_moment,
            "TO_CHAR(A, 'YYYY-MM')",
            "STRFTIME(CAST(A AS TIMESTAMP), '%Y-%m')",
        ),
        (
            rewrite.formatted_moment,
            "TO_CHAR(A + B, 'DD/MM/YYYY')",
            "STRFTIME(CAST(A + B AS TIMESTAMP), '%d/%m/%Y')",
        ),
    ],
)
def test_an_expression(rule: Callable[[Expr], Expr], before: str, after: str) -> None:
    changed = parsed(f"SELECT {before}").transform(rule)
    assert changed.sql("duckdb") == f"SELECT {after}"


@pytest.mark.parametrize("pattern", ["'999.99'", "B"])
def test_a_format_that_is_none_of_dates_is_refused(pattern: str) -> None:
    with pytest.raises(ProgrammingError, match="does not support the format of TO_CHAR"):
        rewrite.formatted_moment(parsed(f"SELECT TO_CHAR(A, {pattern})").expressions[0])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("A INT NOT NULL PRIMARY KEY, B INT UNIQUE", "A INT NOT NULL, B INT"),
        ("A INT, PRIMARY KEY (A)", "A INT"),
        ("A INT, CONSTRAINT C UNIQUE (A)", "A INT"),
        ("A INT REFERENCES U (A), FOREIGN KEY (A) REFERENCES U (A)", "A INT"),
        ("A INT DEFAULT 1 NOT NULL", "A INT DEFAULT 1 NOT NULL"),
    ],
)
def test_keys_are_not_enforced(before: str, after: str) -> None:
    created = parsed(f"CREATE TABLE T ({before})")
    created.transform(rewrite.unenforced, copy=False)
    assert created.sql("snowflake") == f"CREATE TABLE T ({after})"


@pytest.mark.parametrize(
    ("sql", "parts"),
    [
        (
            "CREATE OR REPLACE TABLE T (A INT NOT NULL) AS (SELECT 1 AS A)",
            ("CREATE OR REPLACE TABLE T (A INT NOT NULL)", "INSERT INTO T SELECT 1 AS A"),
        ),
        (
            "CREATE TABLE S.T (A INT) AS WITH C AS (SELECT 1 AS A) SELECT A FROM C",
            (
                "CREATE TABLE S.T (A INT)",
                "INSERT INTO S.T WITH C AS (SELECT 1 AS A) SELECT A FROM C",
            ),
        ),
        ("CREATE TABLE T AS SELECT 1 AS A", None),
        ("CREATE TABLE T (A INT)", None),
        ("CREATE VIEW V (A) AS SELECT 1", None),
        ("SELECT 1", None),
    ],
)
def test_a_contract_is_a_table_and_its_rows(sql: str, parts: tuple[str, str] | None) -> None:
    found = rewrite.contract_table(parsed(sql))
    assert (found and tuple(part.sql("snowflake") for part in found)) == parts


@pytest.mark.parametrize(
    ("sql", "table"),
    [
        ("INSERT INTO S.T (A) VALUES (1)", "S.T"),
        ("INSERT INTO T SELECT A FROM U", "T"),
        ("UPDATE T SET A = 1", "T"),
        ("DELETE FROM T WHERE A = 1", "T"),
        ("MERGE INTO T USING U ON T.A = U.A WHEN MATCHED THEN DELETE", "T"),
        ("COPY INTO T FROM (SELECT $1:a FROM '@~/a')", "T"),
        ("CREATE TABLE T (A INT)", "T"),
        ("CREATE TABLE T AS SELECT A FROM U", "T"),
        ("ALTER TABLE T ADD COLUMN A INT", "T"),
        ("DROP TABLE IF EXISTS S.T", "S.T"),
        ("TRUNCATE TABLE T", "T"),
        ("CREATE VIEW V AS SELECT A FROM T", None),
        ("DROP SCHEMA S", None),
        ("SELECT A FROM T", None),
    ],
)
def test_the_table_that_a_statement_changes(sql: str, table: str | None) -> None:
    written = rewrite.written_table(parsed(sql))
    assert (written.sql("snowflake") if written else None) == table


@pytest.mark.parametrize(
    ("sql", "commits"),
    [
        ("CREATE TABLE T (A INT)", True),
        ("DROP VIEW V", True),
        ("ALTER TABLE T ADD COLUMN A INT", True),
        ("TRUNCATE TABLE T", True),
        ("INSERT INTO T VALUES (1)", False),
        ("SELECT 1", False),
    ],
)
def test_a_definition_commits(sql: str, commits: bool) -> None:
    assert rewrite.is_definition(parsed(sql)) is commits


@pytest.mark.parametrize(
    ("sql", "types"),
    [
        ("ALTER TABLE T ALTER COLUMN A SET DATA TYPE NUMBER(9, 2)", {"A": "DECIMAL(9, 2)"}),
        ("ALTER TABLE T ALTER A TYPE TEXT", {"A": "VARCHAR"}),
        ("ALTER TABLE T ADD COLUMN A INT", {}),
        ("ALTER TABLE T RENAME COLUMN A TO B", {}),
        ("SELECT 1", {}),
    ],
)
def test_the_types_that_a_statement_changes(sql: str, types: dict[str, str]) -> None:
    found = rewrite.new_types(parsed(sql))
    assert {name: kind.sql("snowflake") for name, kind in found.items()} == types


@pytest.mark.parametrize(
    ("before", "after", "is_possible"),
    [
        ("number(10, 2)", "number(14, 2)", True),
        ("number(10, 2)", "number(8, 2)", True),
        ("number(10, 2)", "number(12, 4)", False),
        ("number(38, 0)", "int", True),
        ("int", "number(20, 5)", False),
        ("date", "timestamp_ntz", False),
        ("varchar(5)", "text", True),
        ("varchar(5)", "varchar(4)", False),
        ("number(38, 0)", "varchar", False),
        ("float", "number(38, 0)", False),
    ],
)
def test_a_type_changes_as_far_as_on_an_account(before: str, after: str, is_possible: bool) -> None:
    types = [exp.DataType.build(kind, dialect="snowflake") for kind in (before, after)]
    if is_possible:
        check_new_type("c%", *types)
    else:
        with pytest.raises(ProgrammingError, match="cannot change column c%"):
            check_new_type("c%", *types)


@pytest.mark.parametrize(
    ("whens", "native", "actions"),
    [
        (
            "WHEN MATCHED THEN UPDATE SET T.A = S.A",
            "WHEN MATCHED THEN UPDATE SET A = S.A",
            ["UPDATE"],
        ),
        (
            "WHEN NOT MATCHED THEN INSERT (T.ID, A) VALUES (ID, S.A) WHEN MATCHED THEN DELETE",
            "WHEN NOT MATCHED THEN INSERT (ID, A) VALUES (S.ID, S.A) WHEN MATCHED THEN DELETE",
            ["INSERT", "DELETE"],
        ),
        (
            "WHEN MATCHED AND S.A = 1 THEN DELETE WHEN MATCHED THEN UPDATE SET A = 2",
            "WHEN MATCHED AND S.A = 1 THEN DELETE WHEN MATCHED THEN UPDATE SET A = 2",
            ["UPDATE", "DELETE"],
        ),
    ],
)
def test_merge(whens: str, native: str, actions: list[str]) -> None:
    start = "MERGE INTO T USING (SELECT 1 AS ID, 1 AS A) AS S ON T.ID = S.ID "
    statement = parsed(start + whens)
    assert isinstance(statement, exp.Merge)
    assert merge.native_merge(statement).sql("snowflake") == start + native
    assert merge.actions(statement) == actions


@pytest.mark.parametrize(
    ("stage", "path"),
    [
        ("@~", ""),
        ("'@~'", ""),
        ("@~/a/b", "a/b"),
        ("'@~/a b/c.json'", "a b/c.json"),
        ("@S", None),
        ("'@~a'", None),
        ("T", None),
    ],
)
def test_the_user_stage(stage: str, path: str | None) -> None:
    assert user_stage_path(parsed(f"SELECT 1 FROM {stage}").args["from_"].this.this) == path


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
        ("show grants on S.V", (["privilege", "granted_to", "grantee_name"], [])),
        ("select system$cancel_all_queries(1)", (["status"], [("query cancelled.",)])),
        ("select system$abort_session(1)", (["status"], [("query cancelled.",)])),
        ("show tables", None),
        ("select 1", None),
    ],
)
def test_a_fixed_answer(sql: str, answer: tuple[list[str], list[tuple[str]]] | None) -> None:
    assert unparsed.fixed_answer(sql) == answer


@pytest.mark.parametrize(
    "sql",
    [
        "alter session set query_tag = 'test'",
        "alter session unset query_tag",
        "alter session set timezone = 'UTC'",
        "alter session set client_session_keep_alive = true",
        "create warehouse if not exists W warehouse_size = xsmall auto_suspend = 60",
        "alter warehouse W set auto_suspend = 60",
        "use warehouse W",
        "use secondary roles all",
        "create role if not exists R comment = 'test'",
        "use role R",
        "grant usage on database DRIVAMOTORS to role R",
        "grant select on future tables in schema RAW to role R",
        "revoke usage on database DRIVAMOTORS from role R",
        "create user if not exists U type = service",
        "create resource monitor if not exists M with credit_quota = 1",
        "create or replace masking policy P as (V string) returns string -> V",
        "alter table T modify column A set masking policy P",
        "drop warehouse if exists W",
        "-- why\n/* and what */ use role R",
    ],
)
def test_what_changes_nothing(sql: str) -> None:
    assert unparsed.changes_nothing(sql, parsed(sql))


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
    assert not unparsed.changes_nothing(sql, parsed(sql))


@pytest.mark.parametrize(
    "sql",
    [
        "call system$wait(1)",
        "get @~/x file:///tmp/",
        "execute immediate 'select 1'",
    ],
)
def test_what_is_not_supported_is_said(sql: str) -> None:
    with pytest.raises(ProgrammingError, match="does not support this statement"):
        unparsed.changes_nothing(sql, parsed(sql))
