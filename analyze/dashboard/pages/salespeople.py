"""Salespeople: their ranking, and each against the mean of the dealership."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from dashboard import charts, filters, warehouse
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
    named,
    opening,
    rank,
    rest,
    stop_if_empty,
    table,
)
from dashboard.warehouse import Scope

DRAWN = 15


def show(scope: Scope) -> None:
    """Show the page."""
    about(t("Vendedores"), scope)
    rows = ranked(scope)
    stop_if_empty(rows)
    title = t("Os {count} maiores", count=min(DRAWN, len(rows))) if len(rows) > 1 else t("O maior")
    with card(title):
        said = leading(rows, "vendedor", "total")
        said += " " + t("Barra: o vendedor. Traço: a média dos vendedores da concessionária.")
        first = rows.head(DRAWN)
        first = first.assign(
            nome=first["vendedor"] + " · " + brief(first["concessionaria"]),
            rotulo=first["total"].map(short_money) + "  " + first["acima"].map(signed),
        )
        others = rest(rows, DRAWN, t("Outros"), "nome", "total")
        draw(
            charts.pickable(charts.bars(first, "nome", "total", "media", others)),
            t("Barras: faturamento por vendedor; traço: média da concessionária"),
            said,
            key="melhores",
            selection_mode="row",
            **opening("melhores", rows, partial(open_one, rows)),
        )
    with card(t("Ranking")):
        st.caption(t("Marque uma linha para ver um vendedor."))
        team(rows, "vendedores")


def ranked(scope: Scope) -> pd.DataFrame:
    """Return the salespeople with sales, the first one first, with their dealership's mean."""
    now, _ = warehouse.totals(scope, "vendedor_id")
    rows = derived(named(now, warehouse.salespeople())).sort_values("total", ascending=False)
    rows["media"] = rows.groupby("concessionaria_id")["total"].transform("mean").round(2)
    rows["acima"] = change(rows["total"], rows["media"])
    rows["posicao"] = rank(rows["total"])
    return rows


def team(rows: pd.DataFrame, name: str) -> None:
    """Show ranked salespeople as a table of that name."""
    shown = columns(
        "posicao",
        "total",
        "vendedor",
        "media",
        "acima",
        "quantidade",
        "valor_medio",
        "desconto_percentual",
        "concessionaria",
    )
    table(
        rows,
        shown,
        name,
        t("Vendedores"),
        selection_mode="single-row",
        **opening(name, rows, partial(open_one, rows)),
    )


def open_one(rows: pd.DataFrame, key: int) -> None:
    """Open one of the salespeople."""
    filters.open_dealership(int(rows.loc[key, "concessionaria_id"]), key)
