"""The local Snowflake through Snowflake's own connector: what needs a client, or a server.

Other families of statements are tested in plugins/local-stack/tests.
"""

from __future__ import annotations

import datetime
import gzip
import json
import subprocess
import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psutil
import pytest
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import DatabaseError, Error, ProgrammingError

from tests.conftest import ROOT, Project

MERGE = """
merge into RAW.T d using (
    select $1:id::DECIMAL as ID, $1:"v"::NUMBER(10, 2) as V, $1:s::VARCHAR as S,
        $1:ts::TIMESTAMP_NTZ as TS, $1:j::VARIANT as J
    from '@~/test/{sync}'(file_format => DRIVAMOTORS.RAW."tf-{kind}")
    qualify row_number() over (partition by ID order by seq8() desc) = 1
) s on d.ID = s.ID
when matched then update set d.V = s.V, d.S = s.S, d.TS = s.TS, d.J = s.J
when not matched then insert (ID, V, S, TS, J) values (s.ID, s.V, s.S, s.TS, s.J)
"""
RECORDS: list[dict[str, Any]] = [
    {
        "id": 1,
        "v": "0.01",
        "s": "Ação 😀 'q' \"d\"\n\\",
        "ts": "1900-01-01T00:00:00",
        "j": {"a": 1},
    },
    {"id": 2, "v": 99999999.99, "s": "", "ts": "2100-12-31T23:59:59.123456", "j": [1, None]},
    {"id": 2**40, "v": None, "s": None, "ts": None, "j": None},
    {"id": 1, "v": "0.02", "s": "later", "ts": None, "j": None},
]


@pytest.fixture
def cursor(project: Project) -> Iterator[SnowflakeCursor]:
    with project.snowflake() as connection, connection.cursor() as opened:
        opened.execute("create or replace file format RAW.\"tf-json\" type = 'JSON'")
        opened.execute("create or replace file format RAW.\"tf-parquet\" type = 'PARQUET'")
        opened.execute(
            "create or replace table RAW.T "
            "(ID number(38, 0) not null, V number(10, 2), S varchar, TS timestamp_ntz, J variant)"
        )
        yield opened
    with project.snowflake() as connection, connection.cursor() as opened:
        opened.execute("remove @~")


def run(cursor: SnowflakeCursor, statement: str) -> list[tuple[Any, ...]]:
    """Run a statement and return its rows."""
    cursor.execute(statement)
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def columns(cursor: SnowflakeCursor) -> list[str]:
    """Return the names of the result's columns."""
    return [column.name for column in cursor.description]


def put_json(cursor: SnowflakeCursor, folder: Path, sync: str, records: list[Any]) -> None:
    """Stage records as target-snowflake does."""
    file = folder / f"{sync}.json.gz"
    with gzip.open(file, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(record) + "\n" for record in records)
    cursor.execute(f"put 'file://{file}' '@~/test/{sync}'")


def test_a_table_is_altered_when_others_can_see_it(
    project: Project, cursor: SnowflakeCursor
) -> None:
    """Who has read LAST_ALTERED reads it again after each commit, and knows what it has missed."""
    asked = "select last_altered from information_schema.tables where table_name = 'T'"

    def altered() -> datetime.datetime:
        [[moment]] = project.warehouse(asked)
        assert isinstance(moment, datetime.datetime)
        return moment

    made = altered()
    cursor.execute("insert into RAW.T (ID) values (1)")
    filled = altered()
    assert made < filled
    cursor.execute("begin")
    cursor.execute("delete from RAW.T")
    cursor.execute("rollback")
    assert altered() == filled
    cursor.execute("begin")
    cursor.execute("update RAW.T set ID = 2")
    assert altered() == filled
    cursor.execute("commit")
    assert altered() > filled


def test_put_list_remove(cursor: SnowflakeCursor, tmp_path: Path) -> None:
    put_json(cursor, tmp_path, "a", RECORDS)
    assert columns(cursor)[:3] == ["source", "target", "source_size"]
    assert cursor.fetchall()[0][6] == "UPLOADED"
    listed = run(cursor, "list '@~/test/'")
    assert columns(cursor) == ["name", "size", "md5", "last_modified"]
    assert [row[0] for row in listed] == ["test/a/a.json.gz"]
    assert run(cursor, "list @~/nothing") == []
    assert run(cursor, "remove '@~/test/a/'") == [("test/a/a.json.gz", "removed")]
    assert columns(cursor) == ["name", "result"]
    assert run(cursor, "list '@~'") == []


