"""Streams of any name, key and type: each lands whole in a table of its own, or is refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Done, Project

pytestmark = pytest.mark.in_order

INCREMENTAL = {"replication-method": "INCREMENTAL", "replication-key": "id"}
FULL_TABLE = {"replication-method": "FULL_TABLE"}


def reading(
    project: Project, select: Sequence[str], metadata: dict[str, Any], **config: Any
) -> AbstractContextManager[None]:
    """Select by these patterns and no others, with the same metadata for all."""

    def change(extractor: dict[str, Any]) -> None:
        extractor["select"] = list(select)
        extractor["metadata"] = {"*": metadata}
        extractor["config"].update(config)

    return project.configured(change)


def assert_refused_unread(done: Done, *words: str) -> None:
    """The tap said all of this before it read anything, without a traceback."""
    assert done.code != 0, done.output
    for word in words:
        assert word in done.output, done.output
    for sign in ("Traceback", "Beginning sync"):
        assert sign not in done.output, done.output


def raw(project: Project, table: str) -> list[dict[str, Any]]:
    """Return a table's rows by their columns' names, without the target's own."""
    with project.snowflake() as connection, connection.cursor() as cursor:
        cursor.execute(f'select * from RAW."{table}" order by 1')
        names = [column.name for column in cursor.description]
        return [
            {n: v for n, v in zip(names, row, strict=True) if not n.startswith("_SDC_")}
            for row in cursor.fetchall()
        ]


# -- names -----------------------------------------------------------------------------------------


def test_tables_and_columns_keep_their_whole_names(project: Project) -> None:
    tables = ("my-orders", "old-orders", "2023", "order", "_x")
    for table in tables:
        project.change(
            f'create table "{table}" (id int primary key, v text)',
            f"insert into \"{table}\" values (1, '{table}')",
        )
    odd = ("rate%", "%s", "apos'trofe", 'quo"te', "x.y", "a :b", "$1", "order", "2", "Ç", "{c}")
    columns = ", ".join('"{}" int'.format(name.replace('"', '""')) for name in odd)
    values = ", ".join(str(number) for number in range(len(odd)))
    project.change(
        f'create table "a.b" (id int primary key, {columns}, fora int)',
        f'insert into "a.b" values (1, {values}, 0)',
        "create table carimbada (id int primary key, _sdc_sequence int)",
        "insert into carimbada values (1, 7)",
    )
    selected = [*(f"public-{table}.*" for table in tables), r"public-a\.b.*", r"!public-a\.b.fora"]
    stamped = ["public-carimbada.*", "!public-carimbada._sdc_sequence"]
    with reading(project, [*selected, *stamped], INCREMENTAL):
        project.extract_load()
        for table in tables:
            assert raw(project, table.upper()) == [{"ID": 1, "V": table}]
        expected = {"ID": 1, **{column.upper(): n for n, column in enumerate(odd)}}
        assert raw(project, "A.B") == [expected]
        [(sequence,)] = project.warehouse("select _sdc_sequence from RAW.CARIMBADA")
        assert sequence > 7
        # Again, with a column more, record by record.
        project.change('alter table "a.b" add "new%" int default 5', "delete from carimbada")
        with project.record_by_record():
            done = project.extract_load(full_refresh=True)
    assert done.loaded()["A.B"] == (0, 1)
    assert raw(project, "A.B") == [{**expected, "NEW%": 5}]


@pytest.mark.parametrize(
    ("select", "words"),
    [
        (
            ["public-estoque.*", "filial-estoque.*"],
            ("filial.estoque and public.estoque would be one table", "- '!public-estoque.*'"),
        ),
        (["public-Pedido.*", "public-pedido.*"], ("public.Pedido and public.pedido",)),
        (["public-nomes.*"], ("column public.nomes.Nome would be one with nome",)),
        (
            ["public-carimbada.*"],
            ("public.carimbada._sdc_sequence", "`- '!public-carimbada._sdc_sequence'` in `select`"),
        ),
    ],
)
def test_names_that_would_meet_are_refused(
    project: Project, select: list[str], words: tuple[str, ...]
) -> None:
    project.change(
        "create schema if not exists filial",
        "create table if not exists public.estoque (id int primary key)",
        "create table if not exists filial.estoque (id int primary key)",
        'create table if not exists "Pedido" (id int primary key)',
        "create table if not exists pedido (id int primary key)",
        'create table if not exists nomes (id int primary key, "Nome" text, nome text)',
    )
    with reading(project, select, INCREMENTAL, filter_schemas=["public", "filial"]):
        assert_refused_unread(project.extract(), *words)


# -- keys ------------------------------------------------------------------------------------------


def test_a_table_without_a_key_is_not_read_incrementally(project: Project) -> None:
    project.change(
        "create table soltas (id int, v text)",
        "insert into soltas select g, 'a' from generate_series(1, 3) g",
        "create view vista as select * from soltas",
    )
    with reading(project, ["public-vista.*"], INCREMENTAL):
        done = project.extract()
    line = "`public-vista: { replication-key: id, table-key-properties: [id] }`"
    assert_refused_unread(done, "public.vista has no primary key", line)


def test_the_declared_key_is_used_and_must_tell_rows_apart(project: Project) -> None:
    declared = {**INCREMENTAL, "table-key-properties": ["id"]}
    with reading(project, ["public-soltas.*", "public-vista.*"], declared):
        project.extract_load()
        project.change("insert into soltas values (4, 'b')")
        again = project.extract_load(full_refresh=True)
        assert again.loaded() == {"SOLTAS": (1, 3), "VISTA": (1, 3)}
        expected = [{"ID": number, "V": v} for number, v in enumerate("aaab", 1)]
        assert raw(project, "SOLTAS") == raw(project, "VISTA") == expected
        project.change("insert into soltas values (4, 'c')")
        done = project.extract()
        project.change("delete from soltas where v = 'c'")
    assert done.code != 0
    assert "has more than one row, or a NULL, with id = 4" in done.output
    assert "Traceback" not in done.output


