"""The filters beside every page. Streamlit keeps them in the URL, and from page to page."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import streamlit as st

from dashboard import warehouse
from dashboard.language import LANGUAGES, day, t
from dashboard.warehouse import Scope

# The same in both languages, as they are in the URL; months or days.
PERIODS = {
    "7d": pd.DateOffset(days=7),
    "30d": pd.DateOffset(days=30),
    "90d": pd.DateOffset(days=90),
    "12m": pd.DateOffset(months=12),
    "total": None,
}
DEFAULT_PERIOD = "12m"
LISTS = ("regiao", "estado", "concessionaria", "veiculo")


def choose_language() -> None:
    """Show the language switch."""
    st.segmented_control(
        "Idioma · Language",
        list(LANGUAGES),
        default="pt",
        required=True,
        format_func=str,
        key="lang",
        bind="query-params",
        label_visibility="collapsed",
    )


def choose() -> Scope | None:
    """Show the filters, and return what they choose; None while there are no sales."""
    extent = warehouse.days()
    if extent is None:
        return None
    period = st.segmented_control(
        t("Período até a última venda"),
        list(PERIODS),
        default=DEFAULT_PERIOD,
        required=True,
        width="stretch",
        key="periodo",
        bind="query-params",
        help=t("d: dias, m: meses. total inclui as vendas sem data."),
    )
    chosen = st.date_input(
        t("Ou entre dois dias"),
        value=[],
        min_value=extent[0],
        max_value=extent[1],
        format="DD/MM/YYYY",
        key="datas",
        bind="query-params",
    )
    dealers, cars = warehouse.dealerships(), warehouse.vehicles()
    for key, label, column in (
        ("regiao", t("Região"), "regiao"),
        ("estado", t("Estado"), "sigla"),
        ("concessionaria", t("Concessionária"), "concessionaria"),
    ):
        wanted = _choose_some(label, sorted(set(dealers[column].dropna())), key)
        if wanted:
            dealers = dealers[dealers[column].isin(wanted)]
    wanted = _choose_some(t("Veículo"), list(cars["veiculo"]), "veiculo")
    cars = cars[cars["veiculo"].isin(wanted)]
    st.button(
        t("Limpar filtros"),
        icon=":material/filter_alt_off:",
        on_click=clear,
        disabled=not any(map(st.session_state.get, (*LISTS, "datas"))),
        width="stretch",
    )
    narrowed = any(map(st.session_state.get, LISTS[:3]))
    start, end, before = _period(str(period), chosen, extent)
    return Scope(
        start,
        end,
        before,
        tuple(int(i) for i in dealers["id"]) if narrowed else None,
        tuple(int(i) for i in cars["id"]) if wanted else None,
    )


def clear() -> None:
    """Choose everything, and keep the period."""
    for key in LISTS:
        st.session_state[key] = []
    st.session_state["datas"] = ()


def summary(scope: Scope) -> str:
    """Say what is chosen, in one line."""
    if scope.start and scope.end:
        parts = [t("{first} a {last}", first=day(scope.start), last=day(scope.end))]
    else:
        parts = [t("Todas as vendas")]
    parts += [", ".join(chosen) for key in LISTS if (chosen := st.session_state.get(key))]
    if scope.start and scope.before:
        until = scope.start - timedelta(days=1)
        parts.append(t("variações ante {first} a {last}", first=day(scope.before), last=day(until)))
    return " · ".join(parts)


def _choose_some(label: str, options: list[str], key: str) -> list[str]:
    return st.multiselect(
        label, options, key=key, bind="query-params", placeholder=t("Tudo"), select_all=False
    )


def _period(
    period: str, chosen: object, extent: tuple[date, date]
) -> tuple[date | None, date | None, date | None]:
    """Return the first and the last day, and the first of as many days before them."""
    if isinstance(chosen, tuple) and chosen:
        start, end = chosen[0], chosen[-1]  # one day is given once in the URL
        return start, end, start - (end - start) - timedelta(days=1)
    length = PERIODS[period]
    if length is None:
        return None, None, None
    after = pd.Timestamp(extent[1]) + pd.DateOffset(days=1)
    start, before = after - length, after - length - length
    return start.date(), extent[1], before.date()
