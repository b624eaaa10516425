"""The job `forecast` on the sample network: what it writes, who sees it, what leaves it alone."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from datetime import date

import pytest

from tests.conftest import ROOT, Project, assert_refused

pytestmark = pytest.mark.in_order

PYTHON = ROOT / ".meltano/utilities/forecast/venv/bin/python"
# Writes so many forecasts of a month, of a value; waits before the end if it is told to.
WRITE = """
import sys, time
from datetime import date, datetime
from sales_forecast import warehouse
count, value, year, wait = map(int, sys.argv[1:])
made = {"ultimo_mes": date(year, 12, 1), "nivel": "tipo", "medida": "total", "modelo": "média",
        "supera_referencia": False, "gerado_em": datetime(2026, 1, 1)}
forecasts = [{**made, "mes": date(year + 1, 1, 1), "chave": str(i), "previsto": value}
             for i in range(count)]
quality = [{**made, "chave": str(i), "meses": 36, "comparacoes": value} for i in range(count)]
with warehouse.connected() as connection:
    if wait:
        connect = connection.cursor
        class Cursor:
            def __init__(self): self.real = connect()
            def execute(self, text, *words):
                if text == "commit":
                    print("written", flush=True)
                    time.sleep(wait)
                return self.real.execute(text, *words)
            def executemany(self, *words): return self.real.executemany(*words)
        connection.cursor = Cursor
    warehouse.write(connection, date(year, 12, 1), forecasts, quality)
