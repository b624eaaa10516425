"""What SHOW, DESCRIBE and INFORMATION_SCHEMA tell, functions of users, and stages."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from conftest import Client
from local_stack.snowflake.instance import LocalSnowflake
from snowflake.connector.errors import ProgrammingError


def shown(run: Client, statement: str, *columns: str) -> list[tuple[object, ...]]:
    """Run a SHOW, and return these columns of it."""
    run(statement)
    places = [run.columns.index(column) for column in columns]
    return [tuple(row[place] for place in places) for row in run(statement)]


def test_show_filters_and_counts(run: Client) -> None:
    run("create table A1 as select 1 as N union all select 2", "create table A2 (N int)")
    run("delete from A1 where N = 2", "create view V as select N from A1")
    assert shown(run, "show tables", "name", "rows") == [("A1", 1), ("A2", 0)]
    assert shown(run, "show tables like 'a_' limit 1", "name") == [("A1",)]
    assert shown(run, "show objects starts with 'V'", "name", "kind") == [("V", "VIEW")]
    assert shown(run, "show terse views", "name", "kind") == [("V", "VIEW")]
    [(created,)] = shown(run, "show tables like 'A1'", "created_on")
    assert isinstance(created, datetime.datetime)
    assert datetime.datetime.now(datetime.UTC) - created < datetime.timedelta(minutes=5)


def test_what_is_created_again_is_new(run: Client) -> None:
    run("create table T (A int)")
    [before] = shown(run, "show tables", "created_on")
    run("create table if not exists T (A int)")
    assert shown(run, "show tables", "created_on") == [before]
    run("create or replace table T (A int)")
    assert shown(run, "show tables", "created_on") != [before]


def test_a_role_owns_what_it_creates(run: Client) -> None:
    run("use role SYSADMIN", "create table T (A int)")
    assert shown(run, "show tables", "owner") == [("SYSADMIN",)]
    owners = "select TABLE_OWNER from information_schema.tables where TABLE_SCHEMA = "
    assert run(f"{owners}'{run.schema}'") == [("SYSADMIN",)]


def test_a_schema_goes_with_what_is_in_it(run: Client) -> None:
    run("create schema GONE", "create stage ST", "create file format F type = csv")
    run("create function F1() returns int as '1'", "create sequence SQ")
    run("create table T (A int default SQ.nextval)", "create or replace schema GONE")
    for kind in ("stages", "file formats", "user functions", "sequences", "tables"):
        assert run(f"show {kind} in schema GONE") == []
    run("drop schema GONE")


def test_a_new_database_has_a_schema_public(snowflake: LocalSnowflake) -> None:
    session = snowflake.connect()
    for statement in ("create database NEW_ONE", "create table T (A int)"):
        session.cursor().execute(statement)
    assert (session.database, session.schema) == ("NEW_ONE", "PUBLIC")
    session.cursor().execute("drop database NEW_ONE")


def test_functions_are_told_apart_by_their_arguments(run: Client) -> None:
    run("create function F(A int) returns int as 'A + 1'")
    run("create function F(A int, B varchar) returns varchar as $$ B || A $$")
    assert run("select F(1), F(2, 'x')") == [(2, "x2")]
    assert [row[0] for row in shown(run, "show user functions", "arguments")] == [
        "F(NUMBER) RETURN NUMBER",
        "F(NUMBER, VARCHAR) RETURN VARCHAR",
    ]
    run("drop function F(number)")
    assert run("select F(2, 'x')") == [("x2",)]
    with pytest.raises(ProgrammingError, match="does not exist or not authorized"):
        run("drop function F(int)")


def test_a_copy_keeps_the_definition(run: Client) -> None:
    run("create sequence SQ", "create table T (ID int default SQ.nextval, V varchar(7) not null)")
    run("insert into T (V) values ('a')", "create table C clone T", "create table L like T")
    columns = run("describe table T")
    assert run("describe table C") == run("describe table L") == columns
    assert (run("select * from C"), run("select * from L")) == ([(1, "a")], [])


def test_a_stage_is_loaded_once(run: Client, tmp_path: Path) -> None:
    folder = run.session.stages
    run("create stage ST", "create table T (ID int, NAME varchar)")
    staged = run.session.staged("@ST/in").make() / "rows.csv"
    staged.write_text('1,"a,b"\n2,\n')
    load = "copy into T from @ST/in file_format = (type = csv field_optionally_enclosed_by = '\"')"
    assert [row[1] for row in run(load)] == ["LOADED"]
    assert [row[1] for row in run(load)] == ["LOAD_SKIPPED"]
    assert run("select * from T order by ID") == [(1, "a,b"), (2, None)]
    run("create or replace table T (ID int, NAME varchar)")
    assert [row[1] for row in run(load)] == ["LOADED"]
    assert run("remove @ST pattern = '.*csv'") == [("st/in/rows.csv", "removed")]
    assert folder.at("@ST", run.session).files() == []
    run("drop stage ST")
    with pytest.raises(ProgrammingError, match=r"Stage '.*ST' does not exist or not authorized"):
        run("list @ST")


def test_what_is_unloaded_can_be_loaded(run: Client) -> None:
    rows = "select 1 as ID, 'x\"y' as NAME union all select 2, null"
    run("create stage ST", f"create table T as {rows}")
    for kind in ("csv field_optionally_enclosed_by = '\"'", "parquet"):
        run("create or replace table U (ID int, NAME varchar)")
        run(f"copy into @ST/out from T file_format = (type = {kind}) overwrite = true")
        by_name = "match_by_column_name = case_insensitive" if kind == "parquet" else ""
        run(f"copy into U from @ST/out file_format = (type = {kind}) {by_name} purge = true")
        assert run("select * from U order by ID") == [(1, 'x"y'), (2, None)]
        assert run("list @ST") == []
