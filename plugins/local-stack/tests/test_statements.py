"""Families of statements, without a client: its part in them is tested with the server."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from conftest import Client
from local_stack.snowflake import locks
from local_stack.snowflake.adapter import Query
from local_stack.snowflake.instance import LocalSnowflake
from snowflake.connector.errors import DatabaseError, ProgrammingError


def test_merge_refuses_two_rows_for_one(run: Client) -> None:
    run("create table T (ID int, V int)", "insert into T (ID) values (1)")
    with pytest.raises(ProgrammingError, match="Duplicate row detected") as caught:
        run(
            "merge into T d using (select 1 as ID, 1 as V union all select 1, 2) s "
            "on d.ID = s.ID when matched then update set d.V = s.V"
        )
    assert caught.value.errno == 100090
    assert run("select V from T") == [(None,)]


def test_merge_deletes(run: Client) -> None:
    run("create table T (ID int)", "insert into T values (1), (2)")
    counted = run(
        "merge into T d using (select 1 as ID union all select 3) s on d.ID = s.ID "
        "when matched then delete when not matched then insert (ID) values (ID)"
    )
    assert counted == [(1, 1)]
    assert run.columns == ["number of rows inserted", "number of rows deleted"]
    assert run.cursor.rowcount == 2
    assert run("select ID from T order by ID") == [(2,), (3,)]


@pytest.mark.parametrize("target", ["_MERGE_SOURCE", "SALES_PARQUET"])
def test_merge_takes_any_name(run: Client, target: str) -> None:
    run(f"create table {target} as select 1 as ID, 1 as V", "create table S as select 1 as ID")
    merge = f"merge into {target} d using S on d.ID = S.ID when matched then update set d.V = 2"
    assert run(merge) == [(1,)]
    assert run(f"select V from {target}") == [(2,)]


@pytest.mark.parametrize("kind", ["table", "view"])
def test_a_temporary_object_is_the_sessions_own(
    snowflake: LocalSnowflake, run: Client, kind: str
) -> None:
    name = f"D.{run.schema}.T"
    other = snowflake.connect("D", run.schema).cursor()
    if kind == "table":
        run("create table T as select 1 as ID")
    run(f"create or replace temporary {kind} {name} as (select 5 as ID, 'x' as V)")
    assert run("select ID from T") == [(5,)]
    assert [row[0] for row in run(f"describe {kind} {name}")] == ["ID", "V"]
    if kind == "table":
        assert other.execute(f"select ID from {name}").fetchall() == [(1,)]
    else:
        with pytest.raises(DatabaseError):
            other.execute(f"select ID from {name}")
    run(f"drop {kind} if exists {name} cascade")
    if kind == "table":
        assert run("select ID from T") == [(1,)]


def test_a_contract_holds(run: Client) -> None:
    create = (
        "create or replace transient table C (ID number(38, 0) not null, V number(18, 2)) "
        "as (select ID, V from (select {id} as ID, 1.005 as V) as model)"
    )
    assert run(create.format(id=1)) == [("Table C successfully created.",)]
    assert run("select ID, V from C") == [(1, Decimal("1.01"))]
    with pytest.raises(ProgrammingError, match="NULL result in a non-nullable column"):
        run(create.format(id="null"))
    assert run("select ID, V from C") == [(1, Decimal("1.01"))]


def test_arithmetic_is_decimal(run: Client) -> None:
    values = "(select 1.01::number(10, 2) as V union all select 1.02)"
    statement = f"select round(avg(V), 2), cast(sum(V) / count(*) as number(10, 2)) from {values}"
    assert run(statement) == [(Decimal("1.02"), Decimal("1.02"))]
    assert run(f"select sum(V) from {values}") == [(Decimal("2.03"),)]
    # A half of a cent beyond what eight decimals of a binary number can tell.
    total = "(select 1211508872.10::number(12, 2) as T)"
    assert run(f"select round(T / 4, 2), cast(-T / 4 as number(38, 2)) from {total}") == [
        (Decimal("302877218.03"), Decimal("-302877218.03"))
    ]
    # Nor rounded to eight decimals before it is rounded to four.
    growth = "(select cast(100 * (2719434.12 - 1634278.75) as number(38, 12)) as G)"
    assert run(f"select cast(G / 1634278.75 as number(18, 4)) from {growth}") == [
        (Decimal("66.3996"),)
    ]
    with pytest.raises(ProgrammingError, match="Division by zero"):
        run("select 1 / (ID - ID) from (select 1 as ID)")


def test_a_column_of_dates_is_formatted(run: Client) -> None:
    days = "(select cast('2024-03-29' as date) as D)"
    assert run(f"select to_char(D, 'DD/MM/YYYY'), to_char(D) from {days}") == [
        ("29/03/2024", "2024-03-29")
    ]


def test_a_transaction_is_rolled_back(run: Client) -> None:
    run("create table T (ID int)", "begin", "insert into T values (1)", "rollback")
    assert run("select count(*) from T") == [(0,)]


def test_a_transaction_that_is_left_open_gives_way(
    snowflake: LocalSnowflake, run: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "IDLE_SECONDS", 0)
    run("create table T (ID int)", "begin", "insert into T values (1)")
    other = snowflake.connect("D", run.schema).cursor()
    other.execute("insert into T values (2)")
    assert run("select ID from T") == [(2,)]


def test_a_transaction_that_is_not_left_is_waited_for(
    snowflake: LocalSnowflake, run: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("create table T (ID int)", "begin", "insert into T values (1)")
    other = snowflake.connect("D", run.schema).cursor()
    waiting = threading.Thread(target=other.execute, args=["insert into T values (2)"])
    waiting.start()
    run("commit")
    waiting.join()
    assert run("select ID from T order by 1") == [(1,), (2,)]
    monkeypatch.setattr(locks, "LOCK_WAIT_SECONDS", 0)
    run("begin", "insert into T values (3)")
    with pytest.raises(ProgrammingError, match="waited 0 s for table T, which another transaction"):
        other.execute("insert into T values (4)")


def test_file_formats(run: Client) -> None:
    run("create or replace file format F type = 'JSON' compression = 'AUTO'")
    assert run("drop file format F") == [("F successfully dropped.",)]
    assert run("drop file format if exists F")
    with pytest.raises(ProgrammingError, match="does not exist or not authorized"):
        run("drop file format F")


def test_a_file_format_that_is_not_there(run: Client) -> None:
    with pytest.raises(ProgrammingError, match="'NOT_THERE' does not exist or not authorized"):
        run("select * from '@~/x' (file_format => 'NOT_THERE')")


@pytest.mark.parametrize(
    ("before", "after", "is_possible"),
    [
        ("number(10, 2)", "number(14, 2)", True),
        ("number(10, 2)", "number(12, 4)", False),
        ("varchar(5)", "text", True),
        ("varchar(5)", "varchar(4)", False),
    ],
)
def test_a_column_changes_its_type_as_far_as_on_an_account(
    run: Client, before: str, after: str, is_possible: bool
) -> None:
    run(f'create or replace table MEDIDA ("c%" {before})')
    change = f'alter table MEDIDA alter column "c%" set data type {after}'
    if is_possible:
        run(change)
    else:
        with pytest.raises(ProgrammingError, match="cannot change column c%"):
            run(change)


def test_a_number_of_more_than_64_bits_is_refused_with_the_reason(run: Client) -> None:
    run("create table T (ID number(38, 0))")
    with pytest.raises(ProgrammingError, match="whole numbers of more than 64 bits"):
        run(f"insert into T (ID) select {'9' * 37}::number(38, 1)")


def test_names_with_an_apostrophe(run: Client) -> None:
    run("create table \"D'ÁVILA\" (\"APOS'TROFE\" varchar(9)) comment = 'd''água'")
    [(name, kind, *_)] = run('describe table "D\'ÁVILA"')
    assert (name, kind) == ("APOS'TROFE", "VARCHAR(9)")
    assert run("select comment from information_schema.tables where table_name = 'D''ÁVILA'") == [
        ("d'água",)
    ]
    run('drop table "D\'ÁVILA"')


def test_a_variable_is_put_in(run: Client) -> None:
    assert run("set N = 7", "select $N + 1") == [(8,)]
    with pytest.raises(ProgrammingError, match="OTHER' does not exist"):
        run("select $OTHER")


@pytest.mark.parametrize(
    "sql", ["insert into T select 1", "select * from T", "drop table T", "create table T (A int)"]
)
def test_a_name_without_a_schema_needs_a_current_one(snowflake: LocalSnowflake, sql: str) -> None:
    with pytest.raises(ProgrammingError, match="does not have a current database"):
        snowflake.connect().cursor().execute(sql)


def test_values_are_bound(run: Client) -> None:
    cursor = run.session.cursor()
    run("create table T (A int, B varchar)")
    cursor.execute("insert into T values (?, ?)", (1, "a"))
    cursor.execute("select B from T where A = ?", (1,))
    assert cursor.fetchall() == [("a",)]


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("select A, A + ? as B from T", ["A", "B"]),
        ("insert into T values (1)", ["number of rows inserted"]),
    ],
)
def test_a_statement_is_described_without_being_run(
    run: Client, sql: str, columns: list[str]
) -> None:
    run("create table T (A int)")
    cursor = run.session.cursor()
    cursor.run_query(Query(sql, describes=True))
    assert ([name for name, _ in cursor.columns], cursor.rowcount) == (columns, 0)
    assert run("select count(*) from T") == [(0,)]
