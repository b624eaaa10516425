"""A network that no generator made ends its first run with GOLD, and all of it."""

from __future__ import annotations

import json
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.conftest import ROOT, Project, browsing, needs_a_browser
from tests.dashboard.test_dashboard import CHART, PAGES, Visit, serving
from tests.oracle import assert_gold_equals_source

pytestmark = pytest.mark.in_order


@pytest.fixture(scope="module")
def network(project: Project) -> Project:
    project.change(
        # Types as others have them: money without a precision, keys that came from Oracle.
        "alter table veiculos alter valor type numeric",
        "alter table vendas alter valor_pago type numeric, alter id_vendedores type numeric(10, 0)",
        Path(__file__).with_name("odd_network.sql").read_text(),
    )
    return project


def test_the_first_run_of_a_network_that_nobody_here_made_ends_with_gold(network: Project) -> None:
    network.extract_load()
    network.build("--empty")
    network.build()
    assert_gold_equals_source(network)


def test_a_discount_is_known_since_the_source_last_changed_the_price(network: Project) -> None:
    discounts = network.warehouse(
        "select venda_id, preco_tabela, desconto from GOLD.FCT_VENDAS "
        "where venda_id in (10, 11, 20, 21, 22, 23, 30, 31, 33, 60, 64) order by 1"
    )
    assert [(sale, *map(_float, rest)) for sale, *rest in discounts] == [
        (10, 12500.00, 200.00),
        (11, 12500.00, 3750.00),
        (20, None, None),  # its price was changed later
        (21, 49900.00, 0.00),
        (22, None, None),  # the source does not say since when, so since the load
        (23, None, None),  # the source says a day that is still to come, so since the load
        (30, 0.00, 0.00),
        (31, 0.01, 0.00),
        (33, None, None),  # has none
        (60, None, None),  # before the vehicle was there
        (64, 49900.00, -100.00),
    ]
    for analysis in ("TEMPORAL", "CONCESSIONARIA", "VEICULO"):
        counted = f"select sum(vendas_sem_preco_tabela) from GOLD.ANALISE_VENDAS_{analysis}"
        assert network.warehouse(counted) == [(11,)]


def _float(value: object) -> float | None:
    return None if value is None else float(str(value))


def test_what_is_odd_is_listed(network: Project) -> None:
    listed = dict(
        network.warehouse(
            "select verificacao, linhas from GOLD.QUALIDADE_DADOS "
            "where situacao in ('aviso', 'alerta')"
        )
    )
    assert listed == {
        "fct_vendas_has_no_orphans": 5,  # 40 to 44
        "fct_vendas_list_price_is_known": 11,  # 20, 22, 23, 33, 34, 40, 44, 50, 60 to 62
        "fct_vendas_members_are_known": 7,  # 40 to 44, 50, 52
        "fct_vendas_not_in_the_future": 2,  # 63, 64
        "fct_vendas_paid_with_something": 4,  # 30, 32, 34, 50
        "fct_vendas_sold_after_opening": 3,  # 60 to 62
        "fct_vendas_sold_by_own_dealership": 4,  # 33, 34, 70, 71
        "fct_vendas_sold_near_list_price": 7,  # 11, 32, 51 to 53, 63, 64
    }


# Runs code of the dashboard as Streamlit does, without a browser, and prints its last table.
TABLES = """
import json, sys
from streamlit.testing.v1 import AppTest

BEGINNING = '''
import streamlit as st
from datetime import date
from dashboard import layout, warehouse
from dashboard.pages import dealerships, salespeople, vehicles
everything = warehouse.Scope(None, None, None)
'''

def table(code):
    app = AppTest.from_string(BEGINNING + code, default_timeout=60).run()
    assert not app.exception, app.exception[0].stack_trace
    return json.loads(app.dataframe[-1].value.to_json(orient="records", date_format="iso"))

print(json.dumps(list(map(table, json.load(sys.stdin)))))
"""
MONTHS = "st.dataframe(layout.derived(warehouse.series(everything, 'month', date.min, {})))"
SECRETS = """
[connections.snowflake]
account = "local"
user = "local"
password = "local"
host = "127.0.0.1"
port = {port}
protocol = "http"
database = "DRIVAMOTORS"
"""


def displayed(column: str) -> str:
    """Return the SQL of a member's name as the dashboard writes it, with its id if two have it."""
    name = f"coalesce({column}, 'Não informado')"
    number = f"case when count(*) over (partition by {name}) > 1 then ' · ' || id else '' end"
    return f"{name} || {number}"


