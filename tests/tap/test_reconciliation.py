"""Control totals: what RAW.RECONCILIACAO says of the source, and when it says so."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.conftest import Project

pytestmark = pytest.mark.in_order

TABLES = {"contas": "id_contas", "lentas": "id_lentas"}
# Each query of this table takes a while, so that something can happen meanwhile.
SLOWLY = {"custom_where_clauses": ["(select pg_sleep(0.3)) is not null"]}
# The sums that a table has, by PostgreSQL's own SQL; `lentas` has no decimals.
SUMS = {"contas": "coalesce(valor, 0) + coalesce(taxa, 0)", "lentas": "0"}


@pytest.fixture(scope="module")
def ledger(project: Project) -> Iterator[Project]:
    """The project with two tables and their totals selected, the first with ids in four ranges."""
    project.change(
        """
        create table contas (
            id_contas bigint primary key, valor numeric(10, 2), taxa numeric(5, 4), peso numeric
        )
        """,
        """
        insert into contas
        select i, case when i % 7 > 0 then i * 1.01 end, 0.0001 * (i % 9), i / 3.0
        from generate_series(-49, 250_001, 50) i
        """,
        "create table lentas (id_lentas int primary key, nota text)",
        "insert into lentas select i, repeat('nota', 100) from generate_series(1, 9000) i",
    )
    with project.selecting(TABLES), project.reconciling():
        yield project


def sent(project: Project, table: str = "contas") -> list[tuple[Any, ...]]:
    """Return the newest totals of a table that are in RAW."""
    return project.warehouse(
        "select faixa, id_inicial, id_final, linhas, soma_chaves, soma_valores, estavel "
        f"from RAW.RECONCILIACAO where tabela = '{table}' "
        "and conferido_em = (select max(conferido_em) from RAW.RECONCILIACAO) order by 1"
    )


def computed(project: Project, table: str = "contas", where: str = "true") -> list[tuple[Any, ...]]:
    """Return the totals of a table that PostgreSQL computes up to its bookmark, all stable."""
    key, bookmark = TABLES[table], project.bookmarks[f"public-{table}"]
    return project.source(
        f"""
        with ranges as (select *, floor({key} / 100000.0)::int as faixa from {table})
        select faixa, faixa * 100000, least(faixa * 100000 + 99999, {bookmark}),
            count(*), sum({key}), sum({SUMS[table]}), true
        from ranges where {key} <= {bookmark} and {where} group by faixa order by faixa
        """
    )


def test_the_totals_are_those_that_postgresql_computes(ledger: Project) -> None:
    done = ledger.extract_load()
    assert list(done.loaded().items())[-1] == ("RECONCILIACAO", (5, 0))
    assert "driva-reconciliacao: totals of 5 ranges" in done.output
    assert len(computed(ledger)) == 4
    assert sent(ledger) == computed(ledger)
    assert sent(ledger, "lentas") == computed(ledger, "lentas")


def test_nothing_is_sent_where_nothing_is_new(ledger: Project) -> None:
    done = ledger.extract_load()
    assert done.loaded() == {}
    assert "driva-reconciliacao: nothing new" in done.output
    assert "0 schemas, 0 records" in done.output


def test_an_old_row_that_is_updated_changes_the_totals_alone(ledger: Project) -> None:
    ledger.change("update contas set valor = valor + 0.01 where id_contas = 1")
    done = ledger.extract_load()
    assert done.loaded() == {"RECONCILIACAO": (0, 4)}
    assert sent(ledger) == computed(ledger)


def test_a_run_of_one_table_says_nothing_of_the_others(ledger: Project) -> None:
    filtered = ledger.with_variables(TAP_POSTGRES__SELECT_FILTER='["public-lentas"]')
    ledger.succeed("run", "el")  # it is Meltano that filters
    for run in (filtered, ledger):
        assert "driva-reconciliacao: nothing new" in run.succeed("run", "el").output


def test_a_filter_that_names_no_table_is_refused(ledger: Project) -> None:
    none = ledger.with_variables(TAP_POSTGRES__SELECT_FILTER='["public-nenhuma"]')
    done = none.extract_load(fails=True)
    assert done.code != 0
    assert "not in the source, or not readable by this user: table public.nenhuma" in done.output


def test_a_full_refresh_sends_them_again_and_records_have_the_same(ledger: Project) -> None:
    before = sent(ledger)
    # An earlier version of the tap had not these columns.
    for column in ("IDS_POR_FAIXA", "COLUNAS_SOMADAS"):
        ledger.warehouse(f"alter table RAW.RECONCILIACAO drop column {column}")
    with ledger.record_by_record():
        done = ledger.extract_load(full_refresh=True)
    assert done.loaded()["RECONCILIACAO"] == (0, 5)
    assert sent(ledger) == before == computed(ledger)
    said = (
        "select distinct tabela, ids_por_faixa, colunas_somadas from RAW.RECONCILIACAO order by 1"
    )
    assert ledger.warehouse(said) == [
        ("contas", 100_000, '["valor", "taxa"]'),
        ("lentas", 100_000, "[]"),
    ]


def test_rows_that_are_not_read_do_not_count(ledger: Project) -> None:
    def odd(extractor: dict[str, Any]) -> None:
        clause = {"custom_where_clauses": ["id_contas % 3 = 1"]}
        extractor["config"]["stream_options"] = {"public-contas": clause}

    with ledger.configured(odd):
        ledger.extract_load(full_refresh=True)
        assert sent(ledger) == computed(ledger, where="id_contas % 3 = 1")
    ledger.extract_load(full_refresh=True)
    assert sent(ledger) == computed(ledger)


@pytest.mark.parametrize("news", ["public-contas: 5,002 rows", "public-contas: nothing new"])
def test_a_range_that_changes_while_tables_are_read_is_not_stable(
    ledger: Project, news: str
) -> None:
    first_read = 0 if news.endswith("rows") else 2
    ledger.change("insert into lentas select max(id_lentas) + 1 from lentas")
    log = ledger.folder / "tap-postgres.log"
    log.unlink()
    with ledger.configured(slowly), ThreadPoolExecutor() as side:
        run = side.submit(ledger.extract_load, full_refresh=news.endswith("rows"))
        while not (log.exists() and news in log.read_text()):
            assert not run.done(), run.result().output
            time.sleep(0.02)
        ledger.change("update contas set valor = valor + 1 where id_contas in (1, 250_001)")
    run.result()
    is_stable = {row[0]: row[-1] for row in sent(ledger)}
    assert is_stable == {-1: True, 0: first_read > 0, 1: True, 2: False}
    assert [row[-1] for row in sent(ledger, "lentas")] == [True]
    ledger.extract_load()
    assert sent(ledger) == computed(ledger)


def slowly(extractor: dict[str, Any]) -> None:
    extractor["config"]["stream_options"] = {"public-lentas": SLOWLY}


def test_a_number_without_a_place_in_an_old_row_is_refused_with_its_row(ledger: Project) -> None:
    ledger.change("update contas set valor = 'NaN' where id_contas = 51")
    done = ledger.extract_load(fails=True)
    ledger.change("update contas set valor = 0 where id_contas = 51")
    assert done.code != 0
    assert "Traceback" not in done.output
    assert "public.contas.valor is NaN in the row with id_contas = 51" in done.output


def test_rows_above_a_bookmark_that_waits_do_not_count(ledger: Project) -> None:
    with ledger.postgres() as late:
        late.autocommit = False
        late.execute("insert into contas values (250_002, 5, 0, 0)")
        ledger.change("insert into contas values (350_000, 7, 0, 0), (3, 1, 0, 0)")
        ledger.extract_load()
        assert ledger.bookmarks["public-contas"] == 250_001
        assert ledger.warehouse("select max(id_contas) from RAW.CONTAS") == [(350_000,)]
        assert sent(ledger) == computed(ledger)
        assert sent(ledger)[-1][:3] == (2, 200_000, 250_001)
        late.commit()
    ledger.extract_load()
    assert sent(ledger) == computed(ledger)
    assert sent(ledger)[-1][:4] == (3, 300_000, 350_000, 1)


def test_a_table_that_is_empty_now_has_no_rows_in_its_last_range(ledger: Project) -> None:
    ledger.change("delete from contas")
    ledger.extract_load()
    assert sent(ledger) == [(3, 300_000, 350_000, 0, 0, 0, True)]