def test_merge_counts_and_values(cursor: SnowflakeCursor, tmp_path: Path) -> None:
    put_json(cursor, tmp_path, "m", RECORDS)
    statement = MERGE.format(sync="m", kind="json")
    assert run(cursor, statement) == [(3, 0)]
    assert columns(cursor) == ["number of rows inserted", "number of rows updated"]
    assert cursor.rowcount == 3
    assert run(cursor, statement) == [(0, 3)]
    assert run(cursor, "select ID, V, S, TS from RAW.T order by ID") == [
        (1, Decimal("0.02"), "later", None),
        (2, Decimal("99999999.99"), "", datetime.datetime(2100, 12, 31, 23, 59, 59, 123456)),
        (2**40, None, None, None),
    ]
    assert run(cursor, "select J[0]::int from RAW.T where ID = 2") == [(1,)]


def test_merge_reads_text_as_it_is(cursor: SnowflakeCursor, tmp_path: Path) -> None:
    put_json(cursor, tmp_path, "t", RECORDS[:1])
    run(cursor, MERGE.format(sync="t", kind="json"))
    assert run(cursor, "select S, TS from RAW.T") == [
        (RECORDS[0]["s"], datetime.datetime(1900, 1, 1))
    ]


def test_merge_from_parquet(cursor: SnowflakeCursor, tmp_path: Path) -> None:
    file = tmp_path / "p.parquet"
    query = (
        "select 7::bigint as id, 1.005::decimal(10, 2) as v, 'é' as s, "
        "timestamp '2024-02-29 12:00:00' as ts"
    )
    write = f"import duckdb; duckdb.sql(\"copy ({query}) to '{file}'\")"
    python = ROOT / ".meltano/utilities/local-stack/venv/bin/python"
    subprocess.run([python, "-c", write], check=True)
    cursor.execute(f"put 'file://{file}' '@~/test/p'")
    assert run(cursor, MERGE.format(sync="p", kind="parquet")) == [(1, 0)]
    assert run(cursor, "select ID, V, S, TS, J from RAW.T") == [
        (7, Decimal("1.01"), "é", datetime.datetime(2024, 2, 29, 12), None)
    ]


def test_copy_into(cursor: SnowflakeCursor, tmp_path: Path) -> None:
    put_json(cursor, tmp_path, "c", RECORDS)
    statement = (
        "copy into RAW.T (ID, S) from (select $1:id::DECIMAL as ID, $1:s::VARCHAR as S from "
        "'@~/test/c') file_format = (format_name='DRIVAMOTORS.RAW.\"tf-json\"')"
    )
    rows = run(cursor, statement)
    assert columns(cursor)[:4] == ["file", "status", "rows_parsed", "rows_loaded"]
    assert rows[0][:4] == ("test/c/c.json.gz", "LOADED", 4, 4)
    assert run(cursor, "select count(*) from RAW.T") == [(4,)]


def test_copy_is_all_or_nothing(cursor: SnowflakeCursor, tmp_path: Path) -> None:
    put_json(cursor, tmp_path, "good", RECORDS)
    put_json(cursor, tmp_path, "goodbad", [{"id": "no number"}])
    with pytest.raises(ProgrammingError):
        run(
            cursor,
            "copy into RAW.T (ID) from (select $1:id::DECIMAL as ID from '@~/test/good') "
            "file_format = (type = json)",
        )
    assert run(cursor, "select count(*) from RAW.T") == [(0,)]


def test_select_from_the_stage(cursor: SnowflakeCursor, tmp_path: Path) -> None:
    put_json(cursor, tmp_path, "s", RECORDS)
    statement = (
        "select $1:id::int as ID from @~/test/s (file_format => 'RAW.\"tf-json\"') order by 1"
    )
    assert [row[0] for row in run(cursor, statement)] == [1, 1, 2, 2**40]
    assert run(cursor, statement.replace("/s ", "/none ")) == []


def test_a_database_is_created_and_dropped(project: Project, cursor: SnowflakeCursor) -> None:
    file = project.folder / ".local/snowflake/databases/OTHER.db"
    run(cursor, "create database OTHER")
    run(cursor, "create schema OTHER.S")
    run(cursor, "create table OTHER.S.T as (select 1 as ID)")
    assert file.exists()
    assert run(cursor, "drop database OTHER") == [("OTHER successfully dropped.",)]
    assert not file.exists()
    assert "OTHER" not in [row[1] for row in run(cursor, "show databases")]
    with pytest.raises(ProgrammingError, match="does not exist or not authorized"):
        run(cursor, "drop database OTHER")


