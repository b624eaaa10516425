"""Dealerships: their ranking, share and growth, and who has moved."""

from __future__ import annotations

import streamlit as st

from dashboard import charts, filters, targets, warehouse
from dashboard.language import short_money, signed, t
from dashboard.layout import (
    about,
    brief,
    card,
    change,
    columns,
    derived,
    draw,
    leading,
    movers,
    named,
    opening,
    rank,
    ratio,
    rest,
    stop_if_empty,
    table,
)
from dashboard.warehouse import Scope

DRAWN = 15


def show(scope: Scope) -> None:
    """Show the page."""
    now, before = warehouse.totals(scope, "concessionaria_id")
    about(t("Concessionárias"), scope, not before.empty)
    stop_if_empty(now)
    rows = derived(named(now, warehouse.dealerships())).sort_values("total", ascending=False)
    rows["lugar"] = rows["cidade"] + " · " + rows["sigla"]
    rows["antes"] = before["total"]
    rows["crescimento"] = change(rows["total"], rows["antes"])
    rows["participacao"] = ratio(rows["total"], rows["total"].sum())
    rows["posicao"] = rank(rows["total"])
    title = t("As {count} maiores", count=min(DRAWN, len(rows))) if len(rows) > 1 else t("A maior")
    with card(title):
        first = rows.head(DRAWN).assign(concessionaria=lambda r: brief(r["concessionaria"]))
        first["rotulo"] = first["total"].map(short_money)
        said = leading(rows, "concessionaria", "total")
        if scope.before:
            said += " " + t("Barra: o período. Traço: o período com que se compara.")
            first["rotulo"] += "  " + first["crescimento"].map(signed)
        tick = "antes" if scope.before else None
        others = rest(rows, DRAWN, t("Outras"), "concessionaria", "total")
        draw(
            charts.pickable(charts.bars(first, "concessionaria", "total", tick, others)),
            t("Barras: faturamento por concessionária"),
            said,
            key="maiores",
            selection_mode="row",
            **opening("maiores", rows, filters.open_dealership),
        )
    if scope.before and not before.empty:
        movers(now, before, warehouse.dealerships()[["id", "concessionaria"]], "concessionaria")
    with card(t("Ranking")):
        st.caption(t("Marque uma linha para ver a concessionária."))
        shown = columns(
            "posicao",
            "total",
            "concessionaria",
            "participacao",
            "crescimento",
            "quantidade",
            "valor_medio",
            "desconto_percentual",
            "lugar",
        )
        reached = targets.of(scope)
        if not reached.empty:
            rows["atingimento"] = ratio(reached["vendido"], reached["meta"])
            shown |= columns("atingimento")
        table(
            rows,
            shown,
            "concessionarias",
            t("Concessionárias"),
            selection_mode="single-row",
            **opening("concessionarias", rows, filters.open_dealership),
        )
