"""What is forecast: the newest round of GOLD.PREVISAO_VENDAS, in a chart and in words."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd
from babel import dates

from dashboard import charts, warehouse
from dashboard.language import locale, percent, short_money, t, translated
from dashboard.warehouse import Scope

LEVELS = (80, 95)


class Forecast(NamedTuple):
    """A chart, and what it says."""

    chart: Any
    words: str


def of(level: str, key: str, dealerships: tuple[int, ...] | None = None) -> Forecast | None:
    """Return the forecast of revenue; None where there is none.

    Args:
        level: rede, estado or concessionaria.
        key: rede, or an id.
        dealerships: those of the series; None for all.
    """
    ahead = warehouse.forecasts(level, key)
    if ahead.empty:
        return None
    until = pd.Period(ahead["ultimo_mes"].iloc[0], "M")
    scope = Scope((until - 23).start_time.date(), until.end_time.date(), None, dealerships)
    sold = warehouse.series(scope, "month", scope.start or until.start_time.date())
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