@pytest.mark.parametrize("name", ["access", "masking"])
def test_what_an_account_is_set_up_by_besides_runs(cursor: SnowflakeCursor, name: str) -> None:
    names = (ROOT / "load/snowflake/setup/1_names.sql").read_text()
    statements = (ROOT / f"load/snowflake/{name}.sql").read_text()
    run(cursor, "set environment = 'local'")
    assert len(list(cursor.connection.execute_string(names + statements))) > 15


@pytest.mark.parametrize(
    "statement",
    [
        "call system$wait(1)",
        "create aggregation policy P as () returns aggregation_constraint -> null",
        "alter session set week_start = 1",
        "select * from '@~/x' (file_format => 'RAW.NOT_THERE')",
        "select nothing_like_this(1)",
        "sellect 1",
    ],
)
def test_what_is_not_supported_is_an_error_at_once(cursor: SnowflakeCursor, statement: str) -> None:
    started = time.monotonic()
    with pytest.raises(ProgrammingError):
        run(cursor, statement)
    assert time.monotonic() - started < 5


def test_a_wrong_password_is_refused(project: Project) -> None:
    with pytest.raises(DatabaseError, match="Incorrect username or password"):
        project.snowflake(password="wrong")


def test_four_clients_at_once_lose_nothing(project: Project, cursor: SnowflakeCursor) -> None:
    failures: list[Exception] = []

    def work(client: int) -> None:
        try:
            with project.snowflake() as connection, connection.cursor() as own:
                for i in range(10):
                    own.execute(
                        f"merge into RAW.T d using (select 1 as ID, {client} as V union all "
                        f"select {100 * client + i}, {client}) s on d.ID = s.ID "
                        "when matched then update set d.V = s.V "
                        "when not matched then insert (ID, V) values (s.ID, s.V)"
                    )
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(client,)) for client in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert run(cursor, "select count(*), count(distinct ID) from RAW.T") == [(41, 41)]


def test_kill_in_the_middle_of_a_merge_leaves_the_table_as_it_was(
    project: Project, cursor: SnowflakeCursor
) -> None:
    run(
        cursor,
        "insert into RAW.T (ID, V) select seq8(), 1 from table(generator(rowcount => 300000))",
    )
    before = run(cursor, "select count(*), sum(V) from RAW.T")
    server = psutil.Process(int((project.folder / ".local/snowflake/server.pid").read_text()))
    with project.snowflake(network_timeout=5) as connection:

        def merge() -> None:
            with pytest.raises(Error):
                connection.cursor().execute(
                    "merge into RAW.T d using (select ID, sum(ID) over (order by ID) % 1000 as V "
                    "from RAW.T union all select -1 - ID, 1 from RAW.T) s on d.ID = s.ID "
                    "when matched then update set d.V = s.V "
                    "when not matched then insert (ID, V) values (s.ID, s.V)"
                )

        busy = server.cpu_times().user
        client = threading.Thread(target=merge)
        client.start()
        while server.cpu_times().user - busy < 0.1:
            time.sleep(0.01)
        server.kill()
        server.wait()
        project.up()
        client.join()
    assert project.warehouse("select count(*), sum(V) from RAW.T") == before


