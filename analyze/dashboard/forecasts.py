"""What is forecast: the newest round of GOLD.PREVISAO_VENDAS, in a chart and in words."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd
from babel import dates

from dashboard import charts, warehouse
from dashboard.language import locale, percent, short_money, t, translated
from dashboard.layout import card, draw
from dashboard.warehouse import Scope

MONTHS = 24  # that were, beside those that come


class Forecast(NamedTuple):
    """A chart, and what it says."""

    chart: Any
    words: str


def show(scope: Scope) -> None:
    """Show the forecast of what is chosen, where there is one."""
    if forecast := of(scope):
        with card(t("Previsão")):
            name = t("Linhas: faturamento por mês, e o previsto com os intervalos de 80% e 95%")
            draw(forecast.chart, name, forecast.words)


def of(scope: Scope) -> Forecast | None:
    """Return the forecast of revenue; None where there is none.

    Args:
        scope: of whose sales, whenever: of the whole network, or of one dealership.
    """
    dealerships = scope.dealerships
    if scope.vehicles or scope.salespeople or (dealerships and len(dealerships) > 1):
        return None
    level, key = ("concessionaria", str(dealerships[0])) if dealerships else ("rede", "rede")
    ahead = warehouse.forecasts(level, key)
    if ahead.empty:
        return None
    until = pd.Period(ahead["ultimo_mes"].iloc[0], "M")
    first = (until - MONTHS + 1).start_time.date()
    two_years = Scope(first, until.end_time.date(), None, dealerships)
    sold = warehouse.series(two_years, "month", first)
    next_month = ahead.iloc[0]
    words = t(
        "Previsão a partir de {last}, por {model}: {value} em {month}",
        last=_month(until.start_time),
        model=translated(next_month["modelo"]),
        value=short_money(next_month["previsto"]),
        month=_month(next_month["mes"]),
    )
    if pd.notna(next_month["minimo_80"]):
        words += t(
            "; entre {low} e {high} em {share} dos casos",
            low=short_money(next_month["minimo_80"]),
            high=short_money(next_month["maximo_80"]),
            share=percent(0.8, 0),
        )
    words += ". "
    if not next_month["supera_referencia"]:
        words += t("O modelo não errou menos do que esta referência, que por isso é mostrada.")
    sold = sold.assign(inicio=pd.to_datetime(sold["inicio"])).sort_values("inicio")
    return Forecast(charts.forecast(sold, ahead), words.strip())


def _month(day: Any) -> str:
    return str(dates.format_skeleton("yMMMM", day, locale=locale()))
