"""A build costs what has changed: the tests of this file build on each other, in their order."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from typing import NamedTuple

import pytest

from tests.conftest import ROOT, Project
from tests.oracle import assert_gold_equals_source

pytestmark = pytest.mark.in_order

LAYERS = "('BRONZE', 'SILVER', 'GOLD')"
# What each run writes to.
LEDGERS = {"GOLD.EXECUCOES", "GOLD.QUALIDADE_DADOS"}
CITIES = "transform/models/analyses/analise_vendas_cidade.sql"


class Run(NamedTuple):
    """The newest row of GOLD.EXECUCOES."""

    scope: str
    situation: str
    steps: int
    statements: int
    is_known: bool


@pytest.fixture(scope="module")
def network(network: Project) -> Project:
    """The network as it was built last, with the variables of that build."""
    return network.with_variables(DBT_SNOWFLAKE_FRESHNESS_ERROR_HOURS="72")


def last_run(project: Project) -> Run:
    [row] = project.warehouse(
        "select escopo, situacao, passos, instrucoes, estado is not null from GOLD.EXECUCOES "
        "qualify row_number() over (order by inicio desc) = 1"
    )
    return Run(*row)


def altered(project: Project) -> dict[str, str]:
    """Return when each table and view of the layers was altered last."""
    rows = project.warehouse(
        "select table_schema || '.' || table_name, last_altered::varchar "
        f"from information_schema.tables where table_schema in {LAYERS}"
    )
    return dict(rows)


def written(project: Project, before: dict[str, str]) -> set[str]:
    """Return the tables and views that were made or written to since."""
    return {name for name, at in altered(project).items() if before.get(name) != at} - LEDGERS


def load(project: Project, *statements: str) -> None:
    project.change(*statements)
    project.extract_load()


def test_with_nothing_new_nothing_is_built(network: Project) -> None:
    """The statements are held: their number is the same on any machine."""
    before = altered(network)
    done = network.build()
    assert "nada: nothing is new in RAW" in done.output
    assert written(network, before) == set()
    run = last_run(network)
    assert run._replace(steps=0, statements=0) == Run("nada", "ok", 0, 0, is_known=True)
    tested = network.warehouse(
        "select distinct split_part(verificacao, '_driva', 1) from GOLD.QUALIDADE_DADOS "
        "where executado_em = (select max(executado_em) from GOLD.QUALIDADE_DADOS)"
    )
    assert {name for (name,) in tested} == {
        "source_recently_loaded",
        "fct_vendas_has_no_orphans",
        "fct_vendas_not_in_the_future",
    }
    assert run.statements <= 30


def test_of_builds_that_overlap_none_is_the_last_word(network: Project) -> None:
    """Who began earlier and ended later may have written the older rows last."""

    def known() -> dict[str, object]:
        done = network.dbt("--log-level=debug", "run-operation", "last_build")
        [line] = [line for line in done.output.splitlines() if '"relations"' in line]
        return dict(json.loads(line[line.index("{") :]))

    assert known()["tables"]
    network.warehouse(
        "insert into GOLD.EXECUCOES (execucao_id, inicio, fim, escopo, situacao) "
        "select 'other', dateadd(second, -1, max(inicio)), dateadd(second, 1, max(inicio)), "
        "'tudo', 'ok' from GOLD.EXECUCOES"
    )
    overlapped = known()
    assert "tables" not in overlapped
    assert overlapped["code"]
    network.warehouse("delete from GOLD.EXECUCOES where execucao_id = 'other'")
    assert known()["tables"]


def test_everything_is_built_again_in_fewer_statements(network: Project) -> None:
    described = "select table_name, comment from information_schema.tables where comment != ''"
    before = sorted(network.warehouse(described))
    done = network.build("--all")
    assert "tudo: as asked" in done.output
    run = last_run(network)
    assert run._replace(steps=0, statements=0) == Run("tudo", "ok", 0, 0, is_known=True)
    assert run.statements <= 280
    assert sorted(network.warehouse(described)) == before
    assert_gold_equals_source(network)


def test_what_depends_on_a_new_sale_is_built(network: Project) -> None:
    before = altered(network)
    load(
        network,
        "insert into vendas (id_veiculos, id_concessionarias, id_vendedores, id_clientes, "
        "valor_pago, data_venda) values (1, 1, 1, 1, 50000, '2025-12-30')",
    )
    done = network.build()
    assert "alterado: RECONCILIACAO, VENDAS in RAW" in done.output
    changed = written(network, before)
    assert "GOLD.FCT_VENDAS" in changed
    assert {name for name in changed if "ANALISE" in name} == {
        name for name in before if "ANALISE" in name
    }
    # What else looks at sales: the calendar, and the bookmarks.
    assert {name for name in changed if ".DIM_" in name} == {"SILVER.DIM_DATAS"}
    assert "GOLD.CARGAS" in changed
    assert not {name for name in changed if name.startswith("BRONZE.")}
    assert last_run(network).scope == "alterado"
    assert "loaded since the build before: 1 new rows," in done.output
    loaded = network.warehouse(
        "select linhas_novas, linhas_excluidas, segundos_carga > 0, instrucoes_carga > 0 "
        "from GOLD.EXECUCOES qualify row_number() over (order by inicio desc) = 1"
    )
    assert loaded == [(1, 0, True, True)]
    assert_gold_equals_source(network)


def test_a_changed_member_reaches_what_shows_it(network: Project) -> None:
    load(
        network,
        "update concessionarias set concessionaria = 'Renomeada' where id_concessionarias = 1",
    )
    network.build()
    assert last_run(network).scope == "alterado"
    assert_gold_equals_source(network)


def test_after_a_build_that_failed_everything_is_built(network: Project) -> None:
    """A row is lost in RAW, which stops what is built on it; then somebody repairs it."""
    [[sale]] = network.warehouse("select min(id_vendas) from RAW.VENDAS")
    lost = f"where id_vendas = {sale}"
    network.warehouse(f"create table RAW.KEPT as select * from RAW.VENDAS {lost}")
    network.warehouse(f"delete from RAW.VENDAS {lost}")
    network.build(fails=True)
    assert last_run(network)[1::3] == ("falha", False)
    network.warehouse("insert into RAW.VENDAS select * from RAW.KEPT")
    network.warehouse("drop table RAW.KEPT")
    assert "tudo: the last build failed" in network.build().output
    assert_gold_equals_source(network)


def test_after_a_build_that_was_killed_everything_is_built(network: Project) -> None:
    load(
        network,
        "update vendas set valor_pago = valor_pago + 1 "
        "where id_vendas = (select max(id_vendas) from vendas)",
    )
    _, environment = network.configuration("dbt-snowflake")
    process = subprocess.Popen(
        [
            ROOT / ".meltano/utilities/dbt-snowflake/venv/bin/python",
            network.folder / "transform/build.py",
        ],
        env=environment,
        cwd=network.folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 120
    while last_run(network).situation != "em andamento":
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert last_run(network).situation == "em andamento"
    assert "was interrupted" in network.build().output
    assert last_run(network)[:2] == ("tudo", "ok")
    assert_gold_equals_source(network)


def test_changed_code_is_built_empty_first_and_then_whole(network: Project) -> None:
    """A model that cannot be built leaves all as it is; a changed model and seed are built."""
    model, seed = network.folder / CITIES, network.folder / "transform/seeds/municipios.csv"
    right, first = model.read_text(), seed.read_text()
    before = altered(network)
    model.write_text(right.replace("vendas.quantidade,", "vendas.quantidades,"))
    done = network.build(fails=True)
    assert "analise_vendas_cidade" in done.output
    assert written(network, before) == set()
    model.write_text(right.replace("as cidade,", "|| ' *' as cidade,"))
    seed.write_text(first.replace(",-23.5329,", ",-23.5330,"))
    assert seed.read_text() != first
    done = network.build()
    assert "tudo: the code is not that of the last build" in done.output
    starred = "select count_if(cidade like '% *') = count(*) from GOLD.ANALISE_VENDAS_CIDADE"
    assert network.warehouse(starred) == [(True,)]
    latitude = "select count(*) from SILVER.DIM_CIDADES where latitude = -23.5330"
    assert network.warehouse(latitude) == [(1,)]
    model.write_text(right)
    seed.write_text(first)


def test_after_a_choice_of_models_everything_is_built(network: Project) -> None:
    network.build("--select", "analise_vendas_cidade")
    assert last_run(network)[::4] == ("escolhido", False)
    network.warehouse("drop table GOLD.ANALISE_VENDAS_CIDADE")
    assert "tudo: " in network.build().output
    assert_gold_equals_source(network)
    assert "nada: " in network.build().output