def test_threads_share_a_connection(cursor: SnowflakeCursor) -> None:
    wanted, answers = set(range(60)), set()

    def ask(thread: int) -> None:
        for n in range(10 * thread, 10 * thread + 10):
            [(answer,)] = run(cursor.connection.cursor(), f"select {n}")
            answers.add(answer if answer == n else None)

    threads = [threading.Thread(target=ask, args=[thread]) for thread in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == wanted


def test_a_time_out_ends_its_statement_and_nothing_else(cursor: SnowflakeCursor) -> None:
    rows = "table(generator(rowcount => 10000000))"
    with pytest.raises(ProgrammingError) as caught:
        cursor.execute(f"select count(*) from {rows} a, {rows} b", timeout=1)
    assert (caught.value.errno, caught.value.sqlstate) == (604, "57014")
    assert run(cursor, "select 1") == [(1,)]


def test_several_statements_in_one_request(cursor: SnowflakeCursor) -> None:
    cursor.execute(
        "select 1; select 'a;b', 2 -- ; c\n; insert into RAW.T (ID) select 3", num_statements=3
    )
    answers = [cursor.fetchall()]
    while cursor.nextset():
        answers.append(cursor.fetchall())
    assert answers == [[(1,)], [("a;b", 2)], [(1,)]]
    with pytest.raises(ProgrammingError, match="statement count 2 did not match the desired") as no:
        cursor.execute("select 1; select 2")
    assert no.value.errno == 8


def test_a_statement_is_left_and_asked_for_later(cursor: SnowflakeCursor) -> None:
    cursor.execute_async("select 42 as A")
    other = cursor.connection.cursor()
    other.get_results_from_sfqid(str(cursor.sfqid))
    assert other.fetchall() == [(42,)]


def test_a_client_is_told_how_many_rows_have_changed(cursor: SnowflakeCursor) -> None:
    def changed(statement: str) -> tuple[int | None, ...]:
        cursor.execute(statement)
        return tuple(cursor.stats or ())

    three = "select seq4() as A from table(generator(rowcount => 3))"
    assert changed(f"create or replace table RAW.FEW as {three}") == (3, 0, 0, 0)
    assert changed("update RAW.FEW set A = 1 where A > 0") == (0, 0, 2, 0)
    assert changed("delete from RAW.FEW where A = 1") == (0, 2, 0, 0)
    assert changed("select 1") == (None,) * 4


@pytest.mark.parametrize("count", [3, 70_000])
def test_many_rows_are_bound_at_once(project: Project, count: int) -> None:
    moment = datetime.datetime(2024, 2, 29, 12, 30, 45, 678901)
    texts = [None, "", 'a"b,\n\\']
    values = [
        (n, Decimal("1.25"), texts[n % 3], moment.date(), moment, 1.5, n % 2 == 0, b"\x00\xff")
        for n in range(count)
    ]
    with project.snowflake(paramstyle="qmark") as connection, connection.cursor() as cursor:
        run(
            cursor,
            "create or replace table RAW.MANY (ID int, V number(9, 2), S varchar, D date, "
            "TS timestamp_ntz, F float, B boolean, X binary)",
        )
        cursor.executemany("insert into RAW.MANY values (?, ?, ?, ?, ?, ?, ?, ?)", values)
        assert cursor.rowcount == count
        assert run(cursor, "select * from RAW.MANY order by ID limit 3") == values[:3]
        assert run(cursor, "select count(*), count(S) from RAW.MANY") == [
            (count, sum(value[2] is not None for value in values))
        ]


def test_rows_go_into_a_file_and_to_the_client(cursor: SnowflakeCursor, tmp_path: Path) -> None:
    unload = (
        "copy into @~/out/ from (select 1 as A, 'x' as B) "
        "file_format = (type = csv compression = none) header = true"
    )
    assert run(cursor, unload)[0][0] == 1
    cursor.execute(f"get @~/out/ 'file://{tmp_path}'")
    assert (tmp_path / "data_0_0_0.csv").read_text() == "A,B\n1,x\n"


def test_a_variant_is_shown_as_an_account_shows_it(cursor: SnowflakeCursor) -> None:
    statement = """select parse_json('{"a":[1.0,"ç",{}],"b":null}'), parse_json('"x"')"""
    assert run(cursor, statement) == [
        ('{\n  "a": [\n    1.0,\n    "ç",\n    {}\n  ],\n  "b": null\n}', '"x"')
    ]


def test_a_session_is_what_its_client_says(project: Project, cursor: SnowflakeCursor) -> None:
    for made in ("role ANALYST", "warehouse REPORTS", "warehouse OTHER"):
        run(cursor, f"create or replace {made}")
    asked = {"role": "ANALYST", "warehouse": "REPORTS", "session_parameters": {"QUERY_TAG": "x"}}
    with project.snowflake(**asked) as connection, connection.cursor() as asking:
        assert run(asking, "select current_role(), current_warehouse(), current_user()") == [
            ("ANALYST", "REPORTS", "LOCAL")
        ]
        run(asking, "use warehouse OTHER")
        assert (connection.role, connection.warehouse) == ("ANALYST", "OTHER")


@pytest.mark.parametrize(
    "parameters",
    [
        {"TIMEZONE": "America/Sao_Paulo"},
        {"WEEK_START": 1},
        {"TIMESTAMP_TYPE_MAPPING": "TIMESTAMP_LTZ"},
    ],
)
def test_a_parameter_without_effect_is_refused_at_login(
    project: Project, parameters: dict[str, Any]
) -> None:
    with pytest.raises(DatabaseError, match="does not support the session parameter"):
        project.snowflake(session_parameters=parameters)
