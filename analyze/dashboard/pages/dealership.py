"""One dealership, or one of its salespeople: numbers, trend, team, mix, customers, sales."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from dashboard import charts, filters, targets, warehouse
from dashboard.language import day, number, percent, plain, short_money, signed, t
from dashboard.layout import (
    about,
    card,
    change,
    columns,
    derived,
    draw,
    heading,
    leading,
    measures,
    movers,
    named,
    ratio,
    stop_if_empty,
    table,
)
from dashboard.pages import overview, salespeople
from dashboard.timeline import CELLS, Timeline
from dashboard.warehouse import Scope

LISTED = 500  # sales


def show(scope: Scope) -> None:
    """Show the page, or let a dealership be chosen."""
    dealers = warehouse.dealerships()
    if scope.dealerships is not None:
        dealers = dealers[dealers["id"].isin(scope.dealerships)]
    if len(dealers) != 1:
        choose(dealers)
        return
    dealer = dealers.iloc[0]
    scope = replace(scope, dealerships=(int(dealer["id"]),))
    now, before = warehouse.totals(scope, "veiculo_id")
    about(dealer["concessionaria"], scope, not before.empty)
    stop_if_empty(now)
    timeline = Timeline.of(scope)
    trend = timeline.total()
    overview.numbers(now, before, trend, targets.of(scope))
    month_to_date(scope)
    overview.over_time(scope, timeline, trend)
    team(scope)
    left, right = st.columns(2)
    with card(t("Veículos"), left):
        mix(now)
    with card(t("Clientes"), right):
        customers(scope)
    if st.expander(
        t("As últimas vendas"),
        icon=":material/receipt_long:",
        key="vendas",
        on_change="rerun",
    ).open:
        sales(scope)


def choose(dealers: pd.DataFrame) -> None:
    """Let a dealership be chosen, here as beside the page."""
    heading(t("Minha concessionária"), t("Os números de uma concessionária e da equipe dela."))
    ids = dict(zip(dealers["concessionaria"], dealers["id"], strict=True))
    st.selectbox(
        t("Escolha uma concessionária"),
        list(ids),
        index=None,
        placeholder=t("Concessionária"),
        key="escolha",
        on_change=lambda: filters.open_dealership(ids[st.session_state["escolha"]]),
    )


def month_to_date(scope: Scope) -> None:
    """Say what the month has brought up to the last sale, against the same days last year."""
    extent = warehouse.days()
    if extent is None:
        return
    start, end = extent[1].replace(day=1), extent[1]
    before, until = (
        (pd.Timestamp(moment) - pd.DateOffset(years=1)).date() for moment in (start, end)
    )
    month = replace(scope, start=start, end=end, before=before, until=until)
    here, there = (measures(rows) for rows in warehouse.totals(month, "concessionaria_id"))
    said = t(
        "{first} a {last}: {value}; vendas: {count}.",
        first=day(start),
        last=day(end),
        value=short_money(here["total"]),
        count=number(here["quantidade"]),
    )
    if there["quantidade"] > 0:
        said += " " + t(
            "Nos mesmos dias do ano anterior: {value} ({growth}); vendas: {count}.",
            value=short_money(there["total"]),
            count=number(there["quantidade"]),
            growth=signed(change(here["total"], there["total"])),
        )
    else:
        said += " " + t("Nos mesmos dias do ano anterior não há vendas.")
    with card(t("O mês até aqui")):
        st.markdown(plain(said))


def team(scope: Scope) -> None:
    """Show the salespeople, and who of them has sold more or less than before."""
    everybody = replace(scope, salespeople=None)
    with card(t("Equipe")):
        rows = salespeople.ranked(everybody)
        if rows.empty:
            st.caption(t("Nenhuma venda com estes filtros. Amplie o período ou limpe os filtros."))
            return
        st.caption(
            t("Marque uma linha para ver um vendedor.")
            + " "
            + plain(leading(rows, "vendedor", "total"))
        )
        salespeople.team(rows, "equipe")
    now, before = warehouse.totals(everybody, "vendedor_id")
    if not before.empty:
        movers(now, before, warehouse.salespeople()[["id", "vendedor"]], "vendedor")


def mix(now: pd.DataFrame) -> None:
    """Show what is sold."""
    rows = derived(named(now, warehouse.vehicles())).sort_values("total", ascending=False)
    rows["rotulo"] = rows["total"].map(short_money)
    rows["rotulo"] += "  " + ratio(rows["total"], rows["total"].sum()).map(percent)
    draw(
        charts.bars(rows, "veiculo", "total"),
        t("Barras: faturamento por veículo"),
        leading(rows, "veiculo", "total"),
    )


def customers(scope: Scope) -> None:
    """Show how many sales were a customer's first here."""
    timeline = Timeline.of(scope, CELLS)
    since = timeline.periods[0].start_time.date()
    rows = warehouse.customers(timeline.scope, timeline.unit, since)
    if rows.empty:
        st.caption(t("Destas vendas não se conhece o cliente."))
        return
    rows["de_volta"] = rows["vendas"] - rows["novas"]
    first, all_ = rows["novas"].sum(), rows["vendas"].sum()
    draw(
        charts.customers(timeline.placed(rows), timeline.unit),
        t("Barras: primeiras compras e as de quem voltou"),
        t(
            "Vendas: {all}. A primeira do cliente nesta concessionária: {first} ({share}).",
            all=number(all_),
            first=number(first),
            share=percent(ratio(first, all_)),
        ),
    )


def sales(scope: Scope) -> None:
    """List the last sales."""
    rows = warehouse.sales(scope, LISTED)
    rows["desconto_percentual"] /= 100
    for key, member in (("veiculo", warehouse.vehicles()), ("vendedor", warehouse.salespeople())):
        rows[key] = rows[f"{key}_id"].map(member.set_index("id")[key])
    st.caption(
        t("As {count} mais novas, no máximo {most}.", count=number(len(rows)), most=number(LISTED))
    )
    shown = columns(
        "data_venda",
        "valor_venda",
        "veiculo",
        "vendedor",
        "preco_tabela",
        "desconto_percentual",
        "cliente_id",
        "venda_id",
    )
    table(rows, shown, "ultimas_vendas", t("As últimas vendas"))
