"""Vehicles: units, revenue, what is paid against the list price, and all of it over time."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from dashboard import charts, filters, warehouse
from dashboard.language import money, number, percent, period, short_money, t
from dashboard.layout import (
    Column,
    about,
    card,
    change,
    columns,
    derived,
    draw,
    leading,
    named,
    opening,
    ratio,
    stop_if_empty,
    table,
)
from dashboard.timeline import CELLS, Timeline
from dashboard.warehouse import Scope


def show(scope: Scope) -> None:
    """Show the page."""
    now, before = warehouse.totals(scope, "veiculo_id")
    about(t("Veículos"), scope, not before.empty)
    stop_if_empty(now)
    rows = derived(named(now, warehouse.vehicles())).sort_values("quantidade", ascending=False)
    rows["crescimento"] = change(rows["quantidade"], before["quantidade"])
    rows["participacao"] = ratio(rows["total"], rows["total"].sum())
    left, right = st.columns(2)
    with card(t("Unidades"), left):
        draw(
            charts.bars(
                rows.assign(rotulo=rows["quantidade"].map(number)),
                "veiculo",
                "quantidade",
            ),
            t("Barras: unidades por veículo"),
            leading(rows, "veiculo", "quantidade", number),
        )
    with card(t("Faturamento"), right):
        draw(
            charts.bars(rows.assign(rotulo=rows["total"].map(short_money)), "veiculo", "total"),
            t("Barras: faturamento por veículo"),
            leading(rows.sort_values("total", ascending=False), "veiculo", "total"),
        )
    priced = rows.dropna(subset="desconto_percentual")
    if not priced.empty:
        with card(t("Desconto sobre o preço de tabela")):
            discounts(priced)
    with card(t("Unidades ao longo do tempo")):
        timeline = Timeline.of(scope, CELLS)
        since = timeline.periods[0].start_time.date()
        cells = warehouse.series(timeline.scope, timeline.unit, since, by="veiculo_id")
        cells = timeline.placed(cells)
        cells = named(cells.set_index("veiculo_id"), warehouse.vehicles())
        order = {vehicle: place for place, vehicle in enumerate(rows["veiculo"])}
        cells = cells.sort_values("veiculo", key=lambda names: names.map(order))
        if cells.empty:  # of all sales, none has a day
            st.caption(t("Nenhuma destas vendas tem data."))
        else:
            most = cells.iloc[cells["quantidade"].argmax()]
            draw(
                charts.calendar(cells, timeline.unit),
                t("Quadro: unidades por veículo ao longo do tempo"),
                t(
                    "Maior: {value} de {name} ({when}).",
                    value=number(most["quantidade"]),
                    name=most["veiculo"],
                    when=period(most["inicio"], timeline.unit),
                ),
            )
    with card(t("Ranking")):
        st.caption(t("Marque uma linha para ver quem vende o veículo."))
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
        table(
            rows,
            shown | {"valor_medio": Column(t("Preço pago"), money, 2)},
            "veiculos",
            t("Veículos"),
            selection_mode="single-row",
            **opening("veiculos", rows, filters.open_vehicle),
        )


def discounts(rows: pd.DataFrame) -> None:
    """Draw what is paid less than the list price, in percent of it."""
    less = rows["preco_tabela_medio"] * rows["desconto_percentual"]
    rows = rows.assign(
        rotulo=rows["desconto_percentual"].map(partial(percent, digits=2))
        + "  "
        + [money(value, 0) for value in less]
    )
    ranked = rows.sort_values("desconto_percentual", ascending=False)
    high, low = ranked.iloc[0], ranked.iloc[-1]
    said = t(
        "{name}: {value} abaixo do preço de tabela, o maior desconto.",
        name=high["veiculo"],
        value=percent(high["desconto_percentual"], 2),
    )
    if len(ranked) > 1:
        said += " " + t(
            "O menor: {value} ({name}).",
            name=low["veiculo"],
            value=percent(low["desconto_percentual"], 2),
        )
    draw(
        charts.bars(rows, "veiculo", "desconto_percentual"),
        t("Barras: desconto por veículo, em % do preço de tabela"),
        said,
    )
