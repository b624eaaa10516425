"""How the business is going: four numbers, the map, the states, the trend."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import charts, filters, forecasts, targets, warehouse
from dashboard.language import money, number, percent, plain, points, short_money, signed, t
from dashboard.layout import (
    about,
    card,
    change,
    columns,
    derived,
    draw,
    grouped,
    leading,
    measures,
    named,
    ratio,
    rest,
    stop_if_empty,
    table,
    trending,
)
from dashboard.timeline import Timeline
from dashboard.warehouse import Scope

DRAWN = 27  # states, or the cities of one


def show(scope: Scope) -> None:
    """Show the page."""
    now, before = warehouse.totals(scope, "concessionaria_id")
    about(t("Visão geral"), scope, not before.empty)
    stop_if_empty(now)
    timeline = Timeline.of(scope)
    trend = timeline.total()
    reached = targets.of(scope)
    numbers(now, before, trend, reached)

    placed = named(now, warehouse.dealerships())
    states = derived(grouped(placed, ["sigla"]))
    states["estado"] = placed.groupby("sigla")["estado"].first()
    states = states.sort_values("total", ascending=False)
    cities = grouped(placed, ["cidade", "sigla"]).reset_index()
    cities = cities.merge(warehouse.cities(), on=["cidade", "sigla"])
    if not reached.empty:
        states["atingimento"] = targets.by_place(reached, ["sigla"])
        share = targets.by_place(reached, ["cidade", "sigla"]).rename("atingimento")
        cities = cities.join(share, on=["cidade", "sigla"])

    left, right = st.columns([11, 9])
    is_one = len(states) == 1 and scope.dealerships is not None
    with card(t("Onde se vende"), left):
        draw(
            charts.brazil(states, cities, scope.dealerships is None),
            t("Mapa do Brasil: estados por faturamento, cidades como círculos"),
            t(
                "Estados com vendas: {states}. Cidades: {cities}.",
                states=number(len(states)),
                cities=number(len(cities)),
            )
            if not is_one
            else t(
                "{name}: cidades com vendas: {cities}.",
                name=states["estado"].iloc[0],
                cities=number(len(cities)),
            ),
            key="map",
            on_select=choose_place,
            selection_mode=["state", "city"],
        )
        if is_one:
            st.button(
                t("Todos os estados"), icon=":material/zoom_out_map:", on_click=filters.clear_places
            )
        else:
            st.caption(
                t(
                    "Toque em um estado para ver as cidades dele, em uma cidade para ver a"
                    " concessionária."
                )
            )
    name, places = ("cidade", cities) if is_one else ("estado", states)
    title = t("Faturamento por cidade") if is_one else t("Faturamento por estado")
    with card(title, right):
        places = places.sort_values("total", ascending=False)
        places["rotulo"] = places["total"].map(short_money)
        draw(
            charts.bars(
                places.head(DRAWN),
                name,
                "total",
                rest=rest(places, DRAWN, t("Outras"), name, "total"),
            ),
            t("Barras: faturamento por cidade") if is_one else t("Barras: faturamento por estado"),
            leading(places, name, "total"),
        )
    over_time(scope, timeline, trend)
    with st.expander(t("Tabela por estado"), icon=":material/table:"):
        states["participacao"] = ratio(states["total"], states["total"].sum())
        shown = columns(
            "estado", "quantidade", "total", "participacao", "valor_medio", "desconto_percentual"
        )
        if not reached.empty:
            shown |= columns("atingimento")
        table(states, shown, "estados", t("Tabela por estado"))


def over_time(scope: Scope, timeline: Timeline, trend: pd.DataFrame) -> None:
    """Show how it went, and how it is forecast to go on."""
    with card(t("Tendência")):
        draw(
            charts.trend(trend, timeline.unit, timeline.window),
            t("Barras: faturamento ao longo do tempo; linha: média móvel"),
            trending(trend, timeline.unit),
        )
    forecasts.show(scope)


def numbers(
    now: pd.DataFrame, before: pd.DataFrame, trend: pd.DataFrame, reached: pd.DataFrame
) -> None:
    """Show the four numbers, each against the period before, and what of the targets is reached."""
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
                height="stretch",
            )
        if not reached.empty:
            rate = targets.run_rate(reached)
            st.metric(
                t("Da meta"),
                percent(targets.attained(reached)),
                t("{share} no ritmo atual", share=percent(rate)) if rate is not None else None,
                delta_color="inverse" if rate is not None and rate < 1 else "normal",
                delta_arrow="off",
                border=True,
                width="stretch",
                height="stretch",
            )
    if not reached.empty:
        st.caption(plain(targets.words(reached)))
    if unknown := int(here["quantidade"] - here["com_desconto"]):
        st.caption(
            t(
                "Vendas fora do desconto, sem valor ou sem preço de tabela do dia: {count}.",
                count=number(unknown),
            )
        )


def choose_place() -> None:
    """Filter by the state that was clicked on the map, or open the dealership of the city."""
    selection = st.session_state["map"].selection
    if cities := [point for point in selection["city"] if "cidade" in point]:
        dealers = warehouse.dealerships()
        there = dealers[
            (dealers["cidade"] == cities[0]["cidade"]) & (dealers["sigla"] == cities[0]["sigla"])
        ]
        if len(there) == 1:
            filters.open_dealership(int(there["id"].iloc[0]))
        elif len(there):
            st.session_state["concessionaria"] = list(there["concessionaria"])
            st.session_state["go"] = "concessionarias"
    elif clicked := [point["id"] for point in selection["state"] if "id" in point]:
        st.session_state["regiao"] = []
        st.session_state["concessionaria"] = []
        st.session_state["estado"] = clicked
