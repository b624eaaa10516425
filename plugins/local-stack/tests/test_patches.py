"""Each patch, and each thing done in fakesnow's place, is still needed and does what it is for.

A case that holds without it says that fakesnow does it by itself now: delete what it names.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

import pyarrow as pa
import pytest
import sqlglot
from conftest import Client
from fakesnow.arrow import to_sf
from fakesnow.instance import FakeSnow
from fakesnow.rowtype import describe_as_rowtype
from local_stack.snowflake.instance import LocalSnowflake
from local_stack.snowflake.patches import PATCHES, patches, replaced
from local_stack.snowflake.results import RESULTS_KEPT

Holds = Callable[[Client], Any]


def has_type(run: Client, value: str, kind: str) -> bool:
    run(f"select {value}")
    rowtype = describe_as_rowtype(run.cursor._describe_last_sql())
    return rowtype[0]["type"] == kind


def whole_numbers() -> list[tuple[Any, ...]]:
    """Return what a new local Snowflake, whose catalog has its views, says of whole numbers."""
    with TemporaryDirectory() as folder:
        snowflake = LocalSnowflake(Path(folder))
        try:
            return Client(snowflake)(
                "create table T as select 1 as I, sum(1) as S",
                "select data_type, numeric_precision, numeric_scale "
                "from information_schema.columns where table_name = 'T'",
            )
        finally:
            snowflake.close()


def null_is_sent(_: Client) -> bool:
    table = pa.table({"T": pa.array([None], pa.timestamp("us"))})
    sent = to_sf(table, describe_as_rowtype([("T", "TIMESTAMP", *[None] * 4)]))
    return bool(sent["T"].to_pylist() == [None])


BY_PATCH: dict[str, Holds] = {
    "all_types_have_a_name": lambda run: (
        has_type(run, "sign(-1)", "fixed") and has_type(run, "gen_random_uuid()", "text")
    ),
    "sums_are_exact": lambda run: (
        run("select sum(V) from (select 0.1::number(9, 2) as V union all select 0.2)")
        == [(Decimal("0.30"),)]
    ),
    "answers_may_have_apostrophes": lambda run: (
        run('create table "D\'ÁVILA" (ID int)') == [("Table D'ÁVILA successfully created.",)]
        and run('drop table "D\'ÁVILA"') == [("D'ÁVILA successfully dropped.",)]
    ),
    "whole_numbers_are_numbers": lambda _: whole_numbers() == [("NUMBER", 38, 0)] * 2,
    "views_are_among_the_tables": lambda run: (
        run(
            "create table T as select 1 as ID",
            "create view V as select ID from T",
            "select table_name, table_type from information_schema.tables order by 1",
        )
        == [("T", "BASE TABLE"), ("V", "VIEW")]
    ),
    "null_timestamps_are_null": null_is_sent,
}

TWO_FOR_ONE = (
    "create table T as select 1 as ID, 0 as V",
    "merge into T using (select 1 as ID, 1 as V union all select 1, 2) s on T.ID = s.ID "
    "when matched then update set V = s.V",
)
KEPT_TYPE = ("create table T (V varchar(9))", "alter table T alter V set data type varchar(5)")

IN_FAKESNOWS_PLACE: dict[str, Holds] = {
    # adapter.py
    "a temporary table has a schema": lambda run: (
        run(f"create temporary table {run.schema}.T as select 1 as ID", "select ID from T")
        == [(1,)]
    ),
    "a definition commits, and its notes are kept": lambda run: (
        run("create table A (ID int)", "begin", "insert into A values (1)")
        and run("create table B (V varchar(5)) comment = 'nota'", "rollback")
        and run("select ID from A") == [(1,)]
        and run("describe table B")[0][1] == "VARCHAR(5)"
    ),
    "a transaction is known though statements commit by themselves": lambda run: (
        run("begin") and run.session._in_transaction
    ),
    "a file format is dropped": lambda run: (
        run("create file format F type = json", "drop file format F")
        == [("F successfully dropped.",)]
    ),
    "a database is dropped with its file": lambda run: (
        run("create database FORA", "drop database FORA") == [("FORA successfully dropped.",)]
        and not Path(run.session.db_path, "FORA.db").exists()
    ),
    "a result is described without its SQL being parsed": lambda run: (
        run("select 1 as N") and described_without_parsing(run)
    ),
    # results.py
    "few results are kept": lambda run: (
        run(*["select 1"] * RESULTS_KEPT * 2) and len(run.session.results) == RESULTS_KEPT
    ),
    # catalog.py
    "columns have comments": lambda run: (
        run("create table T (A int, B int)", "alter table T alter A comment $$a$$, B comment 'b'")
        and run(
            "select comment from information_schema.columns "
            f"where table_schema = '{run.schema}' and table_name = 'T' order by 1"
        )
        == [("a",), ("b",)]
    ),
    "a table is described wherever it is, whatever its name": lambda run: (
        run('create temporary table "it\'s" (V varchar(5))', 'describe table "it\'s"')[0][:2]
        == ("V", "VARCHAR(5)")
    ),
    "a type does not change where an account refuses": lambda run: refuses(
        run, *KEPT_TYPE, error="cannot change column V"
    ),
    # merge.py
    "MERGE refuses two rows for one": lambda run: refuses(
        run, *TWO_FOR_ONE, error="Duplicate row detected"
    ),
    "MERGE inserts a name that both sides have": lambda run: (
        run(
            "create table T as select 1 as ID",
            "merge into T using (select 2 as ID) s on T.ID = s.ID "
            "when not matched then insert (ID) values (ID)",
        )
        == [(1,)]
    ),
    # rewrite.py
    "a contract is kept": lambda run: refuses(
        run,
        "create table T (ID int not null) as select null",
        error="NULL result in a non-nullable column",
    ),
    "keys are not enforced": lambda run: (
        run("create table T (ID int, primary key (ID))", "insert into T values (1), (1)") == [(2,)]
    ),
    "quotients are exact": lambda run: (
        run("select round(T / 4, 2) from (select 1211508872.10::number(12, 2) as T)")
        == [(Decimal("302877218.03"),)]
    ),
    "a division by zero is an error": lambda run: refuses(run, "select 1 / 0", error="by zero"),
    "a column of dates is formatted": lambda run: (
        run("select to_char(D, 'DD/MM/YYYY') from (select '2024-03-29'::date as D)")
        == [("29/03/2024",)]
    ),
    # stage.py, stage_commands.py
    "the user has a stage": lambda run: run("list @~") == [],
    # unparsed.py
    "objects of an account are kept": lambda run: (
        run("create role R", "show roles like 'r'", "select current_role()") == [("ACCOUNTADMIN",)]
    ),
    "a query tag changes nothing": lambda run: (
        run("alter session set query_tag = 'x'") == [("Statement executed successfully.",)]
    ),
    "who creates something owns it": lambda run: (
        run("create table OWNED (ID int)", "show grants on OWNED")[0][1] == "OWNERSHIP"
    ),
}


def described_without_parsing(run: Client) -> bool:
    with pytest.MonkeyPatch.context() as context:
        context.setattr(sqlglot, "parse_one", None)
        return run.columns == ["N"]


def refuses(run: Client, *statements: str, error: str) -> bool:
    with pytest.raises(Exception, match=error):
        run(*statements)
    return True


def holds(case: Holds, run: Client) -> bool:
    """Tell whether a case is as it should be; an error is not."""
    try:
        return bool(case(run))
    except (Exception, pytest.fail.Exception):
        return False


@pytest.mark.parametrize("name", BY_PATCH)
def test_a_patch(snowflake: LocalSnowflake, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert BY_PATCH[name](Client(snowflake))
    without(monkeypatch, name)
    assert not holds(BY_PATCH[name], Client(snowflake)), f"without {name}"


def test_every_patch_has_a_case() -> None:
    assert {patch.name for patch in PATCHES} == BY_PATCH.keys()


@pytest.fixture(scope="module")
def fakesnow() -> Iterator[FakeSnow]:
    """Fakesnow as it is, in memory, with a database D."""
    with pytest.MonkeyPatch.context() as context:
        without(context)
        created = FakeSnow(create_database_on_connect=False)
        created.connect().cursor().execute("create database D")
    yield created
    created.duck_conn.close()


@pytest.mark.parametrize("name", IN_FAKESNOWS_PLACE)
def test_in_fakesnows_place(
    run: Client, fakesnow: FakeSnow, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    assert IN_FAKESNOWS_PLACE[name](run)
    without(monkeypatch)
    assert not holds(IN_FAKESNOWS_PLACE[name], Client(fakesnow, "D")), f"fakesnow knows: {name}"


def without(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Undo patches, all of them if none is named."""
    for patch in PATCHES:
        if patch.name in (names or BY_PATCH):
            monkeypatch.setattr(patch.module, patch.attribute, patch.original)


