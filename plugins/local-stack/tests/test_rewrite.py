"""Rewrite rules: SQL in, SQL out."""

from __future__ import annotations

import pytest
from local_stack.snowflake import merge, rewrite, rewrites
from local_stack.snowflake.catalog import check_new_type
from snowflake.connector.errors import ProgrammingError
from sqlglot import Expr, exp, parse_one


def parsed(sql: str) -> Expr:
    """Return Snowflake's SQL as a tree."""
    return parse_one(sql, read="snowflake")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # What depends on a type is a macro, which DuckDB binds.
        ("A / B", "_sf.QUOTIENT(A, B)"),
        ("A / B / C", "_sf.QUOTIENT(_sf.QUOTIENT(A, B), C)"),
        ("A % B", "_sf.REMAINDER(A, B)"),
        ("AVG(A)", "_sf.MEAN(SUM(A), COUNT(A))"),
        (
            "AVG(A) OVER (PARTITION BY B)",
            "_sf.MEAN(SUM(A) OVER (PARTITION BY B), COUNT(A) OVER (PARTITION BY B))",
        ),
        ("DIV0(A, B)", "_sf.DIV0(A, B)"),
        ("ROUND(A, 2)", "ROUND(A, 2)"),
        ("FLOOR(A, 1)", "_sf.FLOOR(A, 1, 0.1)"),
        ("A::INT", "_sf.WHOLE(A)"),
        ("A::NUMBER(9, 2)", "CAST(A AS DECIMAL(9, 2))"),
        ("A::VARCHAR", "_sf.VARCHAR(A)"),
        ("TRIM(A)::VARCHAR", "TRIM(A)"),
        ("A::DATE", "CAST(A AS DATE)"),
        ("'2024-01-15'::DATE", "CAST('2024-01-15' AS DATE)"),
        ("'01/15/2024'::DATE", "_sf.TO_DATE('01/15/2024')"),
        ("DATE_TRUNC('MONTH', A)", "_sf.DATE_TRUNC('month', A)"),
        ("DATEADD(QUARTER, 1, A)", "_sf.PLUS_DAYS(A, INTERVAL (1) QUARTER)"),
        ("A + INTERVAL '1 hour'", "_sf.PLUS_TIME(A, INTERVAL (1) HOUR)"),
        (
            "A - INTERVAL '1 year, 2 hours'",
            "_sf.PLUS_TIME(_sf.PLUS_DAYS(A, INTERVAL (-1) YEAR), INTERVAL (-2) HOUR)",
        ),
        ("CONVERT_TIMEZONE('A', B)::DATE", "CAST(_sf.WALL_CLOCK('A', B) AS DATE)"),
        # Every element of a format, in any case.
        ("TO_CHAR(A, 'yyyy-Mm-DD')", "STRFTIME(_sf.MOMENT(A), '%Y-%m-%d')"),
        ("TO_CHAR(A, 'Mon \"of\" YY')", "STRFTIME(_sf.MOMENT(A), '%b of %y')"),
        ("TO_CHAR(A, 'HH24:MI:SS.FF3')", "STRFTIME(_sf.MOMENT(A), '%H:%M:%S.%g')"),
        ("TO_CHAR(A)", "_sf.VARCHAR(A)"),
        (
            "TO_DATE(A, 'dd-Mon-yyyy')",
            "CAST(_sf.PARSED(A, '%d-%b-%Y', 'date with format ''DD-MON-YYYY''') AS DATE)",
        ),
        ("TO_CHAR(A, 'TM9')", "_sf.VARCHAR(A)"),
        # What is over no rows, or NULL.
        ("LISTAGG(A)", "COALESCE(STRING_AGG(_sf.VARCHAR(A), ''), '')"),
        (
            "LISTAGG(DISTINCT A, '-') WITHIN GROUP (ORDER BY A DESC)",
            "COALESCE(STRING_AGG(DISTINCT _sf.VARCHAR(A), '-' ORDER BY _sf.VARCHAR(A) DESC), '')",
        ),
        (
            "LISTAGG(A) WITHIN GROUP (ORDER BY B) OVER (PARTITION BY C)",
            "COALESCE(STRING_AGG(_sf.VARCHAR(A), '' ORDER BY B) OVER (PARTITION BY C), '')",
        ),
        ("ARRAY_AGG(A)", "_sf.ARRAY_AGG(LIST(A))"),
        ("TRIM(A, 'x')", "TRIM(A, 'x')"),
        ("LTRIM(A, 'x')", "LTRIM(A, 'x')"),
        ("V:a = 'x'", "_sf.VARCHAR(V -> '$.a') = 'x'"),
    ],
)
def test_an_expression(before: str, after: str) -> None:
    changed = rewrites.as_on_an_account(parsed(f"SELECT {before}"))
    assert written(changed) == f"SELECT {after}"


def written(changed: Expr) -> str:
    """Return a statement as DuckDB gets it, but for the order of NULLs."""
    return changed.sql("duckdb").replace(" NULLS FIRST", "").replace("_SF.", "_sf.")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("A > 9", "_sf.LIKE(A, 9) > _sf.LIKE(9, A)"),
        ("SUM(A)", "SUM(_sf.TOTAL(A))"),
        ("UPPER(A)", "UPPER(_sf.VARCHAR(A))"),
        ("A + 1", "_sf.NUMBER(A) + 1"),
        ("A / B", "_sf.QUOTIENT(_sf.NUMBER(A), _sf.NUMBER(B))"),
        ("DAYNAME(A)", "STRFTIME(_sf.ANY_MOMENT(A), '%a')"),
        ("A::DATE", "_sf.TO_DATE(A)"),
    ],
)
def test_an_implicit_cast(before: str, after: str) -> None:
    changed = rewrites.cast_operands(rewrites.as_on_an_account(parsed(f"SELECT {before}")))
    assert written(changed) == f"SELECT {after}"


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("TO_CHAR(A, B)", "a format that is no literal"),
        ("TO_CHAR(A, 'TZH')", "the element TZH of the format"),
        ("TO_CHAR(1, '9E9')", "the format '9E9' of a number"),
        ("CONVERT_TIMEZONE('A', B)", "CONVERT_TIMEZONE with two arguments"),
        ("HASH_AGG(A)", "the function HASH_AGG"),
    ],
)
def test_what_an_expression_cannot_be_is_named(sql: str, named: str) -> None:
    with pytest.raises(ProgrammingError, match="The local Snowflake does not support") as caught:
        rewrites.as_on_an_account(parsed(f"SELECT {sql}"))
    assert named in str(caught.value)


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
