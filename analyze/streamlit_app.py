"""The dashboard's entry point, on a laptop and as Streamlit in Snowflake."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st

from dashboard import access, filters, warehouse
from dashboard.language import locale, streamlit_words, t
from dashboard.pages import data, dealership, dealerships, overview, salespeople, vehicles
from dashboard.warehouse import Scope, UnavailableError

ASSETS = Path(__file__).parent / "dashboard"

scope: Scope | None = None
refusal: access.RefusedError | None = None


def show_sales(show: Callable[[Scope], None]) -> None:
    """Show a page about the sales that the filters choose."""
    if scope:
        show(scope)
    else:
        st.info(t("Ainda não há vendas em GOLD."), icon=":material/search_off:")


st.set_page_config(page_title="Driva Motors", page_icon=ASSETS / "icon.svg", layout="wide")
st.logo(ASSETS / "logo.svg", size="large", icon_image=ASSETS / "icon.svg")
st.html(ASSETS / "style.css")
filters.read_address()
above = st.sidebar.container()
with st.sidebar:
    filters.choose_language()
    language = f"document.documentElement.lang = '{locale().replace('_', '-')}'"  # it is spoken
    words = f"window.streamlitWords = {json.dumps(streamlit_words())}"
    script = (ASSETS / "page.js").read_text(encoding="utf-8")
    st.html(f"<script>{language}\n{words}\n{script}</script>", unsafe_allow_javascript=True)
try:
    warehouse.allowed()
except access.RefusedError as error:
    refusal = error
except UnavailableError:
    pass  # which a page says
if not refusal:
    with st.sidebar:
        access.show_viewer()
sales = {
    "": (t("Visão geral"), ":material/monitoring:", overview.show),
    "concessionarias": (t("Concessionárias"), ":material/store:", dealerships.show),
    "concessionaria": (
        t("Minha concessionária"),
        ":material/storefront:",
        dealership.show,
    ),
    "veiculos": (t("Veículos"), ":material/directions_car:", vehicles.show),
    "vendedores": (t("Vendedores"), ":material/groups:", salespeople.show),
}
pages = {
    path: st.Page(
        partial(show_sales, show), title=title, icon=icon, url_path=path, default=not path
    )
    for path, (title, icon, show) in sales.items()
}
about = st.Page(data.show, title=t("Dados"), icon=":material/verified:", url_path="dados")
page = st.navigation([*pages.values(), about], position="hidden" if refusal else "sidebar")
try:
    if refusal:
        raise refusal
    with above:
        scope = filters.choose()
    if path := st.session_state.pop("go", None):
        st.switch_page(pages[path], query_params={})  # the filters keep theirs
    if scope:
        filters.say_what_does_not_fit()
    page.run()
except access.RefusedError as error:
    if not refusal:
        st.rerun()  # it has just ended: what is drawn already goes
    access.show_refusal(error)
except UnavailableError as error:
    st.error(str(error), icon=":material/cloud_off:")
