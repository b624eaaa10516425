"""The filters beside every page. Streamlit keeps them in the URL, and from page to page."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import pandas as pd
import streamlit as st

from dashboard import warehouse
from dashboard.language import LANGUAGES, day, language, plain, t
from dashboard.warehouse import Scope

# The same in both languages, as they are in the URL; months or days.
PERIODS = {
    "7d": pd.DateOffset(days=7),
    "30d": pd.DateOffset(days=30),
    "90d": pd.DateOffset(days=90),
    "mtd": None,
    "12m": pd.DateOffset(months=12),
    "total": None,
}
DEFAULT_PERIOD = "12m"
PLACES = ("regiao", "estado", "concessionaria")
LISTS = (*PLACES, "vendedor", "veiculo")
LONGEST = 200  # characters of an address that are quoted


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
    above = st.container()
    chosen = st.date_input(
        t("Ou entre dois dias"),
        value=[],
        min_value=extent[0],
        max_value=extent[1],
        format="DD/MM/YYYY",
        key="datas",
        bind="query-params",
        on_change=_choose_days,
    )
    days = list(chosen) if isinstance(chosen, tuple) else []
    # Two controls of one choice: one of them is always empty.
    period = above.segmented_control(
        t("Período até a última venda"),
        list(PERIODS),
        default=None if days else DEFAULT_PERIOD,
        required=not days,
        width="stretch",
        key="periodo",
        bind="query-params",
        on_change=_choose_period,
        help=t(
            "d: dias, m: meses, mtd: do dia 1 do mês até a última venda. total inclui as vendas sem"
            " data ou do futuro."
        ),
    )
    is_yearly = st.checkbox(
        t("Comparar com um ano antes"),
        key="ano",
        bind="query-params",
        help=t("Com os mesmos dias do ano anterior, em vez do período logo antes deste."),
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
    people = _choose_salespeople(dealers) if len(dealers) == 1 else None
    wanted = _choose_some(t("Veículo"), list(cars["veiculo"]), "veiculo")
    cars = cars[cars["veiculo"].isin(wanted)]
    st.button(
        t("Limpar filtros"),
        icon=":material/filter_alt_off:",
        on_click=clear,
        disabled=not any(map(st.session_state.get, (*LISTS, "datas"))),
        width="stretch",
    )
    narrowed = any(map(st.session_state.get, PLACES))
    start, end, before, until = _period(period, days, extent, is_yearly=is_yearly)
    return Scope(
        start,
        end,
        before,
        tuple(int(i) for i in dealers["id"]) if narrowed else None,
        tuple(int(i) for i in cars["id"]) if wanted else None,
        people,
        until,
    )


def open_vehicle(vehicle: int) -> None:
    """Go to the dealerships that sell a vehicle."""
    names = warehouse.vehicles().set_index("id")["veiculo"]
    st.session_state["veiculo"] = [names[vehicle]]
    st.session_state["go"] = "concessionarias"


def open_dealership(dealership: int, salesperson: int | None = None) -> None:
    """Go to the page of a dealership, or of one of its salespeople."""
    names = warehouse.dealerships().set_index("id")["concessionaria"]
    people = warehouse.salespeople().set_index("id")["vendedor"]
    st.session_state["concessionaria"] = [names[dealership]]
    st.session_state["vendedor"] = [] if salesperson is None else [people[salesperson]]
    st.session_state["go"] = "concessionaria"


def clear() -> None:
    """Choose everything, and keep the period."""
    for key in LISTS:
        st.session_state[key] = []
    st.session_state["datas"] = ()
    _choose_days()


def clear_places() -> None:
    """Choose all regions, states and dealerships."""
    for key in PLACES:
        st.session_state[key] = []


def read_address() -> None:
    """Keep what the address asks for: Streamlit takes out what no filter has, and says nothing.

    What it would take, and the filters cannot hold, is taken out here: days that are no range, and
    a period beside a range.
    """
    if "asked" in st.session_state:
        return
    asked = {name: st.query_params.get_all(name) for name in st.query_params}
    days = asked["datas"] = [value.replace("/", "-") for value in asked.get("datas", ())]
    st.session_state["asked"] = asked
    is_range = 0 < len(days) <= 2 and days == sorted(days)
    unfit = {"periodo"} if is_range else {"datas"}
    if any(map(asked.get, unfit)):
        st.query_params.from_dict({name: asked[name] for name in asked.keys() - unfit})
        st.rerun()


def say_what_does_not_fit() -> None:
    """Say what the address asked for and the filters do not hold, until one of them is changed."""
    held = defaultdict(list, {key: list(st.session_state.get(key) or ()) for key in LISTS})
    held["datas"] = [chosen.isoformat() for chosen in st.session_state.get("datas") or ()]
    held["periodo"] = [st.session_state.get("periodo")]
    held["ano"] = [str(st.session_state.get("ano")).lower()]
    held["lang"] = [language()]
    if st.session_state.setdefault("held", held) != held:
        st.session_state["asked"] = {}
    left = left_out(st.session_state["asked"], held)
    if left:
        st.warning(
            t(
                "O endereço pede o que não existe nestes dados, e isto ficou de fora: {left}.",
                left=plain(left if len(left) <= LONGEST else left[:LONGEST] + "…"),
            ),
            icon=":material/link_off:",
        )


def left_out(asked: dict[str, list[str]], held: dict[str, list[str]]) -> str:
    """Return what is asked for and not held, as one text."""
    missing = {
        name: [value for value in values if value and value not in held[name]]
        for name, values in asked.items()
    }
    return "; ".join(f"{name} = {', '.join(values)}" for name, values in missing.items() if values)


def summary(scope: Scope, is_compared: bool) -> str:
    """Say what is chosen, and what it is compared with, in one line."""
    parts = [_days(scope.start, scope.end) if scope.start and scope.end else t("Todas as vendas")]
    parts += [", ".join(chosen) for key in LISTS if (chosen := st.session_state.get(key))]
    if is_compared and scope.before and scope.until:
        parts.append(t("variações ante {days}", days=_days(scope.before, scope.until)))
    return " · ".join(parts)


def _days(first: date, last: date) -> str:
    if first == last:
        return day(first)
    return t("{first} a {last}", first=day(first), last=day(last))


def _choose_period() -> None:
    """Let the period hold in place of the days."""
    st.session_state["datas"] = ()


def _choose_days() -> None:
    """Let the days hold in place of the period, and without days a period."""
    period = st.session_state["periodo"] or DEFAULT_PERIOD
    st.session_state["periodo"] = None if st.session_state["datas"] else period


def _choose_some(label: str, options: list[str], key: str) -> list[str]:
    return st.multiselect(
        label, options, key=key, bind="query-params", placeholder=t("Tudo"), select_all=False
    )


def _choose_salespeople(dealer: pd.DataFrame) -> tuple[int, ...] | None:
    """Choose among the salespeople of the one dealership."""
    people = warehouse.salespeople()
    people = people[people["concessionaria_id"] == dealer["id"].iloc[0]].sort_values("vendedor")
    wanted = _choose_some(t("Vendedor"), list(people["vendedor"]), "vendedor")
    chosen = people[people["vendedor"].isin(wanted)]
    return tuple(int(i) for i in chosen["id"]) if wanted else None


def _period(
    period: str | None, days: list[date], extent: tuple[date, date], *, is_yearly: bool
) -> tuple[date | None, date | None, date | None, date | None]:
    """Return the first and the last day, and those of the period to compare with."""
    last = pd.Timestamp(extent[1])
    length = PERIODS[period or DEFAULT_PERIOD]
    if days:
        start, end = (
            pd.Timestamp(days[0]),
            pd.Timestamp(days[-1]),
        )  # one day is given once in the URL
        before, until = start - (end - start) - pd.DateOffset(days=1), start - pd.DateOffset(days=1)
    elif period == "mtd":
        start, end = last.replace(day=1), last
        before, until = (day - pd.DateOffset(months=1) for day in (start, end))
    elif length is None:
        return None, None, None, None
    else:
        end = last
        start, before = (end + pd.DateOffset(days=1) - length * times for times in (1, 2))
        until = start - pd.DateOffset(days=1)
    if is_yearly:
        before, until = (day - pd.DateOffset(years=1) for day in (start, end))
    return start.date(), end.date(), before.date(), until.date()