def test_nobody_here_keeps_what_a_patch_has_replaced() -> None:
    """`from fakesnow.x import y` before the patch would."""
    ours = [module for name, module in sys.modules.items() if name.startswith("local_stack")]
    kept = [
        (module.__name__, patch.name)
        for module in ours
        for patch in PATCHES
        if any(value is patch.original for value in vars(module).values())
    ]
    assert kept == []


def test_views_are_among_the_tables_of_an_older_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as older:
        without(older)
        old = LocalSnowflake(tmp_path)
        run = Client(old)
        run("create view V as select 1 as ID")
        old.close()
    session = LocalSnowflake(tmp_path).connect(run.session.database)
    kinds = session.cursor().execute(
        "select table_type from information_schema.tables where table_name = 'V'"
    )
    assert kinds.fetchall() == [("VIEW",)]


@pytest.mark.parametrize("attributes", [("OTHER",), ("GONE",), ()])
def test_a_patch_that_finds_nothing_to_change_says_which_it_is(attributes: tuple[str, ...]) -> None:
    module = ModuleType("fakesnow.somewhere")
    module.OTHER = "create table"  # type: ignore[attr-defined]

    def view_becomes_table(text: str) -> str:
        return replaced(text, ("create view", "create table"))

    with pytest.raises(ImportError, match=r"fakesnow [\d.]+ .* the patch view_becomes_table in"):
        patches(module, *attributes)(view_becomes_table)
    assert module.OTHER == "create table"
