"""Sessions: their parameters, requests, transactions and what they are told when they fail."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from conftest import Client
from local_stack.snowflake import bindings
from local_stack.snowflake.instance import LocalSnowflake
from local_stack.snowflake.parameters import KNOWN, Parameters
from local_stack.snowflake.request import Request, split
from local_stack.snowflake.results import pretty
from local_stack.snowflake.server import Server
from snowflake.connector.errors import Error, ProgrammingError
from starlette.requests import Request as HttpRequest


def asked(text: str, **options: Any) -> Request:
    return Request.read({"sqlText": text, **options}, count=1)


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("select 1", ["select 1"]),
        ("select 1;", ["select 1"]),
        ("select ';'; -- ;\nselect $$;$$ /* ; */;", ["select ';'", " -- ;\nselect $$;$$ /* ; */"]),
        ("-- nothing\n;;", []),
        ("begin; commit;", ["begin", " commit"]),
        ("begin transaction; select 1", ["begin transaction", " select 1"]),
        ("begin select 1; end;", ["begin select 1; end;"]),
        ("declare x int; begin return x; end", ["declare x int; begin return x; end"]),
    ],
)
def test_statements_are_told_apart(text: str, statements: list[str]) -> None:
    assert list(split(text)) == statements


def test_a_request_has_as_many_statements_as_it_says(run: Client) -> None:
    answer = asked("select 1; select 2").answer(run.session)
    assert (answer["code"], answer["success"]) == ("000008", False)
    several = asked("select 1; select 2", parameters={"MULTI_STATEMENT_COUNT": 0})
    data = several.answer(run.session)["data"]
    results = [run.session.results[number] for number in data["resultIds"].split(",")]
    assert [result.table.to_pylist() for result in results] == [[{"1": 1}], [{"2": 2}]]


def test_no_row_is_no_arrow(run: Client) -> None:
    """The connector makes a table of pandas of nothing, and none of a stream without a batch."""
    data = asked("select 1 as N, 'a' as T where false").answer(run.session)["data"]
    assert (data["rowsetBase64"], data["total"]) == ("", 0)
    assert [column["name"] for column in data["rowtype"]] == ["N", "T"]


def test_a_request_that_comes_again_runs_once(snowflake: LocalSnowflake, run: Client) -> None:
    run("create table T (A int)")
    server = Server(snowflake)

    def sent(path: str, query: str, body: dict[str, Any], token: str = "") -> HttpRequest:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": json.dumps(body).encode()}

        header = (b"authorization", f'Snowflake Token="{token}"'.encode())
        scope = {"type": "http", "method": "POST", "path": path, "query_string": query.encode()}
        return HttpRequest({**scope, "headers": [header]}, receive)

    async def talk() -> list[Any]:
        user = {"LOGIN_NAME": "local", "PASSWORD": "local"}
        login = sent("/", f"databaseName=D&schemaName={run.schema}", {"data": user})
        token = json.loads(bytes((await server.login(login)).body))["data"]["token"]
        body = {"sqlText": "insert into T values (1)"}
        requests = [sent("/", "requestId=1", body, token) for _ in range(2)]
        return [json.loads(bytes((await server.query(request)).body)) for request in requests]

    first, second = asyncio.run(talk())
    assert first == second
    assert run("select count(*) from T") == [(1,)]


def test_values_are_read_by_their_types() -> None:
    bound = {
        "1": {"type": "FIXED", "value": ["1", None]},
        "2": {"type": "DATE", "value": ["1704153600000", None]},
        "3": {"type": "BINARY", "value": ["00ff", None]},
        "4": {"type": "TEXT", "value": ["x", ""]},
    }
    rows = bindings.batch(bound).to_pylist()
    assert [str(value) for value in rows[0].values()] == ["1", "2024-01-02", r"b'\x00\xff'", "x"]
    assert list(rows[1].values()) == [None, None, None, ""]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"a":[1.0,{}],"b":[]}', '{\n  "a": [\n    1.0,\n    {}\n  ],\n  "b": []\n}'),
        (r'"\u00e9 \" {"', r'"é \" {"'),
        ("12345678901234567890.10", "12345678901234567890.10"),
    ],
)
def test_a_variant_is_shown_with_its_numbers_as_they_are(text: str, shown: str) -> None:
    assert pretty(text) == shown


@pytest.mark.parametrize("name", ["WEEK_START", "TIMESTAMP_TYPE_MAPPING", "TIMEZONE"])
def test_a_parameter_has_its_effect_or_is_refused(run: Client, name: str) -> None:
    for refused in (lambda: Parameters({name: "7"}), lambda: run(f"alter session set {name} = 7")):
        with pytest.raises(ProgrammingError, match=f"the session parameter {name} = 7"):
            refused()
    Parameters({name: KNOWN[name].default})


def test_a_parameter_of_a_client_is_its_own(run: Client) -> None:
    run("alter session set CLIENT_SESSION_KEEP_ALIVE = true, JDBC_QUERY_RESULT_FORMAT = 'JSON'")
    with pytest.raises(ProgrammingError, match="invalid parameter 'NO_SUCH'"):
        run("alter session set NO_SUCH = 1")


def test_text_of_moments_is_refused_where_they_have_a_format(run: Client) -> None:
    run("alter session set DATE_OUTPUT_FORMAT = 'DD/MM/YYYY'")
    with pytest.raises(ProgrammingError, match="while the session has a DATE_OUTPUT_FORMAT"):
        run("select current_date()::varchar")
    assert run("select to_char('2024-01-02'::date, 'YYYY-MM-DD')") == [("2024-01-02",)]


def test_quotes_keep_no_case_where_the_session_has_it_so(run: Client) -> None:
    run("alter session set QUOTED_IDENTIFIERS_IGNORE_CASE = true", 'create table "t" ("a" int)')
    assert [row[0] for row in run("describe table T")] == ["A"]


def test_an_error_leaves_a_transaction_open(run: Client) -> None:
    run("create table T (A int)", "begin", "insert into T values (1)")
    for refused in ("select nothing", "insert into T values ('x')", "sellect"):
        with pytest.raises(ProgrammingError):
            run(refused)
    run("insert into T values (2)", "commit")
    assert run("select A from T order by A") == [(1,), (2,)]


@pytest.mark.parametrize("word", ["at", "order_by", "lambda", "qualify_", "pivot_longer"])
def test_a_name_may_be_a_word_of_duckdbs(run: Client, word: str) -> None:
    assert run(f"create table T ({word} int)", f"select {word} from T where {word} = 1") == []


def test_history_knows_failures(run: Client) -> None:
    with pytest.raises(Error):
        run("select nothing")
    history = "table(information_schema.query_history_by_session(result_limit => 2))"
    assert run(f"select QUERY_TEXT, ERROR_CODE from {history} where ERROR_CODE is not null") == [
        ("select nothing", "904")
    ]


@pytest.mark.parametrize(
    ("sql", "errno", "sqlstate"),
    [
        ("select * from NO_TABLE", 2003, "42S02"),
        ("describe table NO_TABLE", 2003, "02000"),
        ("use schema NO_SCHEMA", 2043, "02000"),
        ("select NO_COLUMN from (select 1 as A)", 904, "42000"),
        ("select no_function(1)", 2140, "42601"),
        ("sellect 1", 1003, "42000"),
        ("select 'unclosed", 1003, "42000"),
        ("select 'x'::int", 100038, "22018"),
        ("select 'x'::date", 100040, "22007"),
        ("select 1000::number(3, 0)", 100132, "22003"),
        ("select 1 / 0", 100051, "22012"),
        ("create schema D.PUBLIC", 2002, "42710"),
        ("from T", 1003, "42000"),
        ("select * from read_csv('x')", 2, "0A000"),
        ("call P()", 2, "0A000"),
    ],
)
def test_errors_have_snowflakes_numbers(run: Client, sql: str, errno: int, sqlstate: str) -> None:
    with pytest.raises(Error) as caught:
        run(sql)
    assert (caught.value.errno, caught.value.sqlstate) == (errno, sqlstate)
    words = str(caught.value.raw_msg)
    assert not any(name in words for name in ("fakesnow", "DuckDB", "Unhandled", "Error:"))


def test_what_needs_more_memory_than_there_is_runs_alone_without_a_limit(run: Client) -> None:
    """An array is not spilled to the disk."""
    run("create table big as select seq4() as n from table(generator(rowcount => 2000000))")
    usual = run.session.ask("select current_setting('memory_limit')")
    run.session.duckdb.execute("set memory_limit = '12MB'")
    assert run("select array_size(array_agg(n)) from big") == [(2000000,)]
    assert run.session.ask("select current_setting('memory_limit')") == usual
    run("begin", "insert into big values (-1)")
    run.session.duckdb.execute("set memory_limit = '12MB'")
    assert run("select array_size(array_agg(n)) from big") == [(2000001,)]
    run("rollback")
    assert run("select count(*) from big") == [(2000000,)]


def test_a_commit_that_fails_ends_the_transaction(snowflake: LocalSnowflake) -> None:
    """A full disk is one reason, a key of DuckDB's another; whoever waits for the table gets it."""
    one, other = Client(snowflake, "D"), Client(snowflake, "D")
    table = f"D.{one.schema}.T"
    one.session.duckdb.execute(f"create table {table} (N int primary key)")
    one("begin", f"insert into {table} values (1)")
    other.session.duckdb.execute(f"insert into {table} values (1)")
    with pytest.raises(ProgrammingError):
        one("commit")
    other(f"insert into {table} values (2)")
    one("rollback", f"insert into {table} values (3)")
    assert sorted(one(f"select n from {table}")) == [(1,), (2,), (3,)]


def test_a_transaction_that_is_gone_already_keeps_nobody_waiting(run: Client) -> None:
    run("create table T (n int)", "begin", "insert into T values (1)")
    run.session.duckdb.rollback()
    assert run.session.abandon_transaction(0)
    assert not run.session.in_transaction