# What of the dashboard shows an analysis, the columns in which it does, and the analysis: first
# what tells rows apart. Percentages of GOLD are shares of one in the dashboard.
SHOWN = [
    (
        "dealerships.show(everything)",
        "Concessionária, Posição, Vendas, Faturamento, Ticket médio, Desconto, Participação",
        f"select {displayed('concessionaria')}, posicao, quantidade, total, valor_medio, "
        "desconto_percentual, participacao_rede from GOLD.ANALISE_VENDAS_CONCESSIONARIA",
    ),
    (
        "vehicles.show(everything)",
        "Veículo, Vendas, Faturamento, Preço pago, Preço de tabela, Desconto, Participação",
        f"select {displayed('veiculo')}, quantidade, total, valor_medio, preco_tabela_medio, "
        "desconto_percentual, participacao_rede from GOLD.ANALISE_VENDAS_VEICULO",
    ),
    (
        "salespeople.show(everything)",
        "Vendedor, Posição, Vendas, Faturamento, Ticket médio, Média da concessionária, "
        "Ante a média",
        f"select {displayed('vendedor')}, posicao, quantidade, total, valor_medio, "
        "media_concessionaria, variacao_media from GOLD.ANALISE_VENDAS_VENDEDOR",
    ),
    (
        MONTHS.format(None),
        "inicio, quantidade, total, valor_medio, desconto_percentual",
        "select mes_venda, numero_vendas, total_vendas, valor_medio_venda, desconto_percentual "
        "from GOLD.ANALISE_VENDAS_TEMPORAL where mes_venda is not null",
    ),
    (
        MONTHS.format("'concessionaria_id'"),
        "inicio, concessionaria_id, quantidade, total, valor_medio",
        "select mes_venda, concessionaria_id, quantidade, total, valor_medio "
        "from GOLD.ANALISE_VENDAS_CONCESSIONARIA_MES where mes_venda is not null",
    ),
    (
        # The map's circles: cities of one name and state are one.
        "rows = warehouse.totals(everything, 'concessionaria_id')[0]\n"
        "rows = layout.named(rows, warehouse.dealerships())\n"
        "st.dataframe(layout.grouped(rows, ['cidade', 'sigla']).reset_index())",
        "cidade, sigla, quantidade, total",
        "select coalesce(cidade, '—') as nome, sigla, sum(quantidade), sum(total) "
        "from GOLD.ANALISE_VENDAS_CIDADE group by 1, 2",
    ),
]

# A column that GOLD does not have before the next build.
NOT_BUILT = """
try:
    warehouse.query("select nova from GOLD.CARGAS")
except warehouse.UnavailableError as error:
    st.dataframe([{"said": str(error)}])
"""


def test_the_dashboard_shows_what_the_analyses_say(network: Project, tmp_path: Path) -> None:
    (tmp_path / ".streamlit").mkdir()
    secrets = SECRETS.format(port=network.snowflake_port)
    (tmp_path / ".streamlit/secrets.toml").write_text(secrets)
    done = subprocess.run(
        [ROOT / ".meltano/utilities/dashboard/venv/bin/python", "-c", TABLES],
        input=json.dumps([*(code for code, _, _ in SHOWN), NOT_BUILT]),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    *tables, sentences = json.loads(done.stdout)
    assert "As tabelas do painel ainda não existem" in sentences[0]["said"]
    for (_, titles, query), table in zip(SHOWN, tables, strict=True):
        columns = titles.split(", ")
        keys = 2 if {"concessionaria_id", "sigla"} & {*columns} else 1
        gold = {tuple(map(str, row[:keys])): row[keys:] for row in network.warehouse(query)}
        shown = {
            tuple(str(row[name]).removesuffix("T00:00:00.000") for name in columns[:keys]): row
            for row in table
        }
        assert shown.keys() == gold.keys(), query
        assert [
            (key, column, shown[key][column], expected)
            for key, values in gold.items()
            for column, expected in zip(columns[keys:], values, strict=True)
            if not _is_same(column, shown[key][column], expected)
        ] == []


def _is_same(column: str, shown: float | None, gold: Decimal | int | None) -> bool:
    """Compare a number with that of GOLD, to its last digit."""
    if shown is None or gold is None:
        return shown is gold
    percent = column in ("Desconto", "Participação", "Ante a média", "desconto_percentual")
    last_digit = Decimal(1).scaleb(int(Decimal(gold).as_tuple().exponent))
    return abs(Decimal(shown) * (100 if percent else 1) - gold) <= last_digit * Decimal("0.51")


@needs_a_browser
def test_every_page_of_the_dashboard_shows_it(network: Project) -> None:
    ((sales,),) = network.source("select count(*) from vendas")
    with serving(network) as url, browsing() as chromium:
        context = chromium(locale="pt-BR")
        for period in ("12m", "total"):
            for path in PAGES:
                visit = Visit.begin(context, f"{url}{path}?periodo={period}")
                if path != "concessionaria":  # of which one is to be chosen first
                    expect(visit.page.locator(CHART).first).to_be_visible()
                assert visit.page.get_by_test_id("stException").count() == 0, path
                assert visit.page.get_by_test_id("stAlertContentError").count() == 0, path
                assert visit.errors == [], path
                if (path, period) == ("", "12m"):
                    # Up to the last sale that is not in the future; of all rows, the newest year.
                    assert "1 de out. de 2023 a 30 de set. de 2024" in visit.text()
                if (path, period) == ("", "total"):
                    assert visit.numbers()[1] == str(sales)
                    assert "sem valor ou sem preço de tabela do dia: 11." in visit.text()
                if path == "dados":
                    assert "2024" in visit.text()
                visit.end()


def test_another_run_finds_nothing_new_and_changes_nothing(network: Project) -> None:
    before = network.warehouse("select * from GOLD.FCT_VENDAS order by venda_id")
    assert network.extract_load().loaded() == {}
    network.build("--exclude-resource-type=test")
    assert network.warehouse("select * from GOLD.FCT_VENDAS order by venda_id") == before
    assert_gold_equals_source(network)