def test_a_table_that_is_read_whole_is_replaced(project: Project) -> None:
    project.change(
        "create table repetidas (v text, n numeric(4, 1), j json)",
        "insert into repetidas values ('a', 1, '[1]'), ('a', 1, '[1]'), ('b', null, null)",
        "create materialized view resumo as select v, count(*) as n from repetidas group by v",
        "create table chaveada (id int primary key, v text)",
        "insert into chaveada select g, 'x' from generate_series(1, 3) g",
        "create table vazia (v text)",
    )
    everything = [f"public-{table}.*" for table in ("repetidas", "resumo", "chaveada", "vazia")]
    with reading(project, everything, FULL_TABLE):
        for way in (nullcontext, project.record_by_record):
            with way():
                project.extract_load()
            assert [row["V"] for row in raw(project, "REPETIDAS")] == ["a", "a", "b"]
            assert raw(project, "RESUMO") == [{"V": "a", "N": 2}, {"V": "b", "N": 1}]
        project.change(
            "delete from repetidas",
            "delete from chaveada where id = 2",
            "insert into vazia values ('c')",
        )
        project.extract_load()
    assert raw(project, "REPETIDAS") == []
    assert raw(project, "CHAVEADA") == [{"ID": 1, "V": "x"}, {"ID": 3, "V": "x"}]
    assert raw(project, "VAZIA") == [{"V": "c"}]


def test_a_version_that_does_not_end_leaves_the_table_as_it_was(
    project: Project, tmp_path: Path
) -> None:
    def send(*messages: dict[str, Any]) -> Done:
        file = tmp_path / "messages.jsonl"
        file.write_text("".join(json.dumps(message) + "\n" for message in messages))
        return project.fork("target-snowflake", given=file)

    stream = {"stream": "public-inteira"}
    schema = {"type": "object", "properties": {"v": {"type": "string"}}}
    announced = {"type": "SCHEMA", **stream, "schema": schema, "key_properties": []}

    def version(number: int, *values: str) -> list[dict[str, Any]]:
        rows = ({"type": "RECORD", **stream, "record": {"v": v}, "version": number} for v in values)
        return [announced, {"type": "ACTIVATE_VERSION", **stream, "version": number}, *rows]

    def rows() -> list[tuple[Any, ...]]:
        return project.warehouse("select v, _sdc_table_version from RAW.INTEIRA order by 1")

    send(*version(1, "a", "b"), {"type": "ACTIVATE_VERSION", **stream, "version": 1})
    assert rows() == [("a", 1), ("b", 1)]
    done = send(*version(2, "c"))
    assert done.code != 0
    assert "public-inteira: not all rows have come, so the table stays as it was" in done.output
    assert "Traceback" not in done.output
    assert rows() == [("a", 1), ("b", 1)]
    send(*version(3, "d"), {"type": "ACTIVATE_VERSION", **stream, "version": 3})
    assert rows() == [("d", 3)]
    stage = project.folder / ".local/snowflake/stage"
    assert [file for file in stage.rglob("*") if file.is_file()] == []


# -- types -----------------------------------------------------------------------------------------


def test_what_grows_in_the_source_grows_in_raw_or_stops_the_run(project: Project) -> None:
    project.change(
        "create table medidas (id int primary key, preco numeric(10, 2), total numeric(10, 2), "
        'quanto int, quando date, "nome%" varchar(3))',
        "insert into medidas values (1, 1.25, 5, 7, '2026-01-02', 'abc')",
    )
    with reading(project, ["public-medidas.*"], INCREMENTAL):
        project.extract_load()
        # What Snowflake can do.
        project.change(
            'alter table medidas alter total type numeric(14, 2), alter "nome%" type varchar(9)',
            "insert into medidas values (2, 1, 1234567890.12, 1, null, 'abcdefghi')",
        )
        project.extract_load()
        assert raw(project, "MEDIDAS")[1]["TOTAL"] == Decimal("1234567890.12")
        assert raw(project, "MEDIDAS")[1]["NOME%"] == "abcdefghi"
        # What it cannot.
        project.change(
            "alter table medidas alter preco type numeric(12, 4), "
            "alter quanto type numeric(20, 5), alter quando type timestamp",
            "insert into medidas values (3, 0.0049, null, 7.12345, '2026-01-02 03:04:05', null)",
        )
        stopped = project.extract_load(fails=True)
        assert stopped.code != 0
        assert "Traceback" not in stopped.output
        assert "column preco is DECIMAL(10, 2), and DECIMAL(12, 4) is to come" in stopped.output
        assert "TARGET_SNOWFLAKE_ACCOUNT" not in stopped.output
        assert len(raw(project, "MEDIDAS")) == 2
        [line] = [line for line in stopped.output.splitlines() if "Run this, and then" in line]
        for statement in line.partition("--full-refresh: ")[2].split("; "):
            project.warehouse(statement)
        project.extract_load(full_refresh=True)
    columns = ("PRECO", "QUANTO", "QUANDO", "TOTAL")
    assert [[row[column] for column in columns] for row in raw(project, "MEDIDAS")] == [
        [Decimal("1.25"), Decimal(7), datetime(2026, 1, 2), Decimal(5)],
        [Decimal(1), Decimal(1), None, Decimal("1234567890.12")],
        [Decimal("0.0049"), Decimal("7.12345"), datetime(2026, 1, 2, 3, 4, 5), None],
    ]
