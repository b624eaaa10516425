"""What of the targets is reached, where somebody has set any."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import warehouse
from dashboard.language import percent, period, plain, short_money, t
from dashboard.layout import ratio
from dashboard.warehouse import Scope


def of(scope: Scope) -> pd.DataFrame:
    """Return `warehouse.targets`; none for some vehicles or salespeople, who have no target."""
    found = warehouse.targets(Scope(scope.start, scope.end, None, scope.dealerships))
    return found.head(0) if scope.vehicles or scope.salespeople else found


def show(scope: Scope) -> None:
    """Say what of the chosen months' targets is reached, and how the month goes."""
    rows = of(scope)
    if rows.empty:
        return
    first, last = (
        period(month, "month") for month in (rows["primeiro"].min(), rows["ultimo"].max())
    )
    sums = rows[["meta", "vendido", "devido"]].sum()
    said = t(
        "Metas de {months}: {target}. Vendidos {sold}: {share}.",
        months=first if first == last else t("{first} a {last}", first=first, last=last),
        target=short_money(sums["meta"]),
        sold=short_money(sums["vendido"]),
        share=percent(ratio(sums["vendido"], sums["meta"])),
    )
    if 0 < sums["devido"] < sums["meta"]:
        said += " " + t(
            "No ritmo dos dias que passaram, {share} no fim.",
            share=percent(ratio(sums["vendido"], sums["devido"])),
        )
    st.info(plain(said), icon=":material/flag:")
