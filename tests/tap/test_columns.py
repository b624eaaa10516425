"""The source's columns: what RAW.COLUNAS says of them, and which of them stop a run, and when."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import Done, Project, assert_refused

pytestmark = pytest.mark.in_order

LONG = "ç" * 31 + "x"  # 63 bytes
# Columns that nobody selects, and what names them in `select`.
NEW = {
    "Cor do Veículo": "public-grandes.Cor do Veículo",
    'a"spas': 'public-grandes.a"spas',
    "apóstrof'o": "public-grandes.apóstrof?o",
    "com.ponto": "public-grandes.com?ponto",
    LONG: f"public-grandes.{LONG}",
}


@pytest.fixture(scope="module")
def source(project: Project) -> Iterator[Project]:
    """The project with a small table, which is read first, and a large one."""
    project.change(
        "create schema filial",
        "create type cor as enum ('azul')",
        "create domain cep as varchar(8)",
        "create table filial.pequenas (id int primary key, cores cor[], cep cep, fora text)",
        "create table grandes (id int primary key, quanto int, preco numeric(10, 2))",
        "create table soltas (v text)",
        "create table alheias (id int primary key, v text)",
        "insert into grandes select i, i, i from generate_series(1, 9000) i",
        "insert into filial.pequenas values (1), (2)",
    )

    def change(extractor: dict[str, Any]) -> None:
        extractor["config"]["filter_schemas"] = ["public", "filial"]
        extractor["select"] = [
            *("filial-pequenas.c*", "!filial-pequenas.fora"),  # its key is read by itself
            *("public-grandes.id", "public-grandes.quanto", "public-grandes.preco"),
            *("public-soltas.*", "driva-colunas.*"),
        ]
        keyed = {"replication-method": "INCREMENTAL", "replication-key": "id"}
        extractor["metadata"] = {
            **dict.fromkeys(("filial-pequenas", "public-grandes"), keyed),
            "public-soltas": {"replication-method": "FULL_TABLE"},
        }

    with project.configured(change):
        yield project


def told(project: Project, table: str = "%") -> list[tuple[Any, ...]]:
    """Return what RAW has of the columns of a table, in the order of their names."""
    return project.warehouse(
        "select esquema, tabela, coluna, tipo, selecao, padrao from RAW.COLUNAS "
        f"where tabela like '{table}' order by 1, 2, 3"
    )


def counts(project: Project) -> list[tuple[Any, ...]]:
    """Return how many rows RAW has of each table."""
    return project.warehouse(
        "select (select count(*) from RAW.PEQUENAS), (select count(*) from RAW.GRANDES), "
        "(select count(*) from RAW.SOLTAS), (select count(*) from RAW.COLUNAS)"
    )


def state(project: Project) -> dict[str, Any]:
    """Return what the last run has left of each stream."""
    bookmarks = json.loads((project.folder / "state.json").read_text())["bookmarks"]
    return {stream: left for stream, left in bookmarks.items() if left}


def announced(done: Done) -> list[str]:
    """Return the streams that a run of the tap announces, in their order."""
    return [message["stream"] for message in done.messages if message["type"] == "SCHEMA"]


def test_the_first_run_tells_of_every_column_of_the_tables_that_are_selected(
    source: Project,
) -> None:
    done = source.extract_load()
    assert "driva-colunas: the columns of 3 tables" in done.output
    assert told(source) == [
        ("filial", "pequenas", "cep", "cep", "sim", "filial-pequenas.cep"),
        ("filial", "pequenas", "cores", "cor[]", "sim", "filial-pequenas.cores"),
        ("filial", "pequenas", "fora", "text", "não", "filial-pequenas.fora"),
        ("filial", "pequenas", "id", "integer", "sim", "filial-pequenas.id"),
        ("public", "grandes", "id", "integer", "sim", "public-grandes.id"),
        ("public", "grandes", "preco", "numeric(10,2)", "sim", "public-grandes.preco"),
        ("public", "grandes", "quanto", "integer", "sim", "public-grandes.quanto"),
        ("public", "soltas", "v", "text", "sim", "public-soltas.v"),
    ]


def test_where_the_columns_are_the_same_nothing_is_sent(source: Project) -> None:
    done = source.extract("--state", source.folder / "state.json")
    assert "driva-colunas: nothing new" in done.output
    assert announced(done) == ["public-soltas"]  # which is read whole each time
    # Nor where only rows are new, whichever way they are read.
    source.change("insert into grandes values (9001, 0, 0)")
    with source.record_by_record():
        assert "driva-colunas: nothing new" in source.extract_load().output
    assert "driva-colunas: the columns of 3 tables" in source.reconcile().output
    assert "driva-colunas: nothing new" in source.reconcile().output


def test_new_columns_of_any_name_are_told_with_what_to_write(source: Project) -> None:
    for name in NEW:
        quoted = name.replace('"', '""')
        source.change(f'alter table grandes add "{quoted}" text')
    done = source.extract_load()
    assert done.loaded() == {}
    assert f"public-grandes: not read, as nobody selects it: {', '.join(NEW)}. Write" in done.output
    assert all(f"- '{pattern}'" in done.output for pattern in NEW.values())
    new = [row[2:] for row in told(source, "grandes") if row[4] == "indecisa"]
    assert new == [(name, "text", "indecisa", NEW[name]) for name in sorted(NEW)]


def test_what_is_to_be_written_is_taken(source: Project) -> None:
    *selected, last = NEW.values()

    def decide(extractor: dict[str, Any]) -> None:
        extractor["select"] += [*selected, f"!{last}"]

    source.change("""update grandes set "Cor do Veículo" = 'azul', "com.ponto" = 'x'""")
    with source.configured(decide):
        # As Meltano takes it, too.
        done = source.succeed("run", "el")
        assert "nobody selects it" not in done.output
    chosen = {row[2]: row[4] for row in told(source, "grandes")}
    assert chosen == {**dict.fromkeys(["id", "preco", "quanto", *NEW], "sim"), LONG: "não"}
    [row] = source.warehouse("""select "COR DO VEÍCULO", "COM.PONTO" from RAW.GRANDES limit 1""")
    assert row == ("azul", "x")


def test_a_column_that_is_gone_is_told_no_more(source: Project) -> None:
    for name in NEW:
        quoted = name.replace('"', '""')
        source.change(f'alter table grandes drop "{quoted}"')
    source.extract_load()
    assert [row[2] for row in told(source, "grandes")] == ["id", "preco", "quanto"]


def test_a_renamed_column_stops_the_run_before_anything_and_its_new_name_is_named(
    source: Project,
) -> None:
    source.change("alter table grandes rename quanto to quantidade")
    done = source.extract_load(fails=True)
    source.change("alter table grandes rename quantidade to quanto")
    assert_refused(done, "column public.grandes.quanto. Nothing was read", "- 'public-grandes.quan")
    assert "Beginning sync" not in done.output


def test_a_retyped_column_of_a_large_table_stops_before_a_small_one_is_loaded(
    source: Project,
) -> None:
    before = counts(source), state(source)
    source.change(
        "alter table grandes alter quanto type numeric(20, 5), alter preco type numeric(12, 4)",
        "alter table soltas add de_lado text",
        "insert into filial.pequenas values (3)",
        "insert into soltas values ('nova')",
    )
    # Until it is mended, also if all is read anew.
    for full_refresh in (False, False, True):
        done = source.extract_load(fails=True, full_refresh=full_refresh)
        assert_refused(
            done,
            "column quanto is DECIMAL(38, 0), and DECIMAL(20, 5) is to come",
            "column preco is DECIMAL(10, 2), and DECIMAL(12, 4) is to come",
            'GRANDES" add column',
        )
        assert done.loaded() == {}
        assert counts(source) == before[0]
        if not full_refresh:
            assert state(source) == before[1]
    [line] = [line for line in done.output.splitlines() if "Run this, and then" in line]
    for statement in line.partition("--full-refresh: ")[2].split("; "):
        source.warehouse(statement)
    source.extract_load(full_refresh=True)
    assert counts(source) == [(3, 9001, 1, 9)]
    assert ("numeric(20,5)",) in {row[3:4] for row in told(source, "grandes")}
    assert "driva-colunas: nothing new" in source.extract_load().output


def test_a_type_that_grows_is_grown_before_rows_come(source: Project) -> None:
    source.change("alter table grandes alter preco type numeric(14, 4)")
    done = source.extract("--state", source.folder / "state.json")
    assert announced(done)[:2] == ["public-grandes", "driva-colunas"]
    source.extract_load()
    column = "table_name = 'GRANDES' and column_name = 'PRECO'"
    precision = f"select numeric_precision from information_schema.columns where {column}"
    assert source.warehouse(precision) == [(14,)]


def test_a_run_of_one_table_leaves_it_to_others_to_tell_of_theirs(source: Project) -> None:
    source.change(
        "alter table grandes alter quanto type text using quanto::text",
        "insert into filial.pequenas values (4)",
    )
    only = source.with_variables(TAP_POSTGRES__SELECT_FILTER='["filial-pequenas"]')
    done = only.succeed("run", "el")  # it is Meltano that filters
    assert done.loaded() == {"PEQUENAS": (1, 3)}
    assert [row[3] for row in told(source, "grandes")] == ["integer", "numeric(14,4)", "text"]
    assert only.succeed("run", "el").output.count("nothing new") == 2
    source.change("insert into filial.pequenas values (5)")
    done = source.meltano("run", "el")
    assert_refused(done, "column quanto is ")
    assert done.loaded() == {}
    source.change("alter table grandes alter quanto type numeric(20, 5) using quanto::numeric")


def test_a_table_that_is_not_selected_any_more_is_not_told_of(source: Project) -> None:
    def without(extractor: dict[str, Any]) -> None:
        extractor["select"].remove("public-soltas.*")

    with source.configured(without):
        source.extract_load()
    assert told(source, "soltas") == []
