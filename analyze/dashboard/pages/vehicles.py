"""Vehicles: units, revenue, what is paid against the list price, and all of it over time."""

from __future__ import annotations

import streamlit as st

from dashboard import charts, warehouse
from dashboard.language import money, number, percent, short_money, t
from dashboard.layout import (
    Column,
    card,
    change,
    columns,
    derived,
    heading,
    named,
    ratio,
    stop_if_empty,
    table,
)
from dashboard.timeline import Timeline
from dashboard.warehouse import Scope


def show(scope: Scope) -> None:
    """Show the page."""
    now, before = warehouse.totals(scope, "veiculo_id")
    heading(t("Veículos"), scope, not before.empty)
    stop_if_empty(now)
    rows = derived(named(now, warehouse.vehicles())).sort_values("quantidade", ascending=False)
    rows["crescimento"] = change(rows["quantidade"], before["quantidade"])
    rows["participacao"] = ratio(rows["total"], rows["total"].sum())
    left, right = st.columns(2)
    with card(t("Unidades"), left):
        st.altair_chart(
            charts.bars(
                rows.assign(rotulo=rows["quantidade"].map(number)),
                "veiculo",
                "quantidade",
                "rotulo",
            ),
            alt=t("Barras: unidades por veículo"),
        )
    with card(t("Faturamento"), right):
        st.altair_chart(
            charts.bars(
                rows.assign(rotulo=rows["total"].map(short_money)), "veiculo", "total", "rotulo"
            ),
            alt=t("Barras: faturamento por veículo"),
        )
    priced = rows.dropna(subset="preco_tabela_medio")
    if not priced.empty:
        with card(t("Preço pago e preço de tabela")):
            discount = priced["desconto_percentual"].map(percent)
            st.altair_chart(
                charts.prices(priced.assign(desconto_texto=discount)),
                alt=t("Pontos: preço médio pago e preço médio de tabela por veículo"),
            )
    with card(t("Unidades ao longo do tempo")):
        timeline = Timeline.of(scope)
        since = timeline.periods[0].start_time.date()
        cells = warehouse.series(timeline.scope, timeline.unit, since, by="veiculo_id")
        cells = timeline.placed(cells)
        cells = named(cells.set_index("veiculo_id"), warehouse.vehicles())
        order = {vehicle: place for place, vehicle in enumerate(rows["veiculo"])}
        cells = cells.sort_values("veiculo", key=lambda names: names.map(order))
        st.altair_chart(
            charts.calendar(cells, timeline.unit),
            alt=t("Quadro: unidades por veículo ao longo do tempo"),
        )
    with card(t("Ranking")):
        shown = columns(
            "veiculo",
            "quantidade",
            "crescimento",
            "total",
            "participacao",
            "valor_medio",
            "preco_tabela_medio",
            "desconto_percentual",
            "tipo",
        )
        table(rows, shown | {"valor_medio": Column(t("Preço pago"), money, 2)}, "veiculos")