"""
ROWS = (
    "select count(*), count(distinct {0}), max({0}) from GOLD.{1} where ultimo_mes = '2019-12-01'"
)


def writer(project: Project, *words: object) -> subprocess.Popen[str]:
    """Start what writes rows as the job does, without forecasting."""
    settings = {
        f"FORECAST_SNOWFLAKE_{name}": value
        for name, value in {
            "ACCOUNT": "local",
            "USER": "local",
            "PASSWORD": "local",
            "DATABASE": "DRIVAMOTORS",
            "HOST": "127.0.0.1",
            "PORT": str(project.snowflake_port),
            "PROTOCOL": "http",
        }.items()
    }
    return subprocess.Popen(
        [PYTHON, "-c", WRITE, *map(str, words)],
        env={**project.environment, **settings},
        stdout=subprocess.PIPE,
        text=True,
    )


def seen(project: Project) -> tuple[object, object]:
    """Return what a reader sees of both tables."""
    [forecasts] = project.warehouse(ROWS.format("previsto", "PREVISAO_VENDAS"))
    [quality] = project.warehouse(ROWS.format("comparacoes", "PREVISAO_QUALIDADE"))
    return (*forecasts,), (*quality,)


def test_without_gold_it_says_what_to_do(project: Project) -> None:
    assert_refused(project.meltano("run", "forecast"), "FCT_VENDAS", "meltano run elt")


def test_without_a_forecast_everything_is_built(network: Project) -> None:
    assert network.warehouse("select count(*) from GOLD.PREVISAO_VENDAS") == [(0,)]
    checks = (
        "select verificacao, situacao from GOLD.QUALIDADE_DADOS where tabela like 'GOLD.PREVISAO%'"
    )
    assert {situation for _, situation in network.warehouse(checks)} == {"ok"}


def test_six_months_are_forecast_and_add_up(network: Project) -> None:
    done = network.succeed("run", "forecast")
    assert "36 months until 2025-12" in done.output
    assert "rows in GOLD.PREVISAO_VENDAS: of " in done.output
    rows = network.warehouse(
        "select mes, medida, nivel, sum(previsto) from GOLD.PREVISAO_VENDAS group by 1, 2, 3"
    )
    by_month: dict[tuple[date, str], set[object]] = {}
    for month, measure, _, total in rows:
        by_month.setdefault((month, measure), set()).add(total)
    assert {month for month, _ in by_month} == {date(2026, month, 1) for month in range(1, 7)}
    assert all(len(totals) == 1 for totals in by_month.values()), by_month
    # Whatever sold in a month that counts is in it, and nothing else.
    sold = {
        "concessionaria": "select distinct to_varchar(concessionaria_id) from GOLD.FCT_VENDAS",
        "tipo": "select distinct tipo from SILVER.DIM_VEICULOS where veiculo_id in "
        "(select veiculo_id from GOLD.FCT_VENDAS)",
    }
    for level, keys in sold.items():
        told = f"select distinct chave from GOLD.PREVISAO_QUALIDADE where nivel = '{level}'"
        assert sorted(network.warehouse(told)) == sorted(network.warehouse(keys))
    # Half a year is near what the same half of the year before has sold.
    [(forecast, before)] = network.warehouse(
        "select (select sum(previsto) from GOLD.PREVISAO_VENDAS where nivel = 'rede' "
        "and medida = 'quantidade'), (select sum(quantidade) from GOLD.FCT_VENDAS_MENSAIS "
        "where mes_venda between '2025-01-01' and '2025-06-01')"
    )
    assert 0.7 < float(forecast) / float(before) < 1.4


def test_builds_leave_it_as_it_is_and_check_it(network: Project) -> None:
    before = network.warehouse("select * from GOLD.PREVISAO_VENDAS order by all")
    tables = ("previsao_vendas", "previsao_qualidade")
    done = network.build("--full-refresh", "--select", *tables)
    assert "PASS previsao_vendas_adds_up" in done.output
    assert network.warehouse("select * from GOLD.PREVISAO_VENDAS order by all") == before
    with network.snowflake() as connection:
        connection.cursor().execute(
            "update GOLD.PREVISAO_VENDAS set previsto = previsto + 0.01 where nivel = 'tipo'"
        )
    assert "ALERTA previsao_vendas_adds_up" in network.build("--select", *tables).output


def test_a_month_outside_of_its_forecast_is_listed(network: Project) -> None:
    """The forecast of the month before has to be there, and these are its limits."""
    for limit, said in (("0.01", "ALERTA"), ("1e12", "PASS")):
        with network.snowflake() as connection:
            for statement in (
                "delete from GOLD.PREVISAO_VENDAS where ultimo_mes = '2025-11-01'",
                "insert into GOLD.PREVISAO_VENDAS select * replace ("
                "date '2025-11-01' as ultimo_mes, date '2025-12-01' as mes, "
                f"0 as minimo_95, {limit} as maximo_95) "
                "from GOLD.PREVISAO_VENDAS where mes = '2026-01-01'",
            ):
                connection.cursor().execute(statement)
        assert f"{said} previsao_vendas_held" in network.build("--select", "previsao_vendas").output


def test_a_reader_sees_all_of_the_old_or_all_of_the_new(network: Project) -> None:
    assert writer(network, 700, 1, 2019, 0).wait() == 0
    old, new = ((700, 1, 1), (700, 1, 1)), ((900, 1, 2), (900, 1, 2))
    assert seen(network) == old
    process = writer(network, 900, 2, 2019, 3)
    looked = []
    while process.poll() is None:
        looked.append(seen(network))
        time.sleep(0.1)
    assert set(looked) <= {old, new}
    assert old in looked
    assert seen(network) == new


def test_a_run_that_is_killed_leaves_the_old(network: Project) -> None:
    process = writer(network, 50, 3, 2019, 600)
    assert process.stdout
    assert process.stdout.readline() == "written\n"
    with suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert seen(network)[0] == (900, 1, 2)


def test_forecasts_of_earlier_months_stay_and_later_ones_do_not(network: Project) -> None:
    """What was made of months that are no longer there, after a correction, goes."""
    assert writer(network, 10, 4, 2018, 0).wait() == 0
    months = "select distinct ultimo_mes from GOLD.{} order by 1"
    for table in ("PREVISAO_VENDAS", "PREVISAO_QUALIDADE"):
        assert network.warehouse(months.format(table)) == [(date(2018, 12, 1),)]
    assert writer(network, 10, 5, 2019, 0).wait() == 0
    kept = [(date(2018, 12, 1),), (date(2019, 12, 1),)]
    assert network.warehouse(months.format("PREVISAO_VENDAS")) == kept
