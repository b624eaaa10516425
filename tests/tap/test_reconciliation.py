"""Control totals: what RAW.RECONCILIACAO says of the source, and when it says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import Project, assert_refused

pytestmark = pytest.mark.in_order

TABLES = {"contas": "id_contas", "lentas": "id_lentas"}
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
        from generate_series(-49, 25_001, 10) i
        """,
        "create table lentas (id_lentas int primary key, nota text)",
        "insert into lentas select i, repeat('nota', 100) from generate_series(1, 9000) i",
    )
    with project.selecting(TABLES), project.reconciling():
        yield project


def sent(project: Project, table: str = "contas") -> list[tuple[Any, ...]]:
    """Return the newest totals of a table that are in RAW."""
    return project.warehouse(
        "select faixa, id_inicial, id_final, linhas, soma_chaves, soma_valores "
        f"from RAW.RECONCILIACAO where tabela = '{table}' "
        "qualify conferido_em = max(conferido_em) over () order by 1"
    )


def computed(
    project: Project, table: str = "contas", where: str = "true", first: int | None = None
) -> list[tuple[Any, ...]]:
    """Return the totals of a table that PostgreSQL computes, from its first range or an id on."""
    key, begin = TABLES[table], "null" if first is None else first
    return project.source(
        f"""
        with ranges as (select *, floor({key} / 10000.0)::int as faixa from {table})
        select faixa, greatest(faixa * 10000, {begin}),
            least(faixa * 10000 + 9999, (select max({key}) from {table} where {where})),
            count(*), sum({key}), sum({SUMS[table]})
        from ranges where {key} >= coalesce({begin}, {key}) and {where} group by faixa
        order by faixa
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
    assert "nothing to load" in done.output


def test_of_what_is_read_again_the_totals_are_sent_and_of_no_more(ledger: Project) -> None:
    ledger.change("update contas set valor = valor + 0.01 where id_contas in (1, 25_001)")
    done = ledger.extract_load()
    assert done.loaded()["RECONCILIACAO"] == (0, 1)
    assert sent(ledger) == computed(ledger, first=24_001)


def test_a_comparison_sends_those_of_the_ranges_that_differ(ledger: Project) -> None:
    ledger.reconcile()
    assert sent(ledger) == computed(ledger)
    ledger.change("update contas set valor = valor + 0.01 where id_contas = 1")
    assert ledger.reconcile().loaded() == {"CONTAS": (0, 1), "RECONCILIACAO": (0, 2)}
    of_ranges = computed(ledger)
    assert sent(ledger) == [of_ranges[1], of_ranges[3]]  # and of the last, which others may add to


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
        ("contas", 10_000, '["valor", "taxa"]'),
        ("lentas", 10_000, "[]"),
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


def test_a_number_without_a_place_in_an_old_row_is_refused_with_its_row(ledger: Project) -> None:
    ledger.reconcile()
    ledger.change("update contas set valor = 'NaN' where id_contas = 51")
    done = ledger.reconcile(fails=True)
    ledger.change("update contas set valor = 0 where id_contas = 51")
    assert_refused(done, "public.contas.valor is NaN in the row with id_contas = 51")


def test_rows_above_a_bookmark_that_waits_count(ledger: Project) -> None:
    with ledger.postgres() as late:
        late.autocommit = False
        late.execute("insert into contas values (25_002, 5, 0, 0)")
        ledger.change("insert into contas values (35_000, 7, 0, 0)")
        ledger.extract_load()
        assert ledger.bookmarks["public-contas"] == 25_001
        assert sent(ledger) == computed(ledger, first=24_001)
        late.commit()
    ledger.extract_load()
    assert sent(ledger) == computed(ledger, first=24_001)


def test_of_a_table_that_is_empty_now_there_are_no_totals(ledger: Project) -> None:
    before = sent(ledger)
    ledger.change("delete from contas", "insert into lentas values (9001)")
    done = ledger.extract_load()
    assert done.deleted()["CONTAS"] > 2000
    assert done.loaded()["RECONCILIACAO"] == (0, 1)
    assert sent(ledger) == before
