"""How the business is going: four numbers, the map, the states, the trend."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import charts, warehouse
from dashboard.language import money, number, percent, points, short_money, signed, t
from dashboard.layout import (
    card,
    change,
    columns,
    derived,
    grouped,
    heading,
    measures,
    named,
    ratio,
    stop_if_empty,
    table,
)
from dashboard.timeline import Timeline
from dashboard.warehouse import Scope


def show(scope: Scope) -> None:
    """Show the page."""
    now, before = warehouse.totals(scope, "concessionaria_id")
    heading(t("Visão geral"), scope, not before.empty)
    stop_if_empty(now)
    outcomes = warehouse.checks()["situacao"]
    if failed := int(outcomes.isin(("erro", "falha")).sum()):
        st.warning(
            t("Verificações dos dados que falharam: {count}. Veja a página Dados.", count=failed),
            icon=":material/rule:",
        )
    if odd := int((outcomes == "alerta").sum()):
        st.info(
            t("Regras descumpridas mais que de costume: {count}. Veja a página Dados.", count=odd),
            icon=":material/rule:",
        )
    timeline = Timeline.of(scope)
    trend = timeline.total()
    numbers(now, before, trend)

    placed = named(now, warehouse.dealerships())
    states = derived(grouped(placed, ["sigla"]))
    states["estado"] = placed.groupby("sigla")["estado"].first()
    states = states.sort_values("total", ascending=False)
    cities = grouped(placed, ["cidade", "sigla"]).reset_index()
    cities = cities.merge(warehouse.cities(), on=["cidade", "sigla"])

    left, right = st.columns([11, 9])
    with card(t("Onde se vende"), left):
        st.altair_chart(
            charts.brazil(states, cities),
            key="map",
            on_select=choose_state,
            selection_mode="state",
            alt=t("Mapa do Brasil: estados por faturamento, cidades como círculos"),
        )
        st.caption(t("Toque em um estado para filtrar por ele."))
    with card(t("Faturamento por estado"), right):
        states["rotulo"] = states["total"].map(short_money)
        st.altair_chart(
            charts.bars(states, "estado", "total", "rotulo"),
            alt=t("Barras: faturamento por estado"),
        )
    with card(t("Tendência")):
        st.altair_chart(
            charts.trend(trend, timeline.unit, timeline.window),
            alt=t("Barras: faturamento ao longo do tempo; linha: média móvel"),
        )
    with st.expander(t("Tabela por estado"), icon=":material/table:"):
        states["participacao"] = ratio(states["total"], states["total"].sum())
        shown = columns(
            "estado", "quantidade", "total", "participacao", "valor_medio", "desconto_percentual"
        )
        table(states, shown, "estados")


def numbers(now: pd.DataFrame, before: pd.DataFrame, trend: pd.DataFrame) -> None:
    """Show the four numbers, each against the period before."""
    here, there = measures(now), measures(before)
    known = not before.empty
    discount = here["desconto_percentual"] - there["desconto_percentual"] if known else None
    cards = [
        (
            t("Faturamento"),
            short_money(here["total"]),
            signed(change(here["total"], there["total"])),
            "total",
            money(here["total"]),
        ),
        (
            t("Vendas"),
            number(here["quantidade"]),
            signed(change(here["quantidade"], there["quantidade"])),
            "quantidade",
            t("Número de vendas, também as sem preço."),
        ),
        (
            t("Ticket médio"),
            money(here["valor_medio"], 0),
            signed(change(here["valor_medio"], there["valor_medio"])),
            "valor_medio",
            money(here["valor_medio"]),
        ),
        (
            t("Desconto"),
            percent(here["desconto_percentual"], 2),
            points(discount),
            "desconto_percentual",
            t(
                "Quanto se pagou abaixo do preço de tabela do dia, em % deste, nas {known} de {all}"
                " vendas em que ele é conhecido.",
                known=number(here["com_desconto"]),
                all=number(here["quantidade"]),
            ),
        ),
    ]
    whole = derived(trend[trend["completo"]])
    with st.container(key="cards"):
        for label, value, delta, column, explanation in cards:
            still, less_is_better = delta.startswith("0"), column == "desconto_percentual"
            st.metric(
                label,
                value,
                delta if known else None,
                delta_color="off" if still else "inverse" if less_is_better else "normal",
                delta_arrow="off" if still else "auto",
                help=explanation,
                chart_data=whole[column].fillna(0) if len(whole) > 1 else None,
                border=True,
                width="stretch",
            )
    if unknown := int(here["quantidade"] - here["com_desconto"]):
        st.caption(
            t(
                "Desconto sem {count} vendas de que não se conhece o valor ou o preço de tabela do"
                " dia.",
                count=number(unknown),
            )
        )


def choose_state() -> None:
    """Filter by the state that was clicked on the map."""
    event = st.session_state["map"]
    clicked = [point["id"] for point in event.selection["state"] if "id" in point]
    if clicked:
        st.session_state["regiao"] = []
        st.session_state["concessionaria"] = []
        st.session_state["estado"] = clicked
