"""Dealerships: their ranking, share and growth, and the salespeople of one."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from dashboard import charts, warehouse
from dashboard.language import short_money, signed, t
from dashboard.layout import (
    brief,
    card,
    change,
    columns,
    derived,
    heading,
    named,
    rank,
    ratio,
    stop_if_empty,
    table,
)
from dashboard.pages import salespeople
from dashboard.warehouse import Scope

DRAWN = 15


def show(scope: Scope) -> None:
    """Show the page."""
    now, before = warehouse.totals(scope, "concessionaria_id")
    heading(t("Concessionárias"), scope, not before.empty)
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
        if scope.before:
            st.caption(t("Barra: o período. Traço: o período anterior."))
            first["rotulo"] += "  " + first["crescimento"].map(signed)
        tick = "antes" if scope.before else None
        st.altair_chart(
            charts.bars(first, "concessionaria", "total", "rotulo", tick),
            alt=t("Barras: faturamento por concessionária"),
        )
    with card(t("Ranking")):
        st.caption(t("Marque uma linha para ver os vendedores da concessionária."))
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
        event = table(
            rows, shown, "concessionarias", on_select="rerun", selection_mode="single-row"
        )
    marked = event.selection.rows[0] if event.selection.rows else 0 if len(rows) == 1 else None
    if marked is not None and marked < len(rows):
        row = rows.iloc[marked]
        with card(t("Vendedores de {name}", name=row["concessionaria"])):
            only = replace(scope, dealerships=(int(rows.index[marked]),))
            salespeople.team(salespeople.ranked(only), "equipe")
