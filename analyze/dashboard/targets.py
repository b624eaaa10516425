"""What of the targets is reached, where somebody has set any."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dashboard import warehouse
from dashboard.language import percent, period, short_money, t
from dashboard.layout import named, ratio
from dashboard.warehouse import Scope


def of(scope: Scope) -> pd.DataFrame:
    """Return `warehouse.targets`; none for some vehicles or salespeople, who have no target."""
    found = warehouse.targets(Scope(scope.start, scope.end, None, scope.dealerships))
    return found.head(0) if scope.vehicles or scope.salespeople else found


def attained(rows: pd.DataFrame) -> Any:
    """Return what share of the targets is sold."""
    return ratio(rows["vendido"].sum(), rows["meta"].sum())


def run_rate(rows: pd.DataFrame) -> Any:
    """Return the share at the end if all days are like those that have passed; None if all have."""
    sums = rows[["meta", "vendido", "devido"]].sum()
    return ratio(sums["vendido"], sums["devido"]) if sums["devido"] < sums["meta"] else None


def by_place(rows: pd.DataFrame, by: list[str]) -> pd.Series[float]:
    """Return what share of the targets is sold, by columns of the dealerships."""
    sums = named(rows, warehouse.dealerships()).groupby(by)[["meta", "vendido"]].sum()
    return ratio(sums["vendido"], sums["meta"])


def words(rows: pd.DataFrame) -> str:
    """Say what of the targets is reached, and how the months go."""
    first, last = (
        period(month, "month") for month in (rows["primeiro"].min(), rows["ultimo"].max())
    )
    said = t(
        "Metas de {months}: {target}. Vendidos {sold}: {share}.",
        months=first if first == last else t("{first} a {last}", first=first, last=last),
        target=short_money(rows["meta"].sum()),
        sold=short_money(rows["vendido"].sum()),
        share=percent(attained(rows)),
    )
    if (rate := run_rate(rows)) is not None:
        said += " " + t("No ritmo dos dias que passaram, {share} no fim.", share=percent(rate))
    return said
